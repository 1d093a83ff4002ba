import {UsageError, option} from '../errors.js'
import type {FreshBound, LossName, MetricName} from './types.js'

export interface CertifyOptions {
  loss: LossName | 'auto'
  metric: MetricName
  /** divide distances by the median anchor pair distance, or not at all */
  scale: 'median' | 'none'
  /** τ in scaled units; auto: smallest δ */
  floor: number | 'auto'
  /** in scaled units; auto: distance quantiles of the anchors */
  deltas: readonly number[] | 'auto'
  /** auto: a quarter and a half of L_max; 1 for zero-one */
  etas: readonly number[] | 'auto'
  alpha: number
  /**
   * share of the rows that become anchors; null: no split, plain statistics, no certificate. Measured: .2 to .33 differ
   * by 5 %, .5 is 10 % looser
   */
  split: number | null
  seed: number
  /** bootstrap rounds for the asymptotic intervals; 0: none */
  bootstrap: number
  /** L_max in ε for unbounded losses; auto: the largest loss of an anchor */
  lossMax: number | 'auto'
  /** additional bounds for two fresh examples; they share α with the anchored bounds */
  bounds: readonly FreshBound[]
  /** number of anchors that get a radius; 0: none */
  examples: number
  /** β: an example's radius is the largest δ of the grid with a bound of at most β */
  risk: number
  /**
   * keep: equal rows all count, like independent draws; drop: each counts once, for the distribution of distinct rows
   */
  duplicates: 'keep' | 'drop'
  /** array or column with each row's source (`groups` of the embeddings); null: every row is its own source */
  group: string | null
  /** array or column with each row's slice (`slices` of the embeddings); class: the labels; null: none */
  slice: string | null
  /** a target bound: the report estimates how many rows it needs; null: none */
  plan: number | null
  /** limits that make the verdict a pass or a fail; null: none */
  maxShare: number | null
  minAccuracy: number | null
  /** allow a pass for a model that is not shown to beat its baseline */
  allowUninformative: boolean
}

export const FRESH_BOUNDS: readonly FreshBound[] = ['kl-u', 'maurer-pontil', 'clopper-pearson']

/** More rounds do not change any printed digit. */
export const MAX_BOOTSTRAP = 100_000

export const DEFAULT_OPTIONS: CertifyOptions = {
  loss: 'auto',
  metric: 'l2',
  scale: 'median',
  floor: 'auto',
  deltas: 'auto',
  etas: 'auto',
  alpha: 0.05,
  split: 0.25,
  seed: 0,
  bootstrap: 1000,
  lossMax: 'auto',
  bounds: [],
  examples: 100,
  risk: 0.1,
  duplicates: 'keep',
  group: null,
  slice: null,
  plan: null,
  maxShare: null,
  minAccuracy: null,
  allowUninformative: false,
}

/** Every thread keeps sums for every (δ, η). */
const MAX_CELLS = 10_000

