import {describe, expect, it} from 'vitest'
import {UsageError} from '../../src/errors.js'
import {checkConfig} from '../../src/gate/config.js'
import {readSchema} from '../../src/documents/schema.js'

const schema = readSchema('config.schema.json')
const check = (value: unknown) => checkConfig(value, schema, 'surety.config.json')
const good = {
  checks: {
    a: {
      certify: 'm.onnx',
      options: {data: 'd.npz', alpha: 0.1, delta: [0.1, 0.5], split: false},
      thresholds: {accuracy: ['error', {min: 0.5, baseline: {absolute: 0.01}}], verdict: 'warn'},
    },
  },
  suppressions: [{check: 'a', metric: 'accuracy', reason: 'r', expires: '2030-12-31'}],
}

describe('checkConfig', () => {
  it('gives a good configuration back', () => {
    expect(check(good)).toEqual(good)
    expect(
      check({
        checks: {b: {report: 'r.json'}},
        baseline: 'git:main',
        'fail-level': 'warn',
        cache: '.c',
        out: ['a.json'],
        seed: 3,
      }),
    ).toBeTruthy()
  })

  const thresholds = (value: unknown) => ({checks: {a: {certify: 'm.onnx', thresholds: value}}})
  it.each<[string, unknown, RegExp]>([
    ['no object', [], /must be object/],
    ['nothing', null, /must be object/],
    ['another file', {no: 'such schema'}, /unknown member "no"|lacks "checks"/],
    ['no check', {checks: {}}, /names no check/],
    ['a misspelt member', {checks: {a: {certify: 'x', threshold: {}}}}, /checks\.a has the unknown member "threshold"/],
    ['nothing to judge', {checks: {a: {}}}, /has none of certify/],
    ['two things to judge', {checks: {a: {certify: 'x', report: 'y'}}}, /certify and report/],
    ['options of a report', {checks: {a: {report: 'y', options: {alpha: 1}}}}, /options have no effect/],
    ['a name that leaves the folder', {checks: {'../a': {report: 'y'}}}, /cannot name a check/],
    ['a name that is a prototype', JSON.parse('{"checks": {"__proto__": {"report": "y"}}}'), /cannot name a check/],
    [
      'an unknown level',
      thresholds({accuracy: ['fatal', {min: 1}]}),
      /is "fatal", which is none of "error", "off", "warn"|fatal/,
    ],
    ['a level without a list', thresholds({accuracy: {min: 1}}), /thresholds\.accuracy/],
    ['a limit that is text', thresholds({accuracy: ['error', {min: '1'}]}), /min is "1", which must be number/],
    ['an unknown limit', thresholds({accuracy: ['error', {minimum: 1}]}), /unknown member "minimum"/],
    ['limits that cross', thresholds({accuracy: ['error', {min: 1, max: 0}]}), /nothing can meet it/],
    [
      'negative slack',
      thresholds({accuracy: ['error', {min: 1, baseline: {absolute: -1}}]}),
      /negative absolute slack/,
    ],
    ['a direction that is not said', thresholds({accuracy: ['error', {baseline: {}}]}), /which way is worse/],
    ['limits of a verdict', thresholds({verdict: ['error', {min: 1}]}), /has no limits/],
    ['a path that is none', thresholds({'a..b': 'error'}), /cannot be read/],
    [
      'a suppression of no check',
      {...good, suppressions: [{...good.suppressions[0], check: 'b'}]},
      /names the check "b"/,
    ],
    [
      'a suppression of no threshold',
      {...good, suppressions: [{...good.suppressions[0], metric: 'acuracy'}]},
      /not a threshold of a/,
    ],
    [
      'a suppression without a reason',
      {...good, suppressions: [{check: 'a', metric: 'accuracy', expires: '2030-12-31'}]},
      /lacks "reason"/,
    ],
    [
      'a date that is none',
      {...good, suppressions: [{...good.suppressions[0], expires: '2030-02-30'}]},
      /which is not a date/,
    ],
    ['an unknown setting', {...good, 'fail-levle': 'warn'}, /unknown member "fail-levle"/],
  ])('refuses %s', (_name, value, message) => {
    expect.assertions(3)
    try {
      check(value)
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError)
      expect((error as Error).message).toMatch(message)
      expect((error as Error).message).toMatch(/^(surety\.config\.json: |the metric path|the baseline rule)/)
    }
  })

  it('answers a misspelling with what was probably meant', () => {
    expect.assertions(1)
    try {
      check({...good, 'fail-levle': 'warn'})
    } catch (error) {
      expect((error as UsageError).nextSteps[0]).toBe('did you mean fail-level?')
    }
  })
})
