import {bindData, type BoundData} from '../checkpoint/trainable.js'
import type {BuiltModel} from '../checkpoint/layers-model.js'
import {selectLayers} from '../checkpoint/select-layers.js'
import type {DataSet} from '../checkpoint/data-types.js'
import {UsageError, option} from '../errors.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Note, Verdict} from '../frame/report.js'
import {random} from '../stats/random.js'
import {measureModel, type MeasureOptions, PGD_STEPS} from './measure.js'
import {Network} from './network.js'
import {checkHardenOptions, type HardenOptions} from './options.js'
import {startState, trainHardened, type TrainingState, type TrainingTask} from './train.js'
import type {HardenMetrics} from './types.js'
import {hardenVerdict} from './verdict.js'

export interface HardenTask {
  model: BuiltModel
  train: DataSet
  validation: DataSet
  options: HardenOptions
  seed: number
  /** names or patterns of the layers to penalise; absent: those that certify reports */
  layers?: readonly string[]
  /** L∞ radii of the attacks under which accuracy is measured */
  radii: readonly number[]
  /** least and largest value of an attacked input; null: those of the training examples */
  range: readonly [number, number] | null
  /** train once more without the penalty, to show what training alone does */
  control: boolean
}

export interface HardenRun {
  /** state of an earlier run; null: from the beginning */
  state: TrainingState | null
  onEpoch?: (state: TrainingState) => Promise<void>
  onProgress?: (stage: string, done: number, total: number) => void
}

export interface Hardening {
  metrics: HardenMetrics
  verdict: Verdict
  notes: Note[]
}

export interface OpenedHarden extends TrainingTask {
  built: BuiltModel
  notes: Note[]
}

/**
 * A task that has been checked against its model and its backend, before anything is trained or written.
 *
 * Throws  UsageError  options; InputError  data that does not fit the model.
 */
export async function openHarden({
  model: built,
  train: trainData,
  validation: validationData,
  options,
  seed,
  layers,
  radii,
}: HardenTask): Promise<OpenedHarden> {
  checkHardenOptions(options)
  const notes: Note[] = []
  const output = built.layers.at(-1)!
  if (radii.length > 0 && (built.model.inputs.length !== 1 || built.model.inputs[0]!.dtype !== 'float32')) {
    throw new UsageError(
      `${option('attackRadius')} needs a model with one input of real numbers: a gradient attack cannot change token numbers`,
      ['leave it out'],
    )
  }
  const trained = bindData(built, trainData, notes)
  const validation = bindData(built, validationData, [])
  // In the model's own order: the output, which certify lists last, is last here too.
  const network = new Network(built, selectLayers(built.layers, layers), options)
  if (output.shape![0] === 1)
    notes.push({level: 'info', code: 'one-score', message: `the output ${output.name} is one score for two classes`})
  await settleBackend(built, network, trained, notes)
  return {built, network, train: trained, validation, options, seed, notes}
}

/** wasm lacks some kernels that gradients need: one step tells, and cpu has them all. */
async function settleBackend(built: BuiltModel, network: Network, data: BoundData, notes: Note[]): Promise<void> {
  const {tensorFlow} = built
  const rows = Uint32Array.from({length: Math.min(data.rows, 4)}, (_, row) => row)
  const before = network.weights()
  await tensorFlow.tf.setBackend(tensorFlow.backend)
  try {
    network.gradients(data, rows, [...network.layers.keys()], 1, random(0))
  } catch (error) {
    const kernel = /Kernel '(\w+)' not registered/.exec(String(error))?.[1]
    if (kernel === undefined || tensorFlow.backend !== 'wasm') throw error
    tensorFlow.backend = 'cpu'
    await tensorFlow.tf.setBackend('cpu')
    notes.push({
      level: 'info',
      code: 'slow-backend',
      message: `the wasm backend of TensorFlow.js lacks ${kernel}, which the gradient of this model needs: it is trained on the slower cpu backend`,
    })
  }
  // A pass in training mode moves running means.
  network.setWeights(before)
}

