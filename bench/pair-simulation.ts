import {perturbationMetrics} from '../src/certify/perturbed/statements.js'
import {random, type Random} from '../src/stats/random.js'

/** A pair distribution whose truth is known from a large sample of it. */
export interface PairLaw {
  name: string
  /** losses of z and z′, and their distance */
  draw: (r: Random) => {loss: number; perturbed: number; distance: number}
  lossMax: number
  etas: number[]
}

export interface PairCoverage {
  /** share of runs in which every bound of the kind held; report: all of them at once */
  change: number
  joint: number
  conditional: number
  markov: number
  epsilon: number
  report: number
  /** means over runs and cells */
  mean: {truth: number; conditional: number; jointTruth: number; joint: number; markov: number; epsilonRatio: number}
}

export const LAWS: readonly PairLaw[] = [
  {
    name: 'line, threshold loss, Gaussian step',
    lossMax: 1,
    etas: [1],
    draw({normal}) {
      const [x, step] = [normal(), 0.3 * normal()]
      return {loss: x > 0 ? 1 : 0, perturbed: x + step > 0 ? 1 : 0, distance: Math.abs(step)}
    },
  },
  {
    name: 'smooth loss, heavy steps',
    lossMax: 1,
    etas: [0.1, 0.3],
    draw({normal, uniform}) {
      const [x, step] = [normal(), (0.2 * normal()) / Math.max(0.1, uniform())]
      return {loss: 1 / (1 + Math.exp(-x)), perturbed: 1 / (1 + Math.exp(-x - step)), distance: Math.abs(step)}
    },
  },
  {
    name: 'rare changes at any distance, unbounded loss',
    lossMax: 3,
    etas: [0.5, 2, 4],
    draw({normal, uniform}) {
      const loss = normal() ** 2
      const jump = uniform() < 0.03 ? 5 * uniform() : 0
      return {loss, perturbed: loss + jump, distance: uniform() < 0.1 ? 0 : uniform() + 0.01 * jump}
    },
  },
]

const drawPairs = (law: PairLaw, n: number, r: Random) => Array.from({length: n}, () => law.draw(r))

/** `runs` samples of `rows` pairs, a quarter of them the pilot; nominal coverage 1 − alpha for everything at once. */
export function simulatePairs(
  law: PairLaw,
  rows: number,
  runs: number,
  alpha: number,
  population = 200_000,
): PairCoverage {
  const all = drawPairs(law, population, random(99))
  const held = {change: 0, joint: 0, conditional: 0, markov: 0, epsilon: 0, report: 0}
  const mean = {truth: 0, conditional: 0, jointTruth: 0, joint: 0, markov: 0, epsilonRatio: 0}
  for (let run = 0; run < runs; run++) {
    const pairs = drawPairs(law, rows, random(1000 + run))
    const {changes, layers, cells} = perturbationMetrics(
      {
        name: law.name,
        strength: null,
        kind: 'random',
        description: '',
        accuracy: null,
        losses: Float64Array.from(pairs, (p) => p.perturbed),
        distances: [Float64Array.from(pairs, (p) => p.distance)],
        survivals: null,
      },
      {
        losses: Float64Array.from(pairs, (p) => p.loss),
        anchors: rows / 4,
        lossMax: law.lossMax,
        etas: Float64Array.from(law.etas),
        layers: [{name: 'h', scale: 1, medianDistance: 1}],
        deltas: 'auto',
        alpha,
      },
    )
    const share = (of: (change: number, distance: number) => number) =>
      all.reduce((sum, {loss, perturbed, distance}) => sum + of(Math.abs(loss - perturbed), distance), 0) / population
    const epsilon = share((change, distance) => Math.min(change, law.lossMax) / Math.max(distance, layers[0]!.floor))
    const ok = {
      change: changes.every(({eta, upper}) => upper >= share((change) => Number(change >= eta))),
      joint: true,
      conditional: true,
      markov: true,
      epsilon: layers[0]!.epsilon.raw.upper >= epsilon,
    }
    for (const cell of cells) {
      const joint = share((change, distance) => Number(change >= cell.eta && distance <= cell.delta))
      const conditional = joint / share((_, distance) => Number(distance <= cell.delta))
      ok.joint &&= cell.joint >= joint
      ok.conditional &&= cell.conditional >= conditional
      ok.markov &&= cell.markov >= joint
      const part = 1 / cells.length / runs
      mean.truth += conditional * part
      mean.conditional += cell.conditional * part
      mean.jointTruth += joint * part
      mean.joint += cell.joint * part
      mean.markov += cell.markov * part
    }
    mean.epsilonRatio += layers[0]!.epsilon.raw.upper / epsilon / runs
    for (const key of ['change', 'joint', 'conditional', 'markov', 'epsilon'] as const)
      held[key] += Number(ok[key]) / runs
    held.report += Number(Object.values(ok).every(Boolean)) / runs
  }
  return {...held, mean}
}
