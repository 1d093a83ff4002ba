import {existsSync, readdirSync, statSync} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {BuiltModel} from '../checkpoint/layers-model.js'
import {layersModelBytes, writeLayersModel} from '../checkpoint/write-layers-model.js'
import {writeFileAtomic} from '../data/atomic-write.js'
import {readInput} from '../data/read-file.js'
import {InputError, UsageError} from '../errors.js'
import type {HardenTask, OpenedHarden} from '../harden/harden.js'
import {type RunIdentity, packState, unpackState} from '../harden/state-file.js'
import type {TrainingState} from '../harden/train.js'
import type {InputFile, Json} from '../frame/report.js'
import {VERSION} from '../version.js'

/** The training state next to the model, for resuming. */
const STATE = 'training.npz'

/** Throws before any work: a folder that cannot be created, or is not empty. */
export function checkFolder(folder: string, resume: boolean): void {
  const parent = dirname(folder)
  if (!existsSync(folder)) {
    if (!existsSync(parent) || !statSync(parent).isDirectory())
      throw new InputError(`${folder}: the folder ${parent} does not exist`, ['make it first, or choose another --out'])
    return
  }
  if (!statSync(folder).isDirectory())
    throw new InputError(`${folder}: is a file, not a folder`, ['choose another --out'])
  const held = readdirSync(folder).sort()
  if (!resume && held.length > 0) {
    throw new UsageError(`--out ${folder} is not empty (${held[0]!})`, [
      ...(held.includes(STATE) ? ['use --resume to go on with the training it holds'] : []),
      'choose a new folder',
    ])
  }
  if (resume && held.length > 0 && !held.includes(STATE))
    throw new UsageError(`--resume, but ${folder} holds no ${STATE}`, ['leave out --resume and choose a new folder'])
}

/** Everything that a run and its continuation must have in common; the number of epochs may grow. */
export function agreementOf(
  {options, seed}: HardenTask,
  {network, built}: OpenedHarden,
  inputs: readonly InputFile[],
): RunIdentity {
  return {
    version: VERSION,
    seed,
    backend: built.tensorFlow.backend,
    layers: network.layers.map(({name}) => name),
    ...Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'epochs')),
    inputs: inputs.map(({sha256}) => sha256),
  }
}

/** The training state in the folder; null: none yet, so training starts from scratch. */
export async function readState(folder: string, agreement: RunIdentity, epochs: number): Promise<TrainingState | null> {
  const path = join(folder, STATE)
  if (!existsSync(path)) return null
  const state = unpackState((await readInput(path)).bytes, agreement, path)
  if (state.epochs.length > epochs)
    throw new UsageError(`--epochs is ${epochs}, but ${path} holds ${state.epochs.length} epochs already`, [
      `use --epochs ${state.epochs.length} or more`,
    ])
  return state
}

export async function writeState(folder: string, state: TrainingState, agreement: RunIdentity): Promise<void> {
  await mkdir(folder, {recursive: true})
  await writeFileAtomic(join(folder, STATE), packState(state, agreement))
}

export async function writeHardened(folder: string, {model}: BuiltModel): Promise<void> {
  await writeLayersModel(folder, await layersModelBytes(model))
}

/** Options and other settings that affect the result, for the report. */
export function hardenConfig({options, layers, radii, range, control}: HardenTask): Record<string, Json> {
  return {
    ...options,
    layers: layers === undefined ? 'auto' : [...layers],
    attackRadius: [...radii],
    inputRange: range === null ? 'auto' : [...range],
    control,
  }
}
