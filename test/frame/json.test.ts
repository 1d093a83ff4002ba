import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {InternalError} from '../../src/errors.js'
import {toJson} from '../../src/frame/json.js'
import type {Json, Report} from '../../src/frame/report.js'
import {certifySample} from '../render/samples/certify.js'
import {driftSample} from '../render/samples/drift.js'
import {evaluateSample} from '../render/samples/evaluate.js'
import {hardenSample} from '../render/samples/harden.js'
import {judgeSample} from '../render/samples/judge.js'
import {sanitizeSample} from '../render/samples/sanitize.js'

const parsed = (text: string) => JSON.parse(text) as unknown

/** The same object with its keys set in the reverse order, at every level. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}

describe('toJson', () => {
  it.each([certifySample(), driftSample(), evaluateSample(), hardenSample(), judgeSample(), sanitizeSample()])(
    'keeps every value of a $command report',
    (report) => {
      expect(parsed(toJson(report))).toEqual(report)
    },
  )

  it('gives the same bytes whatever order the keys were set in', () => {
    const report = certifySample()
    expect(toJson(reversed(report) as Report)).toBe(toJson(report))
  })

  it('keeps any configuration and orders it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (config) => {
        const report = {...certifySample(), config: config as Record<string, Json>}
        const text = toJson(report)
        expect(parsed(text)).toEqual(parsed(JSON.stringify(report)))
        expect(toJson(reversed(report) as Report)).toBe(text)
      }),
    )
  })

  it('starts with the contract and ends with the run', () => {
    expect(Object.keys(parsed(toJson(certifySample())) as object)).toEqual([
      'schemaVersion',
      'command',
      'checksum',
      'version',
      'seed',
      'engine',
      'inputs',
      'config',
      'metrics',
      'verdict',
      'notes',
      'run',
    ])
  })

  it('keeps what a command adds, before the run', () => {
    const text = toJson({...certifySample(), evidence: {format: 1}} as Report)
    expect(Object.keys(parsed(text) as object).slice(-3)).toEqual(['notes', 'evidence', 'run'])
    expect(parsed(text)).toMatchObject({evidence: {format: 1}})
  })

  it('counts an undefined member as absent', () => {
    const {run, ...withoutRun} = certifySample()
    expect(run).toBeDefined()
    expect(toJson({...withoutRun, run: undefined} as unknown as Report)).toBe(toJson(withoutRun))
  })

  it.each([
    [NaN, 'the number NaN at metrics.cells[1].global'],
    [Infinity, 'the number Infinity at metrics.cells[1].global'],
    [new Float64Array(2), 'a Float64Array at metrics.cells[1].global'],
    [undefined, 'a value of type undefined at metrics.cells[1].global[0]'],
  ])('refuses %s and names its path', (bad, message) => {
    const report = certifySample()
    const cells = report.metrics.cells as unknown as {global: unknown}[]
    cells[1]!.global = bad === undefined ? [bad] : bad
    expect(() => toJson(report)).toThrow(InternalError)
    expect(() => toJson(report)).toThrow(message)
  })
})
