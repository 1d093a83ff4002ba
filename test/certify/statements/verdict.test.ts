import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {DEFAULT_OPTIONS} from '../../../src/certify/options.js'
import {verdictOf} from '../../../src/certify/statements/verdict.js'
import type {CertifyMetrics, Headline} from '../../../src/certify/types.js'
import type {PerturbationMetrics} from '../../../src/certify/perturbation-types.js'

const HEADLINE: Headline = {
  layer: 'h1',
  delta: 0.5,
  closeness: 0.1,
  eta: 0.5,
  bound: 0.1534,
  observed: 0.0551,
  status: 'certified',
  arbitrary: {observed: 0.31, lower: 0.25},
}
const PERFORMANCE = {measure: 'accuracy' as const, value: 0.958, lower: 0.9391, baseline: 0.1006}

const metrics = (changed: Partial<CertifyMetrics>) =>
  ({
    alpha: {total: 0.05},
    cells: [{status: 'certified'}, {status: 'certified'}, {status: 'vacuous'}],
    anchors: 40,
    layers: [{name: 'h1'}],
    loss: {name: 'one-minus-p', mean: 0.03},
    performance: PERFORMANCE,
    headline: HEADLINE,
    ...changed,
  }) as unknown as CertifyMetrics
const judge = (changed: Partial<CertifyMetrics>, limits: Partial<typeof DEFAULT_OPTIONS> = {}, constant = false) =>
  verdictOf(metrics(changed), {...DEFAULT_OPTIONS, ...limits}, constant)

