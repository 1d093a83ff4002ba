import type {ClassBets} from '../bets.js'
import {pilotBets, ratioUpperBound} from '../../stats/betting.js'
import {perSource, type Sources} from '../sample/sources.js'
import {rowStatistics} from './bounds.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {cellStatus} from './cells.js'
import {middle} from '../sample/grid.js'
import {directRange} from './ranges.js'
import type {ClassRow} from '../types.js'

/** Maximum number of class rows: more say little each, and every row reduces the others' α. */
const MAX_CLASSES = 100

/**
 * The classes that get a row: those of the anchors, because the choice of statements must not depend on the references.
 *
 * Returns  ascending labels, the most frequent 100; empty without labels or with a single class.
 */
export function classesOf(labels: Int32Array | null): number[] {
  const counts = new Map<number, number>()
  for (const label of labels ?? []) if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1)
  if (counts.size < 2) return []
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, MAX_CLASSES)
    .map(([label]) => label)
    .sort((a, b) => a - b)
}

/** Stakes for every class of a layer, from the anchors of that class among all anchors. */
export function chooseClassBets(
  pilot: LayerStatistics,
  labels: Int32Array | null,
  references: number,
  radii: Float64Array,
  alpha: number,
): ClassBets[] {
  const [g, e] = [middle(pilot.deltas.length), middle(pilot.etas.length)]
  const all = rowStatistics(pilot, 'direct', g, e, pilot.anchors - 1)
  return classesOf(labels).map((label) => {
    const own = ofClass(all, labels!, label, pilot.sources ?? null)
    const expected =
      (pilot.sources ?? null) === null ? Math.round((references * own.a.length) / pilot.anchors) : references
    return {label, bets: pilotBets(own, expected, directRange(radii, pilot.deltas[g]!), alpha, 1)}
  })
}

/**
 * P[ΔL ≥ η | d ≤ δ] for a random anchor and a fresh example of one class, at the middle δ and the middle η of the
 * grids.
 *
 * Formula   Theorem C with a_j 1{y_j = c} and b_j 1{y_j = c}: the ratio of their means is that probability, and a
 *           reference of another class leaves the wealth unchanged.
 * Shapes    labels [n] of the references. With sources, a_j and b_j are means over the rows of a source, with 0 for
 *           other classes.
 * Cost      60 bisection steps over the references per class.
 * Empty     no reference of a class → bound 1, abstain.
 */
export function classRows(
  layer: string,
  s: LayerStatistics,
  classes: readonly ClassBets[],
  labels: Int32Array,
  alpha: number,
): ClassRow[] {
  const [g, e] = [middle(s.deltas.length), middle(s.etas.length)]
  const all = rowStatistics(s, 'direct', g, e, s.anchors)
  return classes.map(({label, bets}) => {
    const {a, b} = ofClass(all, labels, label, s.sources ?? null)
    const rows = ofClass(all, labels, label, null)
    const bound = ratioUpperBound(a, b, bets, alpha, 1)
    const sum = (values: Float64Array) => values.reduce((x, y) => x + y, 0)
    const pairs = Math.round(sum(rows.b) * s.anchors)
    const status = cellStatus(pairs, {global: bound, windowed: bound, direct: bound})
    return {
      layer,
      label,
      delta: s.deltas[g]!,
      eta: s.etas[e]!,
      references: rows.a.length,
      pairs,
      observed:
        pairs === 0
          ? null
          : (s.sources ?? null) === null
            ? Math.round(sum(a) * s.anchors) / pairs
            : Math.min(1, sum(a) / sum(b)),
      bound: status === 'invalid' ? 1 : bound,
      status,
    }
  })
}

function ofClass(
  {a, b}: {a: Float64Array; b: Float64Array},
  labels: Int32Array,
  label: number,
  sources: Sources | null,
) {
  const own = (_: number, j: number) => labels[j] === label
  if (sources === null) return {a: a.filter(own), b: b.filter(own)}
  const ofSource = (values: Float64Array) =>
    perSource(
      values.map((x, j) => (labels[j] === label ? x : 0)),
      sources,
    )
  return {a: ofSource(a), b: ofSource(b)}
}
