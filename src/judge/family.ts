import {type Clusters, clusteredInterval, methodOf, pooledMean} from '../stats/clustered.js'
import type {JudgeMetrics, Statement} from './types.js'

/** A value of one comparison, and the question that it belongs to; null: it counts in the design, but has no value. */
export interface Valued {
  question: string
  value: number | null
}

export type Weight = 'headline' | 'other'

/**
 * All statements of a report: half of α is split evenly over the headlines, half over the others, so that every interval
 * holds at once with probability ≥ 1 − α (union bound). How many there are depends on what the log compares, not on its
 * verdicts.
 */
export class StatementFamily {
  private readonly members: {clusters: Clusters; statement: Statement; weight: Weight}[] = []

  /** The mean of the values; `close` fills in its interval. */
  add(
    values: readonly Valued[],
    range: readonly [number, number],
    binary: boolean,
    weight: Weight = 'other',
  ): Statement {
    const clusters = clustersOf(values, range, binary)
    const statement: Statement = {
      estimate: pooledMean(clusters),
      interval: null,
      comparisons: clusters.counts.reduce((sum, x) => sum + x, 0),
      questions: clusters.counts.filter((count) => count > 0).length,
      method: methodOf(clusters),
    }
    this.members.push({clusters, statement, weight})
    return statement
  }

  /** Fills in every interval. */
  close(alpha: number): JudgeMetrics['alpha'] {
    const number = (of: Weight) => this.members.filter(({weight}) => weight === of).length
    const part = number('headline') === 0 || number('other') === 0 ? alpha : alpha / 2
    const each = {headline: part / Math.max(1, number('headline')), other: part / Math.max(1, number('other'))}
    for (const {clusters, statement, weight} of this.members)
      if (statement.estimate !== null) statement.interval = clusteredInterval(clusters, each[weight])
    return {total: alpha, ...each, statements: this.members.length}
  }
}

/** By question. The cap counts comparisons without a value too: it is a property of the log's design. */
function clustersOf(values: readonly Valued[], range: readonly [number, number], binary: boolean): Clusters {
  const byQuestion = new Map<string, {sum: number; count: number; planned: number}>()
  for (const {question, value} of values) {
    const entry = byQuestion.get(question) ?? {sum: 0, count: 0, planned: 0}
    byQuestion.set(question, {
      sum: entry.sum + (value ?? 0),
      count: entry.count + (value === null ? 0 : 1),
      planned: entry.planned + 1,
    })
  }
  const units = [...byQuestion.values()]
  return {
    sums: Float64Array.from(units, ({sum}) => sum),
    counts: Float64Array.from(units, ({count}) => count),
    cap: units.reduce((most, {planned}) => Math.max(most, planned), 1),
    range,
    binary,
  }
}
