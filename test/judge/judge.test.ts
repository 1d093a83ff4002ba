import {readFileSync} from 'node:fs'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {judge} from '../../src/judge/judge.js'
import {random} from '../../src/stats/random.js'
import type {Judgement, VerdictLog} from '../../src/verdicts/judgement.js'
import {readVerdictLog} from '../../src/verdicts/read-log.js'

interface Expected {
  threeJudges: Record<
    string,
    {
      pairs: number
      parsed: number
      p: number
      r: number
      consistency: number
      fairness: number
      fairnessOverAll: number
      stability: number
      winRates: Record<string, number>
    }
  >
  agreement: Record<string, {share: number; kappa: number}>
  debate: Record<string, {bandwagon: number; comparisons: number; change?: number}>
}

const folder = 'fixtures/judge-logs/'
const expected = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Expected
const log = (name: string) => readVerdictLog(readFileSync(folder + name), name)
const options = {alpha: 0.05, repetitions: 'first'} as const

const judgement = (over: Partial<Judgement>): Judgement => ({
  line: 1,
  question: '1',
  part: '',
  judge: 'judge',
  round: null,
  repetition: '1',
  shown: ['x', 'y'],
  choice: 0,
  lengths: null,
  nudges: {},
  ...over,
})
const logOf = (judgements: Judgement[], nudges: string[] = []): VerdictLog => ({
  judgements,
  format: 'table',
  columns: {},
  unused: [],
  nudges,
})
/** One question a pair of letters: what was said in either order. */
const pairs = (...said: string[]) =>
  said.flatMap((letters, q) =>
    [...letters].map((letter, order) => {
      const choice = letter === 'C' ? ('tie' as const) : letter === '-' ? null : letter === 'A' ? 0 : 1
      return judgement({question: String(q), shown: order === 0 ? ['x', 'y'] : ['y', 'x'], choice})
    }),
  )

describe('judge, against values that Python computed in fractions', () => {
  const {metrics} = judge(log('three-judges.csv'), options)

  it.each(Object.keys(expected.threeJudges))('%s: stability, consistency, fairness and win rates', (name) => {
    const group = metrics.groups.find((each) => each.judge === name)!
    const known = expected.threeJudges[name]!
    expect(group.pairs).toMatchObject({total: known.pairs, parsed: known.parsed, primacy: known.p, recency: known.r})
    expect(Math.abs(group.stability!.estimate! - known.stability)).toBeLessThan(1e-12)
    expect(Math.abs(group.consistency.estimate! - known.consistency)).toBeLessThan(1e-12)
    expect(Math.abs(group.fairness.estimate! - known.fairness)).toBeLessThan(1e-12)
    expect(Math.abs(group.fairness.overAllPairs! - known.fairnessOverAll)).toBeLessThan(1e-12)
    const rates = metrics.winRates.filter((each) => each.judge === name)
    expect(rates).toHaveLength(2)
    for (const {option, against, estimate} of rates)
      expect(Math.abs(estimate! - known.winRates[`${option} ${against.join()}`]!)).toBeLessThan(1e-12)
  })

  it('agreement of each two judges, and κ', () => {
    expect(metrics.agreement).toHaveLength(3)
    for (const {name, estimate, kappa} of metrics.agreement) {
      expect(Math.abs(estimate! - expected.agreement[name]!.share)).toBeLessThan(1e-12)
      expect(Math.abs(kappa! - expected.agreement[name]!.kappa)).toBeLessThan(1e-12)
    }
  })

  it('what a nudge does, and what later rounds add to it', () => {
    const debate = judge(log('debate.jsonl'), options).metrics
    for (const [round, known] of Object.entries(expected.debate)) {
      const found = debate.groups.find((each) => each.round === round)!.preferences[0]!
      expect(found.name).toBe('bandwagon')
      expect(found.comparisons).toBe(known.comparisons)
      expect(Math.abs(found.estimate! - known.bandwagon)).toBeLessThan(1e-12)
      if (known.change === undefined) continue
      const change = debate.roundDifferences.find((each) => each.round === round && each.metric === 'bandwagon')!
      expect(change.against).toBe('0')
      expect(Math.abs(change.estimate! - known.change)).toBeLessThan(1e-12)
    }
  })
})

