import fc from 'fast-check'
import {beforeAll, describe, expect, it} from 'vitest'
import {bestBound} from '../../src/certify/statements/cells.js'
import {UsageError} from '../../src/errors.js'
import {gate, type GateInput} from '../../src/gate/gate.js'
import type {Finding, GateConfig, Limits, Threshold} from '../../src/gate/types.js'
import type {CertifyReport} from '../../src/documents/reports.js'
import {sanitizeSample} from '../render/samples/sanitize.js'
import {certifyReport, changed, configOf, schema} from './reports.js'

let report: CertifyReport
let other: CertifyReport
beforeAll(async () => {
  report = await certifyReport()
  other = await certifyReport(changed, {}, undefined, 'b'.repeat(64))
})

const judge = (config: GateConfig, more: Partial<GateInput> = {}) =>
  gate({config, runs: new Map([['model', {report}]]), today: '2030-06-01', schema, ...more})
const findings = (thresholds: Record<string, Threshold>, more: Partial<GateInput> = {}) =>
  judge(configOf(thresholds), more).metrics.findings
const single = (metric: string, limits: Limits, more: Partial<GateInput> = {}): Finding =>
  findings({verdict: 'off', [metric]: ['error', limits]}, more)[0]!
/** The report with something in it set to another value. */
function altered(path: (string | number)[], value: unknown): CertifyReport {
  const copy = structuredClone(report)
  let at: unknown = copy.metrics
  for (const key of path.slice(0, -1)) at = (at as Record<string, unknown>)[key]
  ;(at as Record<string, unknown>)[path.at(-1)!] = value
  return copy
}
const on = (changedReport: CertifyReport) => ({runs: new Map([['model', {report: changedReport}]])})

describe('limits', () => {
  it('holds a number against min and max, each a finding of its own', () => {
    const mean = report.metrics.loss.mean
    const found = findings({'loss.mean': ['warn', {min: mean, max: mean}]})
    expect(found.map(({rule, status, value, limit}) => [rule, status, value, limit])).toEqual([
      ['max', 'pass', mean, mean],
      ['min', 'pass', mean, mean],
      ['verdict', 'pass', null, null],
    ])
    expect(single('loss.mean', {min: mean + 1e-9})).toMatchObject({
      status: 'fail',
      level: 'error',
      advice: expect.stringContaining('fix') as string,
    })
    expect(single('loss.mean', {max: mean - 1e-9})).toMatchObject({status: 'fail'})
  })

  it('holds an accuracy against its lower bound, whichever way it is named, and knows no maximum of it', () => {
    const {value, lower} = report.metrics.performance!
    expect(lower!).toBeLessThan(value)
    for (const path of ['accuracy', 'performance', 'performance.value', 'performance.lower']) {
      expect(single(path, {min: lower!}), path).toMatchObject({status: 'pass', value: lower})
      expect(single(path, {min: (lower! + value) / 2}).status, path).toBe('fail')
    }
    expect(() => single('accuracy', {max: 1})).toThrow(/no maximum/)
    expect(() => single('localization.ranking[*].scaleFree', {max: 9})).toThrow(/asymptotic interval only/)
    expect(single('headline.observed', {max: 1})).toMatchObject({value: report.metrics.headline!.bound})
  })

  it('takes the unfavourable end of the share of random edges, and no number of it where too little is known', () => {
    const share = {estimate: 0.04, low: 0.01, high: 0.08}
    const graph = (finding: string) => {
      const sample = sanitizeSample()
      const randomEdges = {finding, share, number: share} as unknown as NonNullable<typeof sample.metrics.randomEdges>
      return {runs: new Map([['model', {report: {...sample, metrics: {...sample.metrics, randomEdges}}}]])}
    }
    const judged = graph('no evidence of an attack')
    for (const path of ['randomEdges.share', 'randomEdges.share.estimate'])
      expect(single(path, {max: 0.05}, judged), path).toMatchObject({
        status: 'fail',
        value: 0.08,
        judgedOn: '95 % interval',
      })
    expect(single('randomEdges.share', {min: 0.02}, judged)).toMatchObject({status: 'fail', value: 0.01})
    expect(single('randomEdges.share.low', {max: 0.05}, judged)).toMatchObject({status: 'pass', value: 0.01})
    const unjudged = graph('not enough evidence to judge')
    for (const path of ['randomEdges.share.low', 'randomEdges.share', 'randomEdges.number.high'])
      expect(single(path, {max: 1}, unjudged), path).toMatchObject({
        status: 'fail',
        value: null,
        found: 'not enough evidence to judge',
      })
  })

  it('knows the lift of the headline, which is that of its cell', () => {
    const {lift, bound, arbitrary} = report.metrics.headline!
    expect(lift).toBeCloseTo(bound / arbitrary.lower, 12)
    expect(single('headline.lift', {max: lift!}).status).toBe('pass')
    expect(single('headline.lift', {max: lift! - 1e-9}).status).toBe('fail')
  })

  it('lets the worst of several values decide, and says where it stands', () => {
    const uppers = report.metrics.layers.map(({epsilon}) => epsilon.raw.upper!)
    const worst = uppers.indexOf(Math.max(...uppers))
    expect(single('layers[*].epsilon.raw', {max: Math.max(...uppers)})).toMatchObject({
      status: 'pass',
      matches: uppers.length,
    })
    expect(single('layers[*].epsilon.raw', {max: Math.max(...uppers) * 0.999})).toMatchObject({
      status: 'fail',
      value: uppers[worst],
      at: `layers[${report.metrics.layers[worst]!.name}].epsilon.raw`,
    })
  })

  it('shows as many digits as it takes to see why', () => {
    expect(single('loss.mean', {min: report.metrics.loss.mean + 1e-12}).found).not.toBe(
      String(report.metrics.loss.mean + 1e-12),
    )
    fc.assert(
      fc.property(
        fc.double({min: 0, max: 1, noNaN: true}),
        fc.double({min: 0, max: 1, noNaN: true}),
        (value, limit) => {
          const {found, status} = single('loss.mean', {max: limit}, on(altered(['loss', 'mean'], value)))
          expect(Number(found) <= limit).toBe(status === 'pass')
        },
      ),
    )
  })
})

