import type {PairwiseEngine} from '../../pairwise/engine.js'
import {middle} from '../sample/grid.js'
import {channelGroups} from './channel-groups.js'
import {classPairs} from './class-pairs.js'
import {legacyVulnerability} from './localization.js'
import {neighbourVotes, type Votes} from './label-hints.js'
import type {LayerUnits} from '../sample/layer-units.js'
import type {Points} from '../sample/points.js'
import {takeRows} from '../sample/sample.js'
import type {ChannelGroup, ClassPair, LayerStates, MetricName} from '../types.js'

/** Diagnostics of a layer from the pairs of some rows: where to look, not a certificate. */
export interface Survey {
  legacyVulnerability: number | null
  groups: ChannelGroup[]
  /** null without labels */
  classPairs: ClassPair[] | null
}

/**
 * Computes the diagnostics of one layer from all pairs of the given rows, which are in random order.
 *
 * Shapes   `trueClass` [rows of the file] probability of the true class, or null; `late`: neighbours vote too.
 * Cost     n² distances, kept: n at most 2000; see channelGroups and neighbourVotes.
 */
export async function surveyLayer(
  layer: LayerUnits,
  states: LayerStates,
  points: Points,
  {
    metric,
    etas,
    trueClass,
    late,
  }: {metric: MetricName; etas: Float64Array; trueClass: Float64Array | null; late: boolean},
  engine: PairwiseEngine,
): Promise<{survey: Survey; votes: Votes | null}> {
  const {rows, losses, labels} = points
  const x = takeRows(states, rows)
  const distances = await engine.distances(x, x, metric)
  const delta = layer.deltas[middle(layer.deltas.length)]!
  return {
    survey: {
      legacyVulnerability:
        trueClass === null
          ? null
          : legacyVulnerability(
              distances,
              Float64Array.from(rows, (row) => trueClass[row]!),
            ),
      groups: channelGroups(states, rows, losses, metric, {scale: layer.scale, floor: layer.floor, delta}),
      classPairs:
        labels === null ? null : classPairs(distances, labels, losses, delta * layer.scale, etas[middle(etas.length)]!),
    },
    votes: late && labels !== null ? neighbourVotes(distances, labels) : null,
  }
}

/** Whether the k-th of `count` layers is late: one of the last third, and at least of the last two. */
export const isLate = (k: number, count: number): boolean => k >= count - Math.max(2, Math.ceil(count / 3))
