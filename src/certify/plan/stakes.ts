import type {LayerBets} from '../bets.js'
import type {CertifyPlan} from '../plan-types.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {sourcesOf} from '../sample/sources.js'
import {chooseSliceBets} from '../slices/bets.js'
import {chosenSlices, slicesOf} from '../slices/choose.js'
import {chooseBets} from '../statements/bounds.js'
import {chooseClassBets} from '../statements/classes.js'
import {headlineEta} from '../statements/headline.js'

/**
 * All stakes of a layer, a function of its pilot (sums among the anchors, and packing radii in scaled units), the split
 * of α, and the number and slices of the references. verify recomputes them with it.
 */
export function stakesOf(
  {
    alpha,
    anchors,
    references,
    etas,
    loss,
    lossMax,
    options,
  }: Pick<CertifyPlan, 'alpha' | 'anchors' | 'references' | 'etas' | 'loss' | 'lossMax' | 'options'>,
  {statistics, radii}: {statistics: LayerStatistics; radii: Float64Array},
): LayerBets {
  const n = sourcesOf(references.groups)?.count ?? references.rows.length
  const {epsilon, direct, class: ofClass, slice} = alpha!
  return {
    ...chooseBets(statistics, n, radii, lossMax, {epsilon: epsilon!, cell: direct!}),
    ...(slice === undefined
      ? {}
      : {
          slices: chooseSliceBets(statistics, slicesOf(anchors, options)!, chosenSlices(references, options), {
            radii,
            e: etas.indexOf(headlineEta({etas, loss, lossMax})),
            alpha: slice.cell,
          }),
        }),
    ...(ofClass === undefined ? {} : {classes: chooseClassBets(statistics, anchors.labels, n, radii, ofClass)}),
  }
}