describe('a certificate', () => {
  const layer = () => report.metrics.layers[0]!
  it('is judged on its upper bound, whichever way it is named', () => {
    const {estimate, upper} = layer().epsilon.scaleFree
    expect(estimate).toBeLessThan(upper!)
    for (const path of ['epsilon.scaleFree', 'epsilon.scaleFree.estimate', 'epsilon.scaleFree.upper']) {
      expect(single(`layers[${layer().name}].${path}`, {max: (estimate + upper!) / 2})).toMatchObject({
        status: 'fail',
        value: upper,
      })
      expect(single(`layers[${layer().name}].${path}`, {max: upper!})).toMatchObject({status: 'pass', value: upper})
    }
  })

  it('is judged on the smallest certified bound of a cell, not on what was observed', () => {
    const cell = report.metrics.cells.find(({status, observed}) => status === 'certified' && observed !== null)!
    const path = `cells[layer=${cell.layer},delta=${cell.delta},eta=${cell.eta}]`
    for (const named of [path, `${path}.observed`]) {
      expect(single(named, {max: bestBound(cell)})).toMatchObject({status: 'pass', value: bestBound(cell)})
      expect(single(named, {max: (bestBound(cell) + cell.observed!) / 2}).status).toBe('fail')
    }
  })

  it.each(['vacuous', 'abstain', 'invalid'])('fails in a cell that is %s, whatever its numbers say', (status) => {
    for (const member of ['', '.observed', '.direct', '.windowed', '.global']) {
      const found = single(
        `cells[layer=${layer().name}]${member}`,
        {max: 1},
        on(altered(['cells', 0, 'status'], status)),
      )
      expect(found).toMatchObject({status: 'fail', found: status, value: null})
      expect(found.advice).not.toBe('')
    }
  })

  it('fails without a bound', () => {
    expect(
      single(
        `layers[${layer().name}].epsilon.raw`,
        {max: 1e9},
        on(altered(['layers', 0, 'epsilon', 'raw', 'upper'], null)),
      ),
    ).toMatchObject({status: 'fail', found: 'no upper bound'})
  })

  it('has no minimum, since it bounds from above only', () => {
    expect(() => single(`layers[${layer().name}].epsilon.raw`, {min: 0})).toThrow(UsageError)
  })
})