describe('the verdict of a certificate', () => {
  it('states facts in one sentence after the other, performance first', () => {
    const {status, summary, meaning} = judge({})
    expect(status).toBe('certified')
    expect(summary).toBe(
      'Accuracy 95.8 % (at least 93.9 %; always guessing the commonest class: 10.1 %). Of two inputs that this model sees as near-identical (closest 10 % of pairs, layer h1), at most 16 % get very different losses (≥ 0.5; seen: 5.6 %). 95 % confidence, for fresh data like the sample, not for attackers.',
    )
    expect(meaning[0]).toMatch(/independent draws/)
    expect(meaning.join('\n')).toMatch(/2 of 3 cells.*\n.*one of the 40 anchors.*\n.*nothing about an adversary/)
  })

  it('is not a pass without a limit, and holds limits against bounds', () => {
    const status = (limits: Partial<typeof DEFAULT_OPTIONS>, changed: Partial<CertifyMetrics> = {}) =>
      judge(changed, limits).status
    expect(status({maxShare: 0.16})).toBe('pass')
    expect(status({maxShare: 0.15})).toBe('fail')
    expect(status({minAccuracy: 0.939})).toBe('pass')
    expect(status({minAccuracy: 0.95})).toBe('fail')
    expect(status({maxShare: 0.16, minAccuracy: 0.95})).toBe('fail')
    expect(status({maxShare: 1}, {headline: {...HEADLINE, bound: 1, status: 'vacuous'}})).toBe('fail')
    expect(judge({}, {maxShare: 0.15}).summary).toContain('The limit of 15 % for the share is missed.')
  })

  it('says that nothing is certified, and of the headline that nothing is shown', () => {
    const headline = {...HEADLINE, bound: 1, status: 'abstain' as const, observed: null}
    const {status, summary} = judge({headline, cells: [{status: 'abstain'}] as CertifyMetrics['cells']})
    expect(status).toBe('nothing-certified')
    expect(summary).toMatch(/nothing is shown: no bound below 100 % holds .*none was seen/)
  })

  it('is uninformative where the baseline is not beaten, unless that is allowed', () => {
    const performance = {...PERFORMANCE, value: 0.13, lower: 0.1, baseline: 0.1}
    expect(judge({performance})).toMatchObject({
      status: 'uninformative',
      summary: expect.stringMatching(/not shown to beat .*at least 10 %, that of the guess 10 %/) as string,
    })
    expect(judge({performance}, {maxShare: 0.5}).status).toBe('uninformative')
    const allowed = judge({performance}, {allowUninformative: true})
    expect(allowed.status).toBe('certified')
    expect(allowed.summary).toContain('not shown to beat')
  })

  it('is uninformative where the loss hardly varies and no performance is known', () => {
    const headline = {...HEADLINE, arbitrary: {observed: 0.001, lower: 0}}
    const unknown = metrics({headline})
    delete unknown.performance
    const status = (constant: boolean, of = unknown) => verdictOf(of, DEFAULT_OPTIONS, constant).status
    expect(status(true)).toBe('uninformative')
    expect(status(false)).toBe('certified')
    expect(status(true, {...unknown, headline: HEADLINE})).toBe('certified')
    expect(judge({headline}, {}, true).status).toBe('certified')
  })

  it('says where closeness is not shown to buy anything', () => {
    const arbitrary = {observed: 0.12, lower: 0.1}
    expect(judge({headline: {...HEADLINE, arbitrary}}).summary).toMatch(
      /Of arbitrary pairs 12 % do: closeness is not shown to buy anything, which is no fault of a model/,
    )
    const performance = {...PERFORMANCE, lower: 0.6}
    expect(judge({headline: {...HEADLINE, arbitrary}, performance}).summary).toMatch(/buy anything\. /)
    expect(judge({}).summary).not.toContain('arbitrary')
  })

  it('speaks of distinct rows where duplicates were dropped', () => {
    const {summary, meaning} = judge({}, {duplicates: 'drop'})
    expect(summary).toMatch(/Of two distinct rows .* fresh distinct rows/)
    expect(meaning[0]).toContain('copies were left out')
  })

  it('is plain statistics without a split', () => {
    const plain = judge({anchors: null})
    expect(plain.status).toBe('done')
    expect(`${plain.summary} ${plain.meaning.join(' ')}`).toMatch(
      /nothing is certified.*bound nothing beyond it.*split into anchors/,
    )
  })

  it('prints no figure that is more favourable than its number', () => {
    const share = fc.double({min: 1e-6, max: 0.999999, noNaN: true})
    fc.assert(
      fc.property(
        share,
        share,
        share,
        share,
        share,
        fc.double({min: 1e-4, max: 5, noNaN: true}),
        (v, l, b, u, o, eta) => {
          const lower = Math.min(v, l)
          const performance = {measure: 'accuracy' as const, value: v, lower, baseline: b}
          const headline = {...HEADLINE, bound: u, observed: o, eta}
          const {summary} = judge({performance, headline}, {allowUninformative: true})
          const figures =
            /Accuracy (\S+) % \(at least (\S+) %; [^:]*: (\S+) %\).*at most (\S+) % get.*\(≥ (\S+); seen: (\S+) %/.exec(
              summary,
            )!
          const [value, least, baseline, bound, change, seen] = figures.slice(1).map((x) => Number(x.replace('−', '-')))
          const fuzz = 1 + 1e-8
          expect(value! / 100).toBeLessThanOrEqual(v * fuzz)
          expect(least! / 100).toBeLessThanOrEqual(lower * fuzz)
          expect((baseline! / 100) * fuzz).toBeGreaterThanOrEqual(b)
          expect((bound! / 100) * fuzz).toBeGreaterThanOrEqual(u)
          expect((seen! / 100) * fuzz).toBeGreaterThanOrEqual(o)
          expect(change! * fuzz).toBeGreaterThanOrEqual(eta)
        },
      ),
    )
  })

  const law = (kind: PerturbationMetrics['kind']) =>
    ({
      kind,
      description: `a ${kind} law`,
      pairs: 200,
      changes: [
        {eta: 0.1, upper: 1, observed: 1},
        {eta: 1 / 3, upper: 0.0421, observed: 0.01},
      ],
    }) as unknown as PerturbationMetrics

  it('gives every perturbation its headline at the largest η, and each kind its warning once', () => {
    const {meaning} = judge({perturbations: [law('random'), law('supplied'), law('random')]})
    expect(
      meaning.filter(
        (sentence) =>
          sentence ===
          'Of fresh examples at most 4.3 % change in loss by ≥ 0.3334 when perturbed (observed 1.0 % of 200): a random law.',
      ),
    ).toHaveLength(2)
    expect(meaning.filter((sentence) => /drawn at random is not chosen/.test(sentence))).toHaveLength(1)
    expect(meaning.filter((sentence) => /provided that they were made independently/.test(sentence))).toHaveLength(1)
    expect(meaning.join(' ')).not.toContain('not robustness against every adversary')
  })
})
