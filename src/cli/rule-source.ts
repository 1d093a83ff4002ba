import type {Rule, RuleSource} from '../certify/nearest/rule.js'
import type {Pooling} from '../checkpoint/pool.js'
import {LABEL_NAMES} from '../checkpoint/answer-arrays.js'
import {TARGET_NAMES} from '../checkpoint/tasks/targets.js'
import type {Checkpoint} from '../checkpoint/types.js'
import {InputError, UsageError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import type {Dense} from '../linalg/types.js'
import {dataOptions} from './certify-inputs.js'
import {IMAGE_FLAGS, type InputFlags} from './certify-input-flags.js'

/** Flags for converting a file to model inputs. */
const PREPARATION = ['inputs-name', ...IMAGE_FLAGS] as const

/** How a rule's states were computed: the model's files, and input preparation; null: states were given. */
export function ruleSource(flags: InputFlags, inputs: readonly InputFile[]): RuleSource | null {
  const model = hashes(inputs)
  if (model.length === 0) return null
  const given = PREPARATION.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]] as const]))
  return {
    model,
    pool: flags.pool ?? 'auto',
    texts: flags.tokenizer !== undefined,
    preparation: Object.fromEntries(given) as RuleSource['preparation'],
  }
}

const hashes = (inputs: readonly InputFile[]) =>
  inputs
    .filter(({role}) => role === 'model')
    .map(({sha256}) => sha256)
    .sort()

/**
 * Hidden states of a rule's layer for unlabelled inputs, running the model as for the rule.
 *
 * Throws  UsageError  a rule made without a model, or with one that reads texts; InputError another model, and what the
 *         readers and the model throw.
 */
export async function modelStates(
  checkpoint: Checkpoint,
  {model: path, inputs}: {model: string; inputs: string},
  {source, layer}: Pick<Rule, 'source' | 'layer'>,
  onRows: (done: number, rows: number) => void,
): Promise<{rows: Dense<Float32Array | Float64Array>; files: InputFile[]}> {
  const instead = `write the hidden states of layer ${layer} to a file, and leave out --model`
  if (checkpoint.kind === 'embeddings')
    throw new UsageError(`${path} holds hidden states and is not a model`, ['check that file itself, without --model'])
  if (source === undefined)
    throw new UsageError('the rule was made of hidden states, so which model they are of is not known', [
      instead,
      'or make the rule from the model: surety certify MODEL --data … --rule',
    ])
  if (source.texts)
    throw new UsageError('the rule was made from texts and a tokenizer, which --model does not support', [instead])
  const files = checkpoint.inputFiles.map((file) => ({...file, role: 'model'}) as const)
  if (hashes(files).join() !== source.model.join())
    throw new InputError(`${path}: is not the model that the rule was made from: the sha256 of its files differ`, [
      'give that model, or make a rule from this one',
    ])
  const {readDataSet} = await import('../checkpoint/index.js')
  const preparation = {...(source.preparation as Partial<InputFlags>), seed: 0}
  const read = await readDataSet(inputs, {...dataOptions(preparation), task: 'scores'}, checkpoint, checkpoint.notes)
  const answers = [...LABEL_NAMES, ...TARGET_NAMES]
  // Only the layer's states are needed, so the labels are arbitrary.
  const data = {
    ...read,
    inputs: read.inputs.filter(({name}) => !answers.includes(name)),
    loss: new Float64Array(read.rows),
  }
  const states = await checkpoint.embeddings(data, {
    task: 'scores',
    layers: [layer],
    ...(source.pool === 'auto' ? {} : {pool: source.pool as Pooling}),
    onProgress: onRows,
  })
  const found = states.layers.find(({name}) => name === layer)
  if (found === undefined)
    throw new InputError(`${path}: has no layer ${layer}, which the rule needs`, ['give the model of the rule'])
  return {
    rows: {rows: states.rows, cols: found.dim, data: found.data},
    files: [...files, ...data.inputFiles.map((file) => ({...file, role: 'data'}) as const)],
  }
}