describe('what is not there', () => {
  it.each([
    [undefined, 'missing'],
    [null, 'null'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    ['0.9', '"0.9"'],
    [true, 'no number'],
  ])('%j fails a limit and a bare level', (value, text) => {
    for (const limits of [{min: -1e300}, {max: 1e300}])
      expect(single('loss.mean', limits, on(altered(['loss', 'mean'], value)))).toMatchObject({
        status: 'fail',
        found: text,
      })
    expect(findings({verdict: 'off', 'loss.mean': 'error'}, on(altered(['loss', 'mean'], value)))[0]).toMatchObject({
      rule: 'present',
      status: 'fail',
    })
  })

  it('a selector that chooses nothing fails', () => {
    expect(single('layers[absent].dim', {min: 0})).toMatchObject({status: 'fail', found: 'missing', at: null})
  })

  it.each([
    'acuracy',
    'layers[h1].epsilom',
    'cells[deltta=1]',
    'accuracy[0]',
    'layers',
    'alpha',
    'verdict.summary',
    'loss.name',
  ])('%s is a configuration error', (metric) => {
    expect(() => single(metric, {max: 1})).toThrow(UsageError)
  })

  it('a misspelt name is answered with the right one', () => {
    expect.assertions(1)
    try {
      single('acuracy', {max: 1})
    } catch (error) {
      expect((error as UsageError).nextSteps).toContain('did you mean accuracy?')
    }
  })

  it('every number of a real report can be gated', () => {
    const paths: string[] = []
    const collect = (value: unknown, path: string): void => {
      if (typeof value === 'number') paths.push(path)
      else if (Array.isArray(value))
        value
          .slice(0, 2)
          .forEach((element, k) =>
            collect(
              element,
              typeof element === 'object' && element !== null && !Array.isArray(element) ? path : `${path}[${k}]`,
            ),
          )
      else if (typeof value === 'object' && value !== null)
        for (const [key, member] of Object.entries(value)) collect(member, path === '' ? key : `${path}.${key}`)
    }
    const {metrics} = report
    collect(
      {...metrics, examples: {...metrics.examples, rows: []}, localization: {...metrics.localization, overlap: []}},
      '',
    )
    expect(new Set(paths).size).toBeGreaterThan(60)
    // Bounded from below only, or not at all.
    const refused = ['accuracy', 'performance.value', 'localization.ranking.scaleFree']
    for (const path of new Set(paths))
      if (!refused.includes(path)) expect(() => single(path, {max: 1}), path).not.toThrow()
  })
})

describe('levels', () => {
  it('off is not judged, warn fails only where warnings do', () => {
    expect(judge(configOf({verdict: 'off', accuracy: 'off'})).metrics.findings).toEqual([])
    const warned = configOf({accuracy: ['warn', {min: 2}]})
    expect(judge(warned).verdict.status).toBe('pass')
    expect(judge(warned, {failLevel: 'warn'}).verdict.status).toBe('fail')
    expect(judge(warned).metrics.counts).toEqual({checks: 1, passed: 1, errors: 0, warnings: 1, suppressed: 0})
  })

  it('a report that did not pass by itself fails its check unless that is turned off', () => {
    const failed: CertifyReport = {...report, verdict: {...report.verdict, status: 'inconclusive'}}
    expect(judge(configOf({}), on(failed))).toMatchObject({
      verdict: {status: 'fail'},
      metrics: {findings: [{rule: 'verdict', found: 'inconclusive'}]},
    })
    expect(judge(configOf({verdict: 'off', accuracy: 'error'}), on(failed)).verdict.status).toBe('pass')
  })

  it('a check that could not be run fails and is never excused', () => {
    const config = configOf(
      {},
      {suppressions: [{check: 'model', metric: 'verdict', reason: 'r', expires: '2031-01-01'}]},
    )
    const result = judge(config, {
      runs: new Map([
        [
          'model',
          {error: {code: 'INPUT', message: 'model.onnx: there is no such file', nextSteps: ['check the path']}},
        ],
      ]),
    })
    expect(result).toMatchObject({broken: true, verdict: {status: 'fail'}})
    expect(result.metrics.findings[0]).toMatchObject({rule: 'run', status: 'fail', advice: 'check the path'})
  })

  it('nothing judged is not a pass', () => {
    expect(judge(configOf({}), {runs: new Map()}).verdict.status).toBe('inconclusive')
  })
})

describe('baselines', () => {
  const against = (before: CertifyReport, now = report) => ({
    runs: new Map([['model', {report: now}]]),
    baselines: new Map([['model', before]]),
  })
  const rule = (slack = {}) => ({baseline: {worse: 'higher' as const, ...slack}})

  it('the same report is no worse, with no slack at all', () => {
    for (const metric of ['layers[*].epsilon.scaleFree', 'layers[*].epsilon.raw', 'cells[layer=h1]', 'loss.mean'])
      expect(single(metric, rule(), against(report)), metric).toMatchObject({status: 'pass', found: 'no difference'})
    expect(single('accuracy', {baseline: {worse: 'lower'}}, against(report)).status).toBe('pass')
  })

  it('is judged on the unfavourable end of the paired interval', () => {
    const name = report.metrics.layers[0]!.name
    const found = single(`layers[${name}].epsilon.scaleFree`, rule({absolute: 1e9}), against(report, other))
    expect(found.judgedOn).toMatch(/paired/)
    const difference =
      other.metrics.layers[0]!.epsilon.scaleFree.estimate - report.metrics.layers[0]!.epsilon.scaleFree.estimate
    expect(found.value).toBeGreaterThan(difference)
    expect(
      single(`layers[${name}].epsilon.scaleFree`, rule({absolute: found.value! - 1e-9}), against(report, other)).status,
    ).toBe('fail')
  })

  it('allows absolute and relative slack, in the direction that is worse', () => {
    const [here, there] = [other.metrics.loss.mean, report.metrics.loss.mean]
    expect(here).toBeGreaterThan(there)
    expect(single('loss.mean', rule(), against(report, other))).toMatchObject({status: 'fail', judgedOn: null})
    expect(single('loss.mean', rule({absolute: (here - there) * 1.001}), against(report, other)).status).toBe('pass')
    expect(single('loss.mean', rule({relative: ((here - there) / there) * 1.001}), against(report, other)).status).toBe(
      'pass',
    )
    expect(single('loss.mean', rule({relative: ((here - there) / there) * 0.999}), against(report, other)).status).toBe(
      'fail',
    )
    expect(single('loss.mean', {baseline: {worse: 'lower'}}, against(report, other)).status).toBe('pass')
  })

  it('takes the direction from a single limit, and asks where there is none', () => {
    expect(
      findings({verdict: 'off', 'loss.mean': ['error', {max: 9, baseline: {}}]}, against(report, other)).map(
        ({rule, status}) => [rule, status],
      ),
    ).toEqual([
      ['baseline', 'fail'],
      ['max', 'pass'],
    ])
    expect(() => single('loss.mean', {baseline: {}}, against(report))).toThrow(/which way is worse/)
    expect(() => single('loss.mean', rule())).toThrow(/none is named/)
  })

  it.each<[string, (before: CertifyReport) => CertifyReport, RegExp]>([
    ['another algorithm', (before) => ({...before, algorithm: 2}), /algorithm has version 1 here and 2/],
    [
      'an algorithm that is not stated',
      (before) => ({...before, algorithm: undefined}) as unknown as CertifyReport,
      /version 1 here and 0/,
    ],
    ['another seed', (before) => ({...before, seed: 5}), /seed is 0 here and 5/],
    [
      'another option',
      (before) => ({...before, config: {...before.config, alpha: 0.01}}),
      /option alpha is 0.05 here and 0.01/,
    ],
    [
      'another loss',
      (before) => ({...before, metrics: {...before.metrics, loss: {...before.metrics.loss, name: 'brier'}}}),
      /loss is one-minus-p here and brier/,
    ],
    [
      'other data',
      (before) => ({
        ...before,
        inputs: before.inputs.map((input) => (input.role === 'data' ? {...input, sha256: 'e'.repeat(64)} : input)),
      }),
      /other data: the sha256 of data.npz differs/,
    ],
    [
      'less data',
      (before) => ({
        ...before,
        inputs: [...before.inputs, {path: 'more.npz', sha256: 'f'.repeat(64), bytes: 1, role: 'data'}],
      }),
      /other data/,
    ],
    [
      'another command',
      () => ({command: 'doctor', inputs: [], config: {}, metrics: {}}) as unknown as CertifyReport,
      /surety certify and the baseline one of surety doctor/,
    ],
  ])('%s is an error that says why, not a judgement', (_name, change, message) => {
    const result = judge(
      configOf({verdict: 'off', 'loss.mean': ['warn', rule({absolute: 1e9})]}),
      against(change(report)),
    )
    expect(result).toMatchObject({broken: true, verdict: {status: 'fail'}})
    expect(result.metrics.findings[0]).toMatchObject({rule: 'run', level: 'error', status: 'fail'})
    expect(result.metrics.findings[0]!.found).toMatch(message)
  })

  it('other data may be compared where the rule says so, without pairing', () => {
    const elsewhere = {...report, inputs: report.inputs.map((input) => ({...input, sha256: 'e'.repeat(64)}))}
    expect(single('loss.mean', rule({acrossData: true}), against(elsewhere))).toMatchObject({
      status: 'pass',
      judgedOn: null,
    })
  })

  it('a check without a baseline fails', () => {
    expect(judge(configOf({'loss.mean': ['error', rule()]}), {baselines: new Map()})).toMatchObject({
      broken: true,
      metrics: {findings: [{found: 'the baseline has no report of this check'}, {status: 'pass'}]},
    })
  })
})

describe('suppressions', () => {
  const failing: Record<string, Threshold> = {accuracy: ['error', {min: 2}]}
  const excused = (metric: string, expires: string, check = 'model') =>
    judge(configOf(failing, {suppressions: [{check, metric, reason: 'known', expires}]}))

  it('excuse a failure until their last day', () => {
    for (const expires of ['2030-06-01', '2031-01-01']) {
      expect(excused('accuracy', expires)).toMatchObject({
        verdict: {status: 'pass'},
        metrics: {
          counts: {suppressed: 1, errors: 0},
          findings: [{status: 'suppressed', suppression: {reason: 'known', expires}}, {status: 'pass'}],
        },
      })
    }
  })

  it('fail when they have expired, beside the failure itself', () => {
    expect(excused('accuracy', '2030-05-31').metrics).toMatchObject({
      counts: {errors: 2, suppressed: 0},
      findings: [
        {rule: 'suppression', found: 'expired on 2030-05-31'},
        {rule: 'min', status: 'fail'},
        {status: 'pass'},
      ],
    })
  })

  it('fail when nothing needs them', () => {
    expect(excused('verdict', '2031-01-01').metrics.findings.find(({rule}) => rule === 'suppression')).toMatchObject({
      status: 'fail',
      level: 'error',
      found: 'nothing fails',
    })
  })

  it('of a check that takes no part are left alone', () => {
    const config: GateConfig = {
      checks: {...configOf({}).checks, absent: {certify: 'x', thresholds: failing}},
      suppressions: [{check: 'absent', metric: 'accuracy', reason: 'r', expires: '2000-01-01'}],
    }
    expect(judge(config).verdict.status).toBe('pass')
  })
})

describe('findings', () => {
  it('have fingerprints that depend on what is asked, not on what is found', () => {
    const [one, two] = [single('accuracy', {min: 0.1}), single('accuracy', {min: 0.9}, on(altered(['accuracy'], 0.2)))]
    expect(one.fingerprint).toBe(two.fingerprint)
    const all = findings({accuracy: ['error', {min: 0}], 'loss.mean': ['error', {min: 0, max: 1}]})
    expect(new Set(all.map(({fingerprint}) => fingerprint)).size).toBe(all.length)
  })

  it('stand in one order: failures first, errors before warnings', () => {
    const all = findings({'loss.mean': ['warn', {max: -1}], accuracy: ['error', {min: 2}], rows: ['error', {min: 0}]})
    expect(all.map(({metric, status, level}) => [metric, status, level])).toEqual([
      ['accuracy', 'fail', 'error'],
      ['loss.mean', 'fail', 'warn'],
      ['rows', 'pass', 'error'],
      ['verdict', 'pass', 'error'],
    ])
  })
})
