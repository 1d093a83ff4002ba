import {ratioUpperBound, UNIT_BETS} from '../../stats/betting.js'
import {clopperPearsonLower} from '../../stats/clopper-pearson.js'
import type {CertifyPlan} from '../plan-types.js'
import type {Points} from '../sample/points.js'
import {perSource, type Sources, sourcesOf} from '../sample/sources.js'
import {measureOf, MEASURES} from '../tasks/names.js'
import type {MeasureName, Performance} from '../types.js'

/**
 * How often the model is right, with a lower bound for a fresh example, and the baseline of a constant guess.
 *
 * Formula    value = k/N over all rows used, anchors included; lower: Clopper–Pearson at the α of the performance;
 *            baseline: the share of the most common label among the same rows. With sources, each counts once: the mean
 *            of per-source shares, which are in [0, 1] and independent, bounded by betting (Theorem C, b ≡ 1); the
 *            baseline is weighted the same way. For other tasks, the mean over rows of the share of right answers, or
 *            of the error clipped at the limit (see performanceOfErrors).
 * Precision  exact for independent rows: k is binomial. It is about fresh examples, so sampling a part of the file
 *            makes no difference.
 * Cost       rows.
 * Empty      unknown predictions → null; no split → lower null.
 * Source     Clopper & Pearson 1934; docs/math.md, "Performance".   Deviation: none.
 */
export function performanceOf(
  plan: Pick<CertifyPlan, 'anchors' | 'references' | 'alpha' | 'loss' | 'lossMax'>,
): Performance | null {
  const {anchors, references, alpha, loss} = plan
  if (loss.measure !== undefined) return performanceOfErrors(plan, loss.measure)
  const sides = alpha === null ? [references] : [anchors, references]
  if (sides.some(({correct, labels}) => correct === null || correct === undefined || labels === null)) return null
  if (sides.every(({groups}) => groups !== null && groups !== undefined))
    return performanceOfSources(sides, alpha?.performance ?? null)
  const rows = sides.reduce((sum, side) => sum + side.rows.length, 0)
  const right = sides.reduce((sum, {correct}) => sum + correct!.reduce((s, x) => s + x, 0), 0)
  return {
    measure: 'accuracy',
    value: right / rows,
    lower: alpha?.performance === undefined ? null : clopperPearsonLower(right, rows, alpha.performance),
    baseline: commonest(sides) / rows,
  }
}

/**
 * The mean error of a row with its bound, or the mean share of its right answers.
 *
 * Formula    shares: 1 − the mean error e ∈ [0, 1] over all rows used; lower: 1 − the betting bound of its mean
 *            (Theorem C, b ≡ 1, v_max = 1). errors: the mean of min(e, L) over the references, L the largest error of
 *            an anchor (or the loss's given limit); upper: L times the betting bound of min(e, L)/L ∈ [0, 1]. Given the
 *            anchors L is fixed, and the references are independent draws. baseline: the same mean for the best
 *            constant answer, clipped the same way. With sources, the bets use per-source means.
 * Empty      no split → no bound, and errors count in full.
 * Source     docs/math.md, "Performance".   Deviation: none.
 */
export function performanceOfErrors(
  plan: Pick<CertifyPlan, 'anchors' | 'references' | 'alpha' | 'loss' | 'lossMax'>,
  measure: MeasureName,
): Performance {
  const {anchors, references, alpha} = plan
  const sides = alpha === null || MEASURES[measure].isError ? [references] : [anchors, references]
  const all = (of: (side: Points) => Iterable<number>) => Float64Array.from(sides.flatMap((side) => [...of(side)]))
  const groups = Int32Array.from(sides.flatMap((side) => [...(side.groups ?? [])]))
  return meanError(
    {errors: all(({errors}) => errors!), guesses: all(({guesses}) => guesses!)},
    {
      measure,
      limit: errorLimit(plan, measure),
      level: alpha?.performance,
      sources: groups.length === 0 ? null : sourcesOf(groups),
    },
  )
}

/** Clipping limit of errors: 1 for shares; else the loss's given limit, or the largest error of an anchor. */
export function errorLimit(
  {anchors, alpha, loss, lossMax}: Pick<CertifyPlan, 'anchors' | 'alpha' | 'loss' | 'lossMax'>,
  measure: MeasureName,
): number {
  if (!MEASURES[measure].isError) return 1
  const own = loss.task !== undefined && measureOf(loss.task, loss.name)?.loss === loss.name
  return own || alpha === null ? lossMax : anchors.errors!.reduce((a, b) => Math.max(a, b), 0)
}

/** The statement of performanceOfErrors for some rows, with a limit that does not depend on them; `level`: its α. */
export function meanError(
  rows: {errors: Float64Array; guesses: Float64Array},
  {
    measure,
    limit,
    level,
    sources,
  }: {measure: MeasureName; limit: number; level: number | undefined; sources: Sources | null},
): Performance {
  const clipped = (values: Float64Array) =>
    perSource(
      values.map((error) => Math.min(error, limit)),
      sources,
    )
  const errors = clipped(rows.errors)
  const guess = mean(clipped(rows.guesses))
  const upper =
    level === undefined || limit === 0
      ? null
      : limit *
        ratioUpperBound(
          errors.map((error) => error / limit),
          null,
          UNIT_BETS,
          level,
          1,
        )
  if (!MEASURES[measure].isError)
    return {measure, value: 1 - mean(errors), lower: upper === null ? null : 1 - upper, baseline: 1 - guess}
  return {
    measure,
    value: mean(errors),
    lower: null,
    upper,
    baseline: guess,
    ...(Number.isFinite(limit) ? {limit} : {}),
  }
}

function performanceOfSources(sides: readonly Points[], alpha: number | null): Performance {
  const all = <T>(of: (side: Points) => Iterable<T>): T[] => sides.flatMap((side) => [...of(side)])
  const sources = sourcesOf(Int32Array.from(all(({groups}) => groups!)))!
  const wrong = perSource(
    Float64Array.from(
      all(({correct}) => correct!),
      (x) => 1 - x,
    ),
    sources,
  )
  const labels = all((side) => side.labels!)
  const shares = [...new Set(labels)].map((label) =>
    mean(
      perSource(
        Float64Array.from(labels, (x) => (x === label ? 1 : 0)),
        sources,
      ),
    ),
  )
  return {
    measure: 'accuracy',
    value: 1 - mean(wrong),
    lower: alpha === null ? null : 1 - ratioUpperBound(wrong, null, UNIT_BETS, alpha, 1),
    baseline: Math.max(...shares),
  }
}

const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length

const commonest = (sides: readonly Points[]): number => Math.max(...labelCounts(sides).values())

/** The most common label, ties to the smallest; null without labels. */
export function commonestLabel(sides: readonly Points[]): number | null {
  if (sides.some(({labels}) => labels === null)) return null
  const counts = labelCounts(sides)
  const most = Math.max(...counts.values())
  return Math.min(...[...counts].filter(([, count]) => count === most).map(([label]) => label))
}

function labelCounts(sides: readonly Points[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const {labels} of sides) for (const label of labels!) counts.set(label, (counts.get(label) ?? 0) + 1)
  return counts
}
