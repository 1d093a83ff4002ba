import type {LayerBets} from '../bets.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {classRows} from './classes.js'
import {exampleBounds, exampleLayer, exampleRows} from './examples.js'
import type {ExampleCounts} from '../measure/example-counts.js'
import type {Points} from '../sample/points.js'
import type {AlphaSplit, ClassRow, Examples} from '../types.js'

/** What classes and examples need from one layer. */
export interface FamilyLayer {
  name: string
  statistics: LayerStatistics
  bets: LayerBets
  examples: ExampleCounts | null
}

/**
 * The statements other than cells, each kind with its own share of α: class rows, example radii. Kinds without
 * statements are absent.
 */
export function families(
  layers: readonly FamilyLayer[],
  {
    alpha,
    labels,
    examples,
    eta,
    risk,
  }: {alpha: AlphaSplit; labels: Int32Array | null; examples: Points; eta: number; risk: number},
): {classes?: ClassRow[]; examples?: Examples} {
  const classes =
    alpha.class === undefined || labels === null
      ? null
      : layers.flatMap(({name, statistics, bets}) =>
          classRows(name, statistics, bets.classes ?? [], labels, alpha.class!),
        )
  if (alpha.example === undefined) return classes === null ? {} : {classes}
  const found = layers.map(({statistics: {deltas}, examples: counts}) =>
    exampleBounds(counts!, deltas, risk, alpha.example!),
  )
  return {
    ...(classes === null ? {} : {classes}),
    examples: {
      eta,
      risk,
      layers: layers.map(({name, statistics: {deltas}}, k) => exampleLayer(name, deltas, found[k]!, risk)),
      rows: exampleRows(examples, found),
    },
  }
}
