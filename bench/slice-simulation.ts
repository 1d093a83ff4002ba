import {clopperPearsonLower} from '../src/stats/clopper-pearson.js'
import {nearestCurve, nearestStatements} from '../src/certify/nearest/curve.js'
import {nearestAnchors} from '../src/certify/nearest/nearest-anchors.js'
import {sliceAlpha} from '../src/certify/plan/alpha.js'
import {chooseSliceBets} from '../src/certify/slices/bets.js'
import {chosenSlices} from '../src/certify/slices/choose.js'
import {sliceCells} from '../src/certify/slices/statements.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {quantile} from '../src/stats/quantile.js'
import {drawSample, truthOf} from './cell-simulation.js'
import {type Population, take} from './nearest-simulation.js'

const DELTAS = [0.1, 0.3]
const COVERED = [0.5, 0.9]

export interface SliceCoverage {
  alpha: number
  /** share of runs in which every statement about every slice held, α shared among them as in a report */
  simultaneous: number
  /** of the smallest slice that is stated, each at α by itself: accuracy, cell, nearest anchor */
  accuracy: number
  cell: number
  nearest: number
  /** means over runs: how many slices are stated, and of the smallest its references, the cell's truth and its bound */
  stated: number
  references: number
  truth: number
  bound: number
}

/** Slices are the labels of a population; an example is right where its loss is below η. */
export async function simulateSlices(
  population: Population,
  {rows, alphas, runs}: {rows: number; alphas: readonly number[]; runs: number},
  engine: PairwiseEngine,
): Promise<SliceCoverage[]> {
  const {states, losses, labels, eta} = population
  const options = {slice: 'class'}
  const right = (row: number) => losses[row]! < eta
  const all = Uint32Array.from(labels.keys())
  const out = alphas.map((alpha) => ({
    alpha,
    simultaneous: 0,
    accuracy: 0,
    cell: 0,
    nearest: 0,
    stated: 0,
    references: 0,
    truth: 0,
    bound: 0,
  }))
  for (let run = 1; run <= runs; run++) {
    const drawn = await drawSample(population, {rows, quantiles: DELTAS, seed: 30_000 + run}, engine)
    const {anchorRows, referenceRows, pilot, sample, whole, radii} = drawn
    const at = (places: Uint32Array) => Int32Array.from(places, (row) => labels[row]!)
    const [ofAnchors, ofReferences] = [at(anchorRows), at(referenceRows)]
    const chosen = chosenSlices({labels: ofReferences}, options)
    const near = await nearestAnchors(states, take(states, anchorRows), 'l2', engine)
    const curveRadii = COVERED.map((q) => quantile(near.distances.slice().sort(), q))
    const curve = (slice: number, from: Uint32Array, alpha: number) => {
      const own = Array.from(from).filter((row) => labels[row] === slice)
      return nearestCurve({
        nearest: {
          anchors: Uint32Array.from(own, (row) => near.anchors[row]!),
          distances: Float64Array.from(own, (row) => near.distances[row]!),
        },
        losses: Float64Array.from(own, (row) => losses[row]!),
        anchorLosses: Float64Array.from(anchorRows, (row) => losses[row]!),
        radii: curveRadii,
        etas: Float64Array.of(eta),
        scale: 1,
        alpha,
        sources: null,
      })
    }
    const truths = new Map(
      chosen.stated.map((slice) => {
        const own = all.filter((row) => labels[row] === slice)
        return [
          slice,
          {
            accuracy: own.filter(right).length / own.length,
            cells: DELTAS.map((_, g) => truthAt(whole, g, (row) => labels[row] === slice)),
            curve: curve(slice, all, 0.5),
          },
        ]
      }),
    )
    const smallest = chosen.references.indexOf(Math.min(...chosen.references))
    for (const each of out) {
      const S = chosen.stated.length
      each.stated += S / runs
      if (S === 0) {
        for (const key of ['simultaneous', 'accuracy', 'cell', 'nearest'] as const) each[key] += 1 / runs
        continue
      }
      const judge = (slice: number, level: {performance?: number; cell: number; nearest: number}) => {
        const truth = truths.get(slice)!
        const own = [...ofReferences.keys()].filter((j) => ofReferences[j] === slice)
        const sampled = [...anchorRows, ...referenceRows].filter((row) => labels[row] === slice)
        const bets = chooseSliceBets(pilot, ofAnchors, chosen, {radii, e: 0, alpha: level.cell}).find(
          (bets) => bets.slice === slice,
        )!
        const cells = sliceCells({name: 'h', statistics: sample, bets}, own, 0, level.cell)
        const points = curve(slice, referenceRows, level.nearest)
        return {
          accuracy:
            clopperPearsonLower(sampled.filter(right).length, sampled.length, level.performance!) <= truth.accuracy,
          cells: cells.map(({bound}, g) => bound >= truth.cells[g]!),
          nearest: points.map(({bound}, k) => bound >= (truth.curve[k]!.observed ?? 0)),
          covered: points.map(({coveredLower}, k) => coveredLower <= truth.curve[k]!.covered),
          bound: cells[0]!.bound,
        }
      }
      const shared = sliceAlpha(each.alpha, {
        performance: S,
        cells: S * DELTAS.length,
        nearest: S * nearestStatements(COVERED.length, 1),
      })
      const together = chosen.stated.map((slice) => judge(slice, shared))
      const held = ({accuracy, cells, nearest, covered}: (typeof together)[number]) =>
        accuracy && [...cells, ...nearest, ...covered].every((x) => x)
      each.simultaneous += (together.every(held) ? 1 : 0) / runs
      const slice = chosen.stated[smallest]!
      const alone = judge(slice, {performance: each.alpha, cell: each.alpha, nearest: each.alpha})
      each.accuracy += (alone.accuracy ? 1 : 0) / runs
      each.cell += (alone.cells[0]! ? 1 : 0) / runs
      each.nearest += (alone.nearest[0]! ? 1 : 0) / runs
      each.references += chosen.references[smallest]! / runs
      each.truth += truths.get(slice)!.cells[0]! / runs
      each.bound += alone.bound / runs
    }
  }
  return out
}

const truthAt = (whole: Parameters<typeof truthOf>[0], g: number, keep: (row: number) => boolean) => {
  const G = whole.deltas.length
  const column = (values: Float64Array) => values.filter((_, at) => at % G === g)
  return truthOf({...whole, within: column(whole.within), exceed: column(whole.exceed)}, keep).cell
}