/** Throws UsageError for options that are invalid whatever the data. */
export function checkOptions({
  metric,
  floor,
  deltas,
  etas,
  alpha,
  split,
  bootstrap,
  lossMax,
  bounds,
  examples,
  risk,
  group,
  slice,
  plan,
  maxShare,
  minAccuracy,
}: CertifyOptions): void {
  const positive = (values: readonly number[]) => values.length > 0 && values.every((x) => x > 0 && x < Infinity)
  if ((metric as string) === 'cosine')
    throw new UsageError('1 − cosine is not a metric: it breaks the triangle inequality, which the bounds need', [
      `use ${option('metric')} angle, the arc of the cosine`,
    ])
  if (!(alpha > 0 && alpha < 1))
    throw new UsageError(`${option('alpha')} is ${alpha}; it lies between 0 and 1, both excluded`)
  if (split !== null && !(split > 0 && split < 1))
    throw new UsageError(
      `${option('split')} is ${split}; the share of the anchors lies between 0 and 1, both excluded`,
      [`use ${option('split: null')} for plain statistics`],
    )
  if (floor !== 'auto' && !(floor >= 0 && floor < Infinity))
    throw new UsageError(`${option('floor')} is ${floor}; it is finite and at least 0`)
  if (deltas !== 'auto' && !positive(deltas))
    throw new UsageError(`${option('deltas')} is ${deltas.join(',')}; each δ is finite and above 0`)
  if (etas !== 'auto' && !positive(etas))
    throw new UsageError(`${option('etas')} is ${etas.join(',')}; each η is finite and above 0`)
  const cells = (deltas === 'auto' ? 1 : deltas.length) * (etas === 'auto' ? 1 : etas.length)
  if (cells > MAX_CELLS)
    throw new UsageError(
      `${option('deltas')} and ${option('etas')} make ${cells} pairs of δ and η in every layer; at most ${MAX_CELLS} are possible`,
      ['give fewer values'],
    )
  if (floor !== 'auto' && deltas !== 'auto' && split !== null && floor > Math.min(...deltas)) {
    throw new UsageError(
      `${option('floor')} ${floor} is above the smallest ${option('deltas')} ${Math.min(...deltas)}; the bounds hold for δ ≥ τ only`,
    )
  }
  if (lossMax !== 'auto' && !(lossMax > 0 && lossMax < Infinity))
    throw new UsageError(`${option('lossMax')} is ${lossMax}; it is finite and above 0`)
  const unknown = bounds.find((bound) => !FRESH_BOUNDS.includes(bound))
  if (unknown !== undefined)
    throw new UsageError(`${option('bounds')} knows no ${unknown}`, [`choose among ${FRESH_BOUNDS.join(', ')}`])
  if (bounds.length > 0 && split === null)
    throw new UsageError(
      `${option('bounds')} needs a split: scale, τ and δ come from the anchors, the bounds from the others`,
      [`leave out ${option('split: null')}`],
    )
  if (!Number.isInteger(examples) || examples < 0)
    throw new UsageError(`${option('examples')} is ${examples}; it is a whole number of examples, 0 for none`)
  if (!(risk > 0 && risk < 1))
    throw new UsageError(`${option('risk')} is ${risk}; it lies between 0 and 1, both excluded`)
  for (const [name, limit] of [
    ['maxShare', maxShare],
    ['minAccuracy', minAccuracy],
  ] as const) {
    if (limit === null) continue
    if (!(limit >= 0 && limit <= 1)) throw new UsageError(`${option(name)} is ${limit}; it is a share between 0 and 1`)
    if (split === null)
      throw new UsageError(`${option(name)} judges a bound, and without a split there is none`, [
        `leave out ${option('split: null')}`,
      ])
  }
  if (plan !== null && !(plan > 0 && plan < 1))
    throw new UsageError(`${option('plan')} is ${plan}; a bound that can be wanted lies between 0 and 1, both excluded`)
  if (plan !== null && split === null)
    throw new UsageError(`${option('plan')} plans for a bound, and without a split there is none`, [
      `leave out ${option('split: null')}`,
    ])
  if (group !== null && split === null)
    throw new UsageError(`${option('group')} makes bounds about a fresh source, and without a split there is none`, [
      `leave out ${option('split: null')}`,
    ])
  if (slice !== null && split === null)
    throw new UsageError(`${option('slice')} makes bounds for each slice, and without a split there is none`, [
      `leave out ${option('split: null')}`,
    ])
  if (slice !== null && group !== null)
    throw new UsageError(
      `${option('slice')} counts independent rows, and rows of one source (${option('group')} ${group}) are not`,
      [
        `keep one row of each source, and leave out ${option('group')}`,
        `or leave out ${option('slice')}: the statements about all sources stand`,
      ],
    )
  if (group !== null && bounds.length > 0)
    throw new UsageError(`${option('bounds')} needs independent rows, and rows of one source are not`, [
      `leave out ${option('bounds')} or ${option('group')}`,
    ])
  if (group !== null && examples > 0)
    throw new UsageError(
      `${option('examples')} ${examples}: the radius of an example counts independent rows, and rows of one source are not`,
      [`use ${option('examples')} 0 with ${option('group')}`],
    )
  if (!Number.isInteger(bootstrap) || bootstrap < 0)
    throw new UsageError(`${option('bootstrap')} is ${bootstrap}; it is a whole number of rounds, 0 for none`)
  if (bootstrap > MAX_BOOTSTRAP)
    throw new UsageError(`${option('bootstrap')} is ${bootstrap}; at most ${MAX_BOOTSTRAP} rounds are possible`)
}

/** The η grid, ascending; throws UsageError for an η that no two losses can differ by. */
export function chooseEtas(
  etas: CertifyOptions['etas'],
  loss: {name: LossName; bound: number | null},
  lossMax: number,
): Float64Array {
  if (etas === 'auto') return loss.name === 'zero-one' ? Float64Array.of(1) : Float64Array.of(lossMax / 4, lossMax / 2)
  const sorted = Float64Array.from(new Set(etas)).sort()
  const largest = sorted.at(-1)!
  if (loss.bound !== null && largest > loss.bound)
    throw new UsageError(
      `${option('etas')} ${largest} is above ${loss.bound}, the largest difference of two ${loss.name} losses`,
      [`choose η ≤ ${loss.bound}`],
    )
  return sorted
}