describe('judge', () => {
  it('puts each pair of verdicts where the study puts it', () => {
    const {metrics, outcomes} = judge(logOf(pairs('AB', 'BA', 'CC', 'AA', 'AC', 'CA', 'BB', 'BC', 'CB', 'A-')), options)
    expect(metrics.groups[0]!.pairs).toEqual({total: 10, parsed: 9, consistent: 3, primacy: 3, recency: 3, balanced: 0})
    expect(outcomes.map(({kind, winner}) => winner ?? kind)).toEqual([
      'x',
      'y',
      'tied',
      ...Array<string>(6).fill('undecided'),
      'unparsed',
    ])
    expect(metrics.groups[0]!.outcomes).toEqual({decided: 2, tied: 1, undecided: 6, unparsed: 1, unpaired: 0})
  })

  it('has a fairness that is (r − p)/n, whichever way it is written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('AB', 'BA', 'CC', 'AA', 'AC', 'CA', 'BB', 'BC', 'CB', 'A-', '--'), {minLength: 1}),
        (said) => {
          const [group] = judge(logOf(pairs(...said)), options).metrics.groups
          const {primacy: p, recency: r, total, parsed} = group!.pairs
          const asTheStudyWritesIt = p + r === 0 ? 0 : (r * (r / (p + r)) - p * (p / (p + r))) / total
          expect(group!.fairness.overAllPairs).toBeCloseTo(asTheStudyWritesIt, 12)
          if (parsed === 0) expect(group!.fairness.estimate).toBeNull()
          else expect(group!.fairness.estimate).toBeCloseTo((r - p) / parsed, 12)
        },
      ),
    )
  })

  it('gives the same for the rows in any order, and for a judge that is shown the mirror image', () => {
    const {judgements, ...rest} = log('three-judges.csv')
    const shuffled = [...random(3).permutation(judgements.length)].map((k) => judgements[k]!)
    const estimates = (of: Judgement[]) =>
      judge({...rest, judgements: of}, options).metrics.groups.map(({name, consistency, fairness, stability}) => [
        name,
        consistency.estimate,
        fairness.estimate,
        stability!.estimate,
      ])
    const plain = estimates(judgements)
    estimates(shuffled).forEach((row, k) =>
      row.forEach((value, i) =>
        typeof value === 'number'
          ? expect(value).toBeCloseTo(plain[k]![i] as number, 12)
          : expect(value).toBe(plain[k]![i]),
      ),
    )
    const mirrored = judgements.map((each) => ({
      ...each,
      shown: [...each.shown].reverse(),
      choice: typeof each.choice === 'number' ? 1 - each.choice : each.choice,
    }))
    // Answers are the same, places are not: fairness changes its sign and nothing else does.
    const turned = judge({...rest, judgements: mirrored}, options).metrics
    const straight = judge({judgements, ...rest}, options).metrics
    turned.groups.forEach((group, k) => {
      expect(group.fairness.estimate).toBeCloseTo(-straight.groups[k]!.fairness.estimate!, 12)
      expect(group.consistency.estimate).toBeCloseTo(straight.groups[k]!.consistency.estimate!, 12)
    })
    turned.winRates.forEach((rate, k) => expect(rate.estimate).toBeCloseTo(straight.winRates[k]!.estimate!, 12))
  })

  it('takes lists: the same winner in every order, or the side of the list that wins', () => {
    const list = (question: string, shown: string[], choice: number) => judgement({question, shown, choice})
    const {metrics} = judge(
      logOf([
        list('same', ['x', 'y', 'z'], 1),
        list('same', ['y', 'z', 'x'], 0),
        list('same', ['z', 'x', 'y'], 2),
        list('first', ['x', 'y', 'z'], 0),
        list('first', ['y', 'z', 'x'], 0),
        list('first', ['z', 'x', 'y'], 1),
        list('both', ['x', 'y', 'z'], 0),
        list('both', ['y', 'z', 'x'], 2),
        list('both', ['z', 'x', 'y'], 0),
        list('both', ['z', 'y', 'x'], 2),
      ]),
      options,
    )
    expect(metrics.groups[0]!.pairs).toMatchObject({total: 3, consistent: 1, primacy: 1, balanced: 1, recency: 0})
    // y: 1, then 1/3 (chosen first in the second order), then 0.
    expect(metrics.winRates.find(({option}) => option === 'y')!.estimate).toBeCloseTo((1 + 1 / 3 + 0) / 3, 12)
  })

  it('holds all intervals at once within α', () => {
    const {alpha, groups, agreement, winRates} = judge(log('three-judges.csv'), options).metrics
    const headlines = 3 * groups.length
    expect(alpha.statements).toBe(headlines + 3 * groups.length + agreement.length + winRates.length)
    expect(headlines * alpha.headline + (alpha.statements - headlines) * alpha.other).toBeCloseTo(0.05, 12)
  })

  it('says what it could not use', () => {
    const {notes, metrics} = judge(logOf([...pairs('AB', 'A-'), judgement({question: 'alone'})]), options)
    expect(notes.map(({code}) => code)).toEqual(['unparsed-verdicts', 'one-order-only', 'no-repetitions'])
    expect(metrics.groups[0]).toMatchObject({unpaired: 1, unparsed: 1, stability: null})
  })

  it('refuses a comparison that stands twice, and an empty log', () => {
    expect(() => judge(logOf([judgement({line: 4}), judgement({line: 9})]), options)).toThrow(/line 9: .* line 4/)
    expect(() => judge(logOf([]), options)).toThrow(/no verdict/)
    expect(() => judge(logOf(pairs('AB')), {...options, alpha: 1})).toThrow(/α is 1/)
  })

  it.each([0.05, 0.2, 0.5])('covers the truth of clustered questions with all its intervals, α = %f', (alpha) => {
    // Each question has a mood that decides all of its four pairs: consistent, or first-leaning.
    const runs = 100
    let covered = 0
    for (let run = 0; run < runs; run++) {
      const draw = random(run)
      const judgements: Judgement[] = []
      for (let q = 0; q < 30; q++) {
        const lean = draw.uniform() < 0.3
        for (const other of ['b', 'c', 'd', 'e']) {
          const wins = lean || draw.uniform() < 0.6
          judgements.push(judgement({question: String(q), shown: ['a', other], choice: wins ? 0 : 1}))
          judgements.push(judgement({question: String(q), shown: [other, 'a'], choice: lean ? 0 : wins ? 1 : 0}))
        }
      }
      const {groups, winRates} = judge(logOf(judgements), {alpha, repetitions: 'first'}).metrics
      const [{consistency, primacy, recency, fairness}] = groups as [(typeof groups)[number]]
      const known: [{interval: [number, number] | null}, number][] = [
        [consistency, 0.7],
        [primacy, 0.3],
        [recency, 0],
        [fairness, -0.3],
        ...winRates.map((rate) => [rate, 0.3 * 0.5 + 0.7 * 0.6] as [typeof rate, number]),
      ]
      if (known.every(([{interval}, truth]) => interval![0] <= truth && truth <= interval![1])) covered++
    }
    expect(covered / runs).toBeGreaterThanOrEqual(1 - alpha)
  })
})
