import {Ajv} from 'ajv'
import type {Issue} from 'codeclimate-types'
import {describe, expect, it} from 'vitest'
import {gateBadge} from '../../../src/render/gate/badge.js'
import {gateGitlab} from '../../../src/render/gate/gitlab.js'
import {gateSample, hostileSample, manyFindings} from './sample.js'

const accepts = (schema: object, json: string) => {
  const validate = new Ajv().compile(schema)
  validate(JSON.parse(json))
  return validate.errors
}

/** What GitLab documents as required of a code quality report, and the values it knows. */
const CODE_QUALITY = {
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      type: {const: 'issue'},
      description: {type: 'string', minLength: 1, pattern: '^[^\\n\\r]*$'},
      check_name: {type: 'string', minLength: 1},
      fingerprint: {type: 'string', minLength: 1},
      severity: {enum: ['info', 'minor', 'major', 'critical', 'blocker']},
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: {type: 'string', pattern: '^(?!\\./)[^\\\\]+$'},
          lines: {type: 'object', required: ['begin'], properties: {begin: {type: 'integer', minimum: 1}}},
        },
      },
    },
  },
}

describe('gateGitlab', () => {
  it.each([
    ['a sample', gateSample()],
    ['hostile names', hostileSample()],
    ['no finding', gateSample([])],
    ['many', gateSample(manyFindings(300))],
  ])('is what GitLab documents: %s', (_, report) => {
    expect(accepts(CODE_QUALITY, gateGitlab(report))).toBeNull()
  })

  it('has an issue for each finding that fails or is accepted, the worst first, each with a fingerprint of its own', () => {
    const issues = JSON.parse(gateGitlab(gateSample())) as Issue[]
    expect(issues.map(({severity}) => severity)).toEqual(['critical', 'major', 'major', 'major', 'minor', 'info'])
    expect(new Set(issues.map(({fingerprint}) => fingerprint)).size).toBe(issues.length)
    expect(issues.at(-1)!.description).toContain('accepted until 2026-12-31: the new labels')
    expect(issues[1]!.location).toEqual({path: 'models/surety.config.json', lines: {begin: 9, end: 9}})
  })

  it('names files from the root of the repository', () => {
    const [issue] = JSON.parse(gateGitlab(gateSample(), {folder: 'a/b'})) as Issue[]
    expect(issue!.location.path).toBe('a/b/models/surety.config.json')
  })
})

/** The endpoint schema that shields.io documents; other members are refused there. */
const ENDPOINT = {
  type: 'object',
  required: ['schemaVersion', 'label', 'message'],
  additionalProperties: false,
  properties: {
    schemaVersion: {const: 1},
    label: {type: 'string'},
    message: {type: 'string', minLength: 1},
    color: {enum: ['brightgreen', 'green', 'yellowgreen', 'yellow', 'orange', 'red', 'lightgrey', 'blue']},
    isError: {type: 'boolean'},
  },
}

describe('gateBadge', () => {
  const passes = gateSample().metrics.findings.filter(({status}) => status === 'pass')
  const warnings = manyFindings(4).filter(({level}) => level === 'warn')

  it.each([
    ['failures', gateSample(), '4 failures', 'red', true],
    ['one failure', gateSample(manyFindings(1)), '1 failure', 'red', true],
    ['warnings', gateSample(warnings), '2 warnings', 'yellow', false],
    ['warnings that fail', gateSample(warnings, [], 'warn'), '2 warnings', 'red', true],
    [
      'accepted',
      gateSample(gateSample().metrics.findings.filter(({status}) => status !== 'fail')),
      'passing, 1 accepted',
      'brightgreen',
      false,
    ],
    ['a pass', gateSample(passes), 'passing', 'brightgreen', false],
  ])('says what shields.io can show: %s', (_, report, message, color, isError) => {
    expect(accepts(ENDPOINT, gateBadge(report))).toBeNull()
    expect(JSON.parse(gateBadge(report))).toEqual({schemaVersion: 1, label: 'surety', message, color, isError})
  })
})
