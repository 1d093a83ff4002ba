import type {LayerStates, TaskName} from '../../certify/types.js'
import {InputError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import type {DataSet} from '../data-types.js'
import {checkLabelOffset, checkLabels, classScores} from '../output.js'
import {size, type State} from '../pool.js'
import type {EmbeddingOptions, ModelStates, OutputKind} from '../types.js'
import {checkedLosses} from './loss-array.js'
import {resolveTask} from './resolve.js'
import {rowTask} from './row-task.js'
import {checkTokenLabels} from './token-signs.js'
import {TokenTask} from './token-task.js'

/** How the model's output is processed while it runs. */
export interface RunningTask {
  name: TaskName
  /** the output is the losses, not a layer */
  outputIsLoss: boolean
  /** processes token scores batch by batch; absent: the output is collected as one vector per row */
  add?: (state: State, first: number) => void
  /** `scores`: the output of all rows, one vector each */
  finish(scores: LayerStates): Pick<ModelStates, 'labels' | 'output' | 'loss' | 'task'>
}

export interface ModelOutput {
  name: string
  /** of one example */
  shape: readonly number[]
  /** from its operator */
  made: OutputKind | undefined
}

/** Names of an output with losses. */
export const LOSS_NAME = /^(loss|losses)$/i

/** Throws InputError  what resolveTask and the task throw, as soon as the output's shape is known. */
export function startTask(
  data: DataSet,
  options: EmbeddingOptions,
  output: ModelOutput,
  mask: Uint8Array | null,
  notes: Note[],
): RunningTask {
  const kind = options.output ?? output.made
  const {labels, targets = null, rows} = data
  const resolved = resolveTask({
    asked: options.task ?? 'classes',
    targets,
    labels,
    output: {name: output.name, shape: output.shape, kind},
  })
  const nothing = {labels: null, output: null, loss: null}
  switch (resolved.task) {
    case 'classes':
      return {
        name: 'classes',
        outputIsLoss: false,
        finish: (scores) => {
          const place = data.inputFiles[0]!.path
          if (labels === null)
            throw new InputError(`${place}: has no labels`, [`name the labels: ${option('labelsName')}`])
          const found = classScores(scores, rows, {asked: options.output, made: output.made}, notes)
          if (found.kind !== 'logits') scores.squashed = true
          checkLabels(labels, found.classes, place)
          checkLabelOffset(labels, found, place)
          return {...nothing, labels, output: found}
        },
      }
    case 'multi-label':
    case 'regression':
      return {
        name: resolved.task,
        outputIsLoss: false,
        finish: (scores) => {
          const task = rowTask(resolved.task, scores, resolved.targets, kind, notes)
          if (resolved.task === 'multi-label' && kind === 'one-vs-rest') scores.squashed = true
          return {...nothing, task}
        },
      }
    case 'tokens': {
      checkTokenLabels(resolved.targets, data, data.ignoredStated === true)
      const tokens = new TokenTask({
        ...resolved,
        mask,
        output: {name: output.name, shape: output.shape, kind},
      })
      return {
        name: 'tokens',
        outputIsLoss: false,
        add: (state, first) => tokens.add(state.data, first, state.shape[0]!),
        finish: () => ({...nothing, task: tokens.finish(notes)}),
      }
    }
    case 'scores':
      return scoresTask(data, options, output)
  }
}

function scoresTask({loss, inputFiles}: DataSet, {outputName}: EmbeddingOptions, output: ModelOutput): RunningTask {
  const place = inputFiles[0]!.path
  const own = outputName !== undefined || LOSS_NAME.test(output.name)
  if (own && loss !== undefined && outputName === undefined)
    throw new InputError(
      `${place}: holds an array of losses, and the model has an output ${output.name}, and either could be the loss`,
      [`take the output: ${option('outputName')} ${output.name}`, 'or leave one of them out'],
    )
  if (!own && loss === undefined)
    throw new InputError(
      `the task scores needs losses, but the model has no output called loss, and ${place} has no array of that name`,
      [
        `name the output: ${option('outputName')} NAME`,
        `or store losses [rows] beside the inputs, and name them: ${option('labelsName')} NAME`,
      ],
    )
  if (own && size(output.shape) !== 1)
    throw new InputError(
      `the output ${output.name} gives [${output.shape.join(', ')}] for each row, but a loss is one number`,
      ['export the loss of each row: reduction none in PyTorch'],
    )
  const task = {task: 'scores', losses: {}} as const
  const nothing = {labels: null, output: null}
  return {
    name: 'scores',
    outputIsLoss: own,
    finish: (scores) => ({
      ...nothing,
      loss: own ? checkedLosses(Float64Array.from(scores.data), `the output ${output.name}:`) : loss!,
      task,
    }),
  }
}
