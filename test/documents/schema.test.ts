import {Ajv} from 'ajv'
import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {attestationSchema, layersSchema, partialSchema, reportSchema} from '../../scripts/type-schema.js'
import {toJson} from '../../src/frame/json.js'
import {certifySample} from '../render/samples/certify.js'
import {driftSample} from '../render/samples/drift.js'
import {evaluateSample} from '../render/samples/evaluate.js'
import {hardenSample} from '../render/samples/harden.js'
import {judgeSample} from '../render/samples/judge.js'
import {sanitizeSample} from '../render/samples/sanitize.js'

const stored = readFileSync('schemas/report.schema.json', 'utf8')

describe('schemas/report.schema.json', () => {
  const validate = new Ajv().compile(JSON.parse(stored) as object)

  it('is what the types say (else run scripts/make-schemas.ts)', () => {
    expect(reportSchema()).toBe(stored)
  })

  it('and so are those of partial results, lists of layers and attestations', () => {
    expect(attestationSchema()).toBe(readFileSync('schemas/attestation.schema.json', 'utf8'))
    expect(partialSchema()).toBe(readFileSync('schemas/partial.schema.json', 'utf8'))
    expect(layersSchema()).toBe(readFileSync('schemas/layers.schema.json', 'utf8'))
  })

  it.each([certifySample(), driftSample(), evaluateSample(), hardenSample(), judgeSample(), sanitizeSample()])(
    'accepts a $command report',
    (report) => {
      validate(JSON.parse(toJson(report)))
      expect(validate.errors).toBeNull()
    },
  )

  it.each([
    ['a missing member', (report: Record<string, unknown>) => delete report['verdict']],
    ['another schema version', (report: Record<string, unknown>) => (report['schemaVersion'] = 2)],
    [
      'metrics of the other command',
      (report: Record<string, unknown>) => (report['metrics'] = sanitizeSample().metrics),
    ],
    ['text for a number', (report: Record<string, unknown>) => (report['seed'] = '0')],
  ])('refuses %s', (_, spoil) => {
    const report = JSON.parse(toJson(certifySample())) as Record<string, unknown>
    spoil(report)
    expect(validate(report)).toBe(false)
  })

  it('describes members in the words of the types', () => {
    expect(stored).toContain('share of them with ΔL ≥ η: a plain estimate, not a certificate')
  })
})
