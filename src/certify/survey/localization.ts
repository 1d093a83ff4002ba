import type {Dense} from '../../linalg/types.js'
import type {LabelHint, Localization} from '../types.js'
import type {LayerMetrics} from '../layer-types.js'

const TOP_SHARE = 0.05

/**
 * Ranks layers by scale-free volatility, and measures how far they agree on the volatile examples.
 *
 * Formula   overlap = Jaccard index of the ⌈5 %⌉ rows of largest volatility in two layers.
 * Shapes    volatility[k] [rows] for layer k, rows in one order for all layers.
 * Empty     one layer → [[1]]; collapsed layers are not ranked, because their 0 has no unit and is not a small ε; nor
 *           are probability outputs, whose distances vanish when they saturate.
 */
export function localize(
  layers: readonly LayerMetrics[],
  volatility: readonly Float64Array[],
  labelHints: LabelHint[] | null,
): Localization {
  const ranking = layers
    .filter(({collapsed, squashed}) => collapsed !== true && squashed !== true)
    .map(({name, epsilon}) => ({
      layer: name,
      scaleFree: epsilon.scaleFree.estimate,
      interval: epsilon.scaleFree.asymptotic,
    }))
    .sort((a, b) => b.scaleFree - a.scaleFree || (a.layer < b.layer ? -1 : 1))
  const top = volatility.map((values) => new Set(largestFirst(values).slice(0, Math.ceil(TOP_SHARE * values.length))))
  return {
    ranking,
    overlap: top.map((a) => top.map((b) => jaccard(a, b))),
    ...legacySummary(layers.map((layer) => layer.legacyVulnerability)),
    ...(labelHints === null ? {} : {labelHints}),
  }
}

/**
 * The paper's two summaries of a network by its layers' legacy vulnerability: their mean, and the last layer's. Empty
 * if unknown.
 */
export function legacySummary(
  vulnerability: readonly (number | null)[],
): Pick<Localization, 'legacyMean' | 'legacyLast'> {
  const known = vulnerability.filter((x) => typeof x === 'number')
  return known.length === 0
    ? {}
    : {legacyMean: known.reduce((a, b) => a + b, 0) / known.length, legacyLast: known.at(-1)!}
}

/** Indices by descending value; ties by index. */
export const largestFirst = (values: Float64Array): number[] =>
  Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b)

function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let shared = 0
  for (const x of a) if (b.has(x)) shared++
  return shared / (a.size + b.size - shared)
}

/**
 * The paper's layer-wise vulnerability: the quantity behind its Figure 2, for comparison only.
 *
 * Formula    1000 · mean over all (i, j), i = j included, of |p_i − p_j| (1 − d̄)/(1 + d̄), d̄ = d / max d.
 * Shapes     distances [n, n], p [n] probability of the true class.
 * Cost       n².
 * Empty      all distances 0 → d̄ = 0.
 * Source     closed form of the authors' published code for Sun et al. 2024, Figure 2.   Deviation: none.
 */
export function legacyVulnerability({rows: n, data}: Dense, p: Float64Array): number {
  const diameter = data.reduce((a, b) => Math.max(a, b), 0)
  let sum = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const share = diameter > 0 ? data[i * n + j]! / diameter : 0
      sum += (Math.abs(p[i]! - p[j]!) * (1 - share)) / (1 + share)
    }
  }
  return (1000 * sum) / (n * n)
}
