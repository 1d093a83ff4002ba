import type {Products} from '../linalg/products.js'
import {bestFlips, type FlipPenalty} from './best-pairs.js'
import {adjacencyOf, type EdgeSet} from './edge-set.js'
import {marginLoss, pairGradient} from './meta-gradient.js'
import {fitSurrogate, type Victim} from './surrogate.js'

export interface MetattackTask {
  readonly victim: Victim
  /**
   * [n] the classes that the attack wants mispredicted: the surrogate's predictions on the clean graph, or known labels
   */
  readonly labels: Int32Array
  /** nodes whose accuracy is attacked */
  readonly goal: Uint32Array
  readonly count: number
  readonly flipsPerStep: number
  readonly sharpness: number
  /** the penalty in units of the gain, from the best gain of the first step */
  readonly penalty: (bestGain: number) => FlipPenalty
  readonly allowed: (u: number, v: number) => boolean
  /** called after each flip */
  readonly made: (u: number, v: number) => void
  readonly onProgress: (done: number) => void
}

/** The attack loss before each step, and after the last. */
export type LossLog = number[]

/**
 * Poisoning by meta-gradient: repeatedly flips the pair that most increases the loss of a surrogate retrained on the
 * changed graph. Changes `graph`.
 *
 * Formula    max over ΔA of L(F(A + ΔA, W*(A + ΔA)), ŷ), W* = argmin of the training loss; greedy by ∂L/∂a_uv (1 − 2
 *            a_uv).
 * Cost       per step: fitSurrogate, pairGradient, and n² · 4 C multiply–adds. Steps: count / flipsPerStep.
 * Stops      early only if no allowed pair is left.
 * Source     Zügner & Günnemann 2019, eqs. 5–9, Meta-Self. Deviation: ridge regression as inner problem, its gradient
 *            exact; tanh margin loss.
 */
export async function metattack(graph: EdgeSet, task: MetattackTask, products: Products): Promise<LossLog> {
  const {victim, labels, goal, count} = task
  const losses: LossLog = []
  let penalty: FlipPenalty | undefined
  for (;;) {
    const surrogate = await fitSurrogate(victim, adjacencyOf(graph.nodes, graph.edges()), products)
    const loss = marginLoss(surrogate.scores, labels, goal, task.sharpness)
    losses.push(loss.value)
    const left = count - graph.flips()
    if (left === 0) return losses
    const gradient = await pairGradient(surrogate, loss.slope, true, products)
    penalty ??= task.penalty((await bestFlips(graph, gradient, 1, null, task.allowed, products))[0]?.gain ?? 0)
    const flips = await bestFlips(graph, gradient, Math.min(left, task.flipsPerStep), penalty, task.allowed, products)
    const before = graph.flips()
    // A flip may make later ones of the same step illegal.
    for (const {u, v} of flips) {
      if (!task.allowed(u, v)) continue
      graph.flip(u, v)
      task.made(u, v)
    }
    if (graph.flips() === before) return losses
    task.onProgress(graph.flips())
  }
}