/**
 * Trains a model so that its loss changes less between examples that are close in its hidden layers (KCReg), and
 * measures it before and after. The best epoch's weights are in the model afterwards.
 *
 * Cost    see train, with `control` twice; see measureModel, two or three times.
 * Throws  InputError  training diverges.
 * Source  Sun et al. 2024, section 5.3.   Deviation: see volatilityPenalty; docs/harden.md says what it was found to be
 *         worth.
 */
export async function harden(
  opened: OpenedHarden,
  task: HardenTask,
  engine: PairwiseEngine,
  run: HardenRun,
): Promise<Hardening> {
  const {built, network, options, seed} = opened
  const layers = network.layers.map(({name}) => name)
  const range = task.range ?? rangeOf(opened.train)
  const measuring: MeasureOptions = {layers, radii: task.radii, range, seed}
  const measure = () => measureModel(built, task.validation, opened.validation, measuring, engine)
  const progress = (stage: string) => (done: number, total: number) => run.onProgress?.(stage, done, total)
  const before = await measure()
  const start = startState(opened)
  const begin = async (from: TrainingState, of: TrainingTask, stage: string, onEpoch?: HardenRun['onEpoch']) => {
    await built.tensorFlow.tf.setBackend(built.tensorFlow.backend)
    return trainHardened(of, from, onEpoch, progress(stage))
  }
  const state = await begin(run.state ?? start, opened, 'batches', run.onEpoch)
  const after = await measure()
  let control: HardenMetrics['control'] = null
  if (task.control) {
    const plain = {...opened, options: {...options, lambda: 0}}
    network.setWeights(start.current)
    await begin(startState(plain), plain, 'batches of the control')
    control = await measure()
    network.setWeights(state.best.weights)
  }
  const metrics: HardenMetrics = {
    rows: {train: opened.train.rows, validation: opened.validation.rows},
    parameters: network.parameters.reduce((sum, {data}) => sum + data.length, 0),
    backend: built.tensorFlow.backend,
    layers,
    options,
    epochs: state.epochs,
    best: state.best.epoch,
    before,
    after,
    control,
    attack: task.radii.length === 0 ? null : {steps: PGD_STEPS, range: [...range]},
  }
  return {
    metrics,
    verdict: hardenVerdict(metrics),
    notes: [...opened.notes, ...remarks(metrics, task, rangeOf(opened.train))],
  }
}

/** An attack that moves an input by a smaller share of its range is hardly one. */
const SMALL_RADIUS = 0.01

function remarks(
  {best, epochs}: HardenMetrics,
  {train: {inputFiles}, validation, options, radii}: HardenTask,
  [low, high]: readonly [number, number],
): Note[] {
  const notes: Note[] = []
  if (best === 0 && epochs.length > 0) {
    const largest = Math.max(Math.abs(low), Math.abs(high))
    const reason =
      largest > 10
        ? `: inputs reach ${Number(largest.toPrecision(3))}, for which a learning rate of ${options.learningRate} may be far too high`
        : '; a smaller learning rate may help'
    notes.push({
      level: 'warning',
      code: 'no-improvement',
      message: `no epoch was better than the model as given${reason}`,
    })
  }
  const small = radii.filter((radius) => radius < SMALL_RADIUS * (high - low))
  if (small.length > 0)
    notes.push({
      level: 'warning',
      code: 'small-radius',
      message: `an attack of radius ${small.join(', ')} moves an input by less than 1 % of its range (${Number(low.toPrecision(3))} to ${Number(high.toPrecision(3))}): that the model withstands it says little; 3 to 10 % are common for images`,
    })
  if (inputFiles[0]!.sha256 === validation.inputFiles[0]!.sha256)
    notes.push({
      level: 'warning',
      code: 'same-data',
      message:
        'training and validation examples are the same file: the figures say nothing about other examples, and the epoch chosen is the one that fits best',
    })
  return notes
}

function rangeOf({inputs}: BoundData): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const {array} of inputs) {
    for (const value of array.data) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  return [low, high]
}
