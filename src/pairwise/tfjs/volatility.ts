import type {Tensor} from '@tensorflow/tfjs-core'
import type {VolatilitySums, VolatilityTask} from '../engine.js'
import {HostSums} from '../host-sums.js'
import {type Candidate, CANDIDATES, keepSteepest} from '../witness-candidates.js'
import {lossBounds, boundRows} from '../volatility-rows.js'
import {panelsOf, take, type TensorDevice} from './device.js'
import {pairTile, type SideTensors, sideTensors} from './pair-tile.js'

/**
 * Sums of loss change over distance, for every reference over the anchors: see VolatilitySums for each formula.
 *
 * Shapes     anchors [m, dim], references [n, dim] → [n], [n, G], [n, G, E], [m].
 * Precision  `within`, `exceed` and the zero-distance counts are those of fp64: pairs on which a count may turn are
 *            left out by the tiles and added by the host. Sums: relative error ≤ 2⁻¹⁴ + relativeError + (tileRows + 16)
 *            u, u = 2⁻²³ (all terms are ≥ 0). The diameter is that of the pair farthest apart in fp32, computed in
 *            fp64; witnesses are computed in fp64 and chosen from the steepest in fp32.
 * Cost       m · n · dim differences on the device; dim operations on the host for each pair left out, ≈ G · 2 ·
 *            relativeError of all.
 * Empty      m or n = 0 → zeros, no witnesses.
 * Throws     InputError  angle and a row of length zero.
 * Source     Sun et al. 2024, Definition 3.1   Deviation: floor τ and clipping of ΔL, both off at τ = 0, lossMax =
 *            Infinity.
 */
export async function tfjsVolatility({tf, tileRows}: TensorDevice, task: VolatilityTask): Promise<VolatilitySums> {
  const prepared = boundRows(task)
  const sums = new HostSums(task, prepared)
  const {anchors, references, unit, lossUnit} = prepared
  const toDevice = task.scale / unit
  const limits = {
    deltas: Array.from(sums.deltas, (delta) => delta * toDevice),
    floor: task.floor * toDevice,
    lossMax: task.lossMax / lossUnit,
    dim: anchors.exact.cols,
  }
  const candidates: Candidate[] = []
  const farthest = {distance: -1, anchor: 0, reference: 0}
  const held: SideTensors[] = []
  const hold = (side: SideTensors) => {
    held.push(side)
    return side
  }
  try {
    const tall = panelsOf(anchors.exact.rows, tileRows)
    const left = tall.map((p) => hold(sideTensors(tf, anchors, p, prepared, false)))
    for (const q of panelsOf(references.exact.rows, tileRows)) {
      const right = hold(sideTensors(tf, references, q, prepared, true))
      const bounds = lossBounds(prepared, task.etas, q.first, q.rows, q.rows)
      for (const [at, p] of tall.entries()) {
        const tile = tf.tidy(() => pairTile(tf, left[at]!, right, bounds, task, limits))
        const [perReference, perAnchor, leftOut, far, farAt, steep, steepAt] = await take(
          tile.references,
          tile.anchors,
          tile.left,
          tile.farthest,
          tile.farthestAt,
          tile.steepest,
          tile.steepestAt,
        )
        const pair = (place: number) => ({i: p.first + Math.floor(place / q.rows), j: q.first + (place % q.rows)})
        sums.addReferences(perReference as Float32Array, q.rows, q.first, q.rows, toDevice, toDevice * lossUnit)
        for (let i = 0; i < p.rows; i++)
          sums.addAnchor(
            p.first + i,
            perAnchor![i]! * toDevice * lossUnit,
            perAnchor![p.rows + i]! * toDevice * lossUnit,
          )
        leftOut!.forEach((is, place) => {
          const {i, j} = pair(place)
          if (is !== 0) sums.addPair(i, j)
        })
        if (far![0]! > farthest.distance) {
          const {i, j} = pair(farAt![0]!)
          Object.assign(farthest, {distance: far![0]!, anchor: i, reference: j})
        }
        steep!.forEach((ratio, k) => {
          if (ratio > 0) candidates.push({ratio, ...pair(steepAt![k]!)})
        })
        if (candidates.length >= 16 * CANDIDATES) keepSteepest(candidates)
      }
      release(held.pop()!)
    }
  } finally {
    held.forEach(release)
  }
  if (farthest.distance >= 0) sums.addDistance(sums.pair(farthest.anchor, farthest.reference).distance)
  keepSteepest(candidates)
  for (const {i, j} of candidates) sums.addWitness(sums.pair(i, j))
  return sums.finish()
}

function release(side: SideTensors): void {
  for (const tensor of Object.values(side) as Tensor[]) tensor.dispose()
}
