import type {BoundData} from '../checkpoint/trainable.js'
import {InputError, option} from '../errors.js'
import {adam, adamState, type AdamState} from '../learn/adam.js'
import {beta} from '../stats/beta.js'
import {type Random, random} from '../stats/random.js'
import type {Network} from './network.js'
import type {HardenOptions} from './options.js'
import type {EpochRecord, ValidationRecord} from './types.js'

/**
 * Everything training goes on from after an epoch. The random numbers of an epoch come from the seed and its number, so
 * they need no place here.
 */
export interface TrainingState {
  epochs: EpochRecord[]
  /** trained weights in fp64, in the order of the model */
  parameters: Float64Array[]
  adam: AdamState
  /** every weight of the model in fp32, the untrained ones (moving means and the like) included */
  current: Float32Array[]
  best: {epoch: number; score: number; weights: Float32Array[]}
}

export interface TrainingTask {
  network: Network
  train: BoundData
  validation: BoundData
  options: HardenOptions
  seed: number
}

/** Which random numbers an epoch draws: those of no other epoch, and the same after a resumption. */
function epochRandom(seed: number, epoch: number): Random {
  const seeds = random(seed)
  for (let k = 0; k < epoch; k++) seeds.integer(2 ** 32)
  return random(seeds.integer(2 ** 32))
}

/** The state before the first epoch: the model as given is the first candidate. */
export function startState({network, ...task}: TrainingTask): TrainingState {
  network.pull()
  const current = network.weights()
  const {score} = validate({network, ...task})
  return {
    epochs: [],
    parameters: network.parameters.map(({data}) => data.slice()),
    adam: adamState(network.parameters),
    current,
    best: {epoch: 0, score: task.options.select === 'last' ? Infinity : score, weights: current},
  }
}

/**
 * Trains by cross-entropy + λ · volatility of a layer, epoch by epoch, and leaves the best epoch's weights in the
 * model.
 *
 * Formula    a batch of M examples: mean L + λ P_k, P_k the penalty of layer k (see volatilityPenalty), k drawn by Beta
 *            (see drawLayer), or the mean of all; λ rises linearly over the first `warmUp` epochs. Adam in fp64 on
 *            gradients in fp32.
 * Selection  the smallest score on the validation examples; among equals the earliest epoch. The model as given
 *            competes as epoch 0.
 * Cost       an epoch: rows forward and backward, the validation examples forward.
 * Order      after every epoch the state is complete: a run that goes on from it gives the same bits.
 * Throws     InputError  the loss is not finite (names epoch and batch); the state of the last whole epoch stays as it
 *            was.
 * Source     Sun et al. 2024, algorithm 1; Adam: see adam.   Deviation: see volatilityPenalty.
 */
export async function trainHardened(
  task: TrainingTask,
  state: TrainingState,
  onEpoch: (state: TrainingState) => Promise<void> = () => Promise.resolve(),
  onProgress?: (done: number, total: number) => void,
): Promise<TrainingState> {
  const {
    network,
    options,
    seed,
    train: {rows},
  } = task
  network.setWeights(state.current)
  network.parameters.forEach(({data}, p) => data.set(state.parameters[p]!))
  let now = state
  const step = adam(network.parameters, options.learningRate, options.weightDecay, now.adam)
  const batches = Math.ceil(rows / options.batchSize)
  for (let epoch = state.epochs.length + 1; epoch <= options.epochs; epoch++) {
    const draws = epochRandom(seed, epoch)
    const order = draws.permutation(rows)
    let loss = 0
    const penalties: number[] = []
    for (let batch = 0; batch < batches; batch++) {
      const picked = order.subarray(batch * options.batchSize, (batch + 1) * options.batchSize)
      const lambda = lambdaAt(options, (epoch - 1) * batches + batch + 1, batches)
      const layers =
        options.draw === 'all' ? [...network.layers.keys()] : [drawLayer(network.layers.length, options, draws)]
      const {gradients, ...seen} = network.gradients(task.train, picked, layers, lambda, draws)
      if (!Number.isFinite(seen.loss + (seen.penalty ?? 0)) || gradients.some((one) => !allFinite(one)))
        throw diverged(epoch, batch, seen.loss)
      step(gradients)
      network.push()
      loss += seen.loss * picked.length
      if (seen.penalty !== null) penalties.push(seen.penalty)
      onProgress?.((epoch - 1) * batches + batch + 1, options.epochs * batches)
    }
    const record: EpochRecord = {
      epoch,
      lambda: lambdaAt(options, epoch * batches, batches),
      loss: loss / rows,
      penalty: mean(penalties),
      validation: validate(task),
    }
    const {score} = record.validation
    if (!Number.isFinite(score)) throw diverged(epoch, batches - 1, score)
    const current = network.weights()
    const better = options.select === 'last' || score < now.best.score
    now = {
      epochs: [...now.epochs, record],
      parameters: network.parameters.map(({data}) => data.slice()),
      adam: now.adam,
      current,
      best: better ? {epoch, score, weights: current} : now.best,
    }
    await onEpoch(now)
  }
  network.setWeights(now.best.weights)
  return now
}

/**
 * The layer whose volatility a batch is charged with.
 *
 * Formula  X ~ Beta(α, β), k = max(⌊X n⌋, 1) of the n = layers + 1 representations 0 (the input) … layers; here counted
 *          from 0, without the input.
 * Source   Sun et al. 2024, algorithm 1.   Deviation: none; for X = 1, which has probability 0, the last.
 */
export function drawLayer(
  layers: number,
  {betaA, betaB}: Pick<HardenOptions, 'betaA' | 'betaB'>,
  draws: Random,
): number {
  const n = layers + 1
  return Math.min(Math.max(Math.floor(beta(betaA, betaB, draws) * n), 1), layers) - 1
}

/** λ at a step, counted from 1. */
function lambdaAt({lambda, warmUp}: HardenOptions, step: number, batches: number): number {
  return warmUp === 0 ? lambda : lambda * Math.min(1, step / (warmUp * batches))
}

/**
 * Means over the validation examples, in batches of fixed random composition: a file sorted by class would have no two
 * classes in a batch.
 */
export function validate({network, validation, options, seed}: Omit<TrainingTask, 'train'>): ValidationRecord {
  const order = epochRandom(seed, 0).permutation(validation.rows)
  const layers = [...network.layers.keys()]
  let loss = 0
  let right = 0
  const penalties: number[] = []
  for (let first = 0; first < validation.rows; first += options.batchSize) {
    const batch = network.evaluate(validation, order.subarray(first, first + options.batchSize), layers)
    for (let k = 0; k < batch.losses.length; k++) loss += batch.losses[k]! / validation.rows
    right += batch.right
    if (batch.penalty !== null) penalties.push(batch.penalty)
  }
  const accuracy = right / validation.rows
  const penalty = mean(penalties)
  const scores = {objective: loss + options.lambda * (penalty ?? 0), loss, accuracy: 1 - accuracy, last: 0}
  return {loss, accuracy, penalty, score: scores[options.select]}
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

function allFinite(values: ArrayLike<number>): boolean {
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return false
  return true
}

const diverged = (epoch: number, batch: number, loss: number) =>
  new InputError(
    `training diverged in epoch ${epoch}, batch ${batch + 1}: the loss is ${loss}, or a gradient is not finite`,
    [`lower ${option('learningRate')} or ${option('lambda')}`, 'look for extreme values in the inputs'],
  )
