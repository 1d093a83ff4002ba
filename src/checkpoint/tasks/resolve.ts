import type {TaskName} from '../../certify/task-types.js'
import {InputError, option} from '../../errors.js'
import {MISSING} from '../labels.js'
import {size} from '../pool.js'
import type {OutputKind} from '../types.js'
import {isOneHot, type Targets} from './targets.js'

/** What is known after the model has run once. */
export interface TaskSigns {
  asked: TaskName | 'auto'
  /** null: none */
  targets: Targets | null
  labels: Int32Array | null
  output: {
    name: string
    /** of one example */
    shape: readonly number[]
    /** as requested, else from its operator */
    kind: OutputKind | undefined
  }
}

/** The class axis in the output of one example; none: one score for two classes. */
export type ClassAxis = 'first' | 'last' | 'none'

export type ResolvedTask =
  | {task: 'classes'}
  | {task: 'multi-label' | 'regression'; targets: Targets}
  | {task: 'tokens'; targets: Targets; axis: ClassAxis}
  | {task: 'scores'}

/**
 * The task of targets and output: the requested one, if they fit it; else the one implied by the target values, both
 * shapes and the output's activation.
 *
 *   targets                      output of one example        task
 *   one whole number per row     one score per class          classes
 *   a single 1 among zeros       as wide, no sigmoids         classes
 *   several 1 among zeros        as wide, no softmax          multi-label
 *   numbers with fractions       as many, no softmax/sigmoid  regression
 *   whole numbers, several       the same and a class axis    tokens
 *
 * Everything else is ambiguous and refused.
 * Throws  InputError  shapes that do not fit the task, or an ambiguous case: says what was found, and which option to
 *         give.
 */
export function resolveTask(signs: TaskSigns): ResolvedTask {
  const {asked, targets} = signs
  if (asked === 'scores') return {task: 'scores'}
  if (asked === 'classes' || targets === null) return {task: 'classes'}
  if (asked === 'auto') return proven({...signs, targets})
  return required(asked, {...signs, targets})
}

type Signs = TaskSigns & {targets: Targets}

function required(task: Exclude<TaskName, 'scores' | 'classes'>, {targets, output}: Signs): ResolvedTask {
  if (task === 'tokens') {
    requireWhole(targets)
    return {task, targets, axis: requiredAxis(targets, output)}
  }
  if (!sameSize(targets, output))
    throw new InputError(
      `${sizes(targets, output)}: the task ${task} needs as many numbers of both`,
      task === 'regression' && output.shape.length > 0
        ? ['store one target for each number of the output', `or name another output: ${option('outputName')}`]
        : ['store one target for each number of the output'],
    )
  if (task === 'multi-label') {
    requireBinary(targets)
    if (output.kind === 'probabilities' && width(targets) > 1)
      throw new InputError(
        `the output ${output.name} ends in a softmax, which gives one class, but the task multi-label scores each label independently`,
        [`use ${option('task')} classes`, 'or export the model with a sigmoid for each label'],
      )
  }
  return {task, targets}
}

function proven(signs: Signs): ResolvedTask {
  const {targets, labels, output} = signs
  const {kind} = output
  const one = width(targets) === 1
  const whole = targets.data.every(Number.isInteger)
  const same = sameSize(targets, output)
  const axis = classAxis(targets, output)
  if (!whole) {
    if (!same)
      throw new InputError(
        `${sizes(targets, output)}: numbers with fractions are not classes, and a regression needs as many of both`,
        ['store one target for each number of the output', `or name the array of labels: ${option('labelsName')}`],
      )
    if (kind === 'probabilities' || kind === 'one-vs-rest')
      throw undecided(
        `the targets have fractions, and the output ${output.name} ends in a ${kind === 'probabilities' && !one ? 'softmax' : 'sigmoid'}: a regression, or classes with shares`,
        ['regression'],
      )
    return {task: 'regression', targets}
  }
  if (one) {
    if (size(output.shape) !== 1) return {task: 'classes'}
    const values = new Set(targets.data)
    const two = values.size <= 2 && [...values].every((x) => x === 0 || x === 1 || x === -1 || x === MISSING)
    if (two) return {task: 'classes'}
    const [low, high] = [Math.min(...values), Math.max(...values)]
    throw undecided(
      `the targets are whole numbers (${low} … ${high}) and the output ${output.name} is one number per row: amounts of a regression, or classes of another model`,
      ['regression'],
    )
  }
  if (axis !== null && !(same && isBinary(targets) && targets.shape.length === 2)) {
    if (axis === 'both') throw bothAxes(targets, output)
    return {task: 'tokens', targets, axis}
  }
  if (!same) {
    if (labels !== null) return {task: 'classes'}
    throw new InputError(
      `${sizes(targets, output)}: they fit no task: multi-label and regression have as many numbers of both, tokens have an additional class axis in the output`,
      [`name the array of targets: ${option('labelsName')}`, `or another output: ${option('outputName')}`],
    )
  }
  if (!isBinary(targets))
    throw undecided(
      `the targets are whole numbers, as many as the output ${output.name} has: a regression, or classes without scores`,
      ['regression'],
    )
  const oneHot = isOneHot(targets.data, width(targets))
  if (kind === 'one-vs-rest' && oneHot)
    throw undecided(
      `each row of the targets has a single 1, and the output ${output.name} a sigmoid for each: one class per row, or labels of which each row happens to have one`,
      ['classes', 'multi-label'],
    )
  if (oneHot && labels !== null) return {task: 'classes'}
  if (kind === 'probabilities')
    throw new InputError(
      `the targets have rows with several 1 or none, but the output ${output.name} ends in a softmax, which gives one class per row`,
      ['store one class for each row', 'or export the model with a sigmoid for each label'],
    )
  return {task: 'multi-label', targets}
}

const undecided = (found: string, tasks: readonly TaskName[]) =>
  new InputError(
    `the model's task is unclear: ${found}`,
    tasks.map((task) => `choose it: ${option('task')} ${task}`),
  )

const width = ({shape}: Targets) => size(shape.slice(1))

const isBinary = ({data}: Targets) => data.every((x) => x === 0 || x === 1)

const sameSize = (targets: Targets, output: TaskSigns['output']) =>
  wide(targets.shape.slice(1)).join() === wide(output.shape).join()

/** Without axes of length 1. */
const wide = (shape: readonly number[]) => shape.filter((length) => length !== 1)

const sizes = ({place, shape}: Targets, {name, shape: of}: TaskSigns['output']) =>
  `${place}: has the shape [${shape.join(', ')}], and the output ${name} gives [${of.join(', ')}] for each row`

/** The output's axis that the targets lack; null: none. */
function classAxis({shape}: Targets, output: TaskSigns['output']): ClassAxis | 'both' | null {
  for (const targets of [shape.slice(1), wide(shape.slice(1))]) {
    const last = output.shape.slice(0, -1).join() === targets.join()
    const first = output.shape.slice(1).join() === targets.join()
    if (output.shape.length !== targets.length + 1) continue
    if (last && first && output.shape[0] !== 1) return 'both'
    if (last) return output.shape.at(-1) === 1 ? 'none' : 'last'
    if (first) return output.shape[0] === 1 ? 'none' : 'first'
  }
  // One score per pixel, over several axes.
  return wide(shape.slice(1)).length > 1 && wide(shape.slice(1)).join() === wide(output.shape).join() ? 'none' : null
}

const bothAxes = (targets: Targets, output: TaskSigns['output']) =>
  new InputError(`${sizes(targets, output)}: its classes could be on the first or the last axis`, [
    'export the model with another number of tokens, or store other axes',
  ])

function requiredAxis(targets: Targets, output: TaskSigns['output']): ClassAxis {
  const axis = classAxis(targets, output)
  if (axis === 'both') throw bothAxes(targets, output)
  if (axis !== null) return axis
  if (sameSize(targets, output)) return 'none'
  throw new InputError(`${sizes(targets, output)}: tokens need an additional class axis in the output`, [
    'store one class for each token or pixel that the model scores',
  ])
}

function requireWhole({place, data}: Targets): void {
  const at = data.findIndex((x) => !Number.isInteger(x))
  if (at < 0) return
  throw new InputError(`${place}: holds ${data[at]!}, but the classes of tokens are whole numbers`, [
    `if these are numbers to predict: ${option('task')} regression`,
  ])
}

function requireBinary({place, shape, data}: Targets): void {
  const at = data.findIndex((x) => x !== 0 && x !== 1)
  if (at < 0) return
  const columns = size(shape.slice(1))
  throw new InputError(
    `${place}: holds ${data[at]!} at row ${Math.floor(at / columns)}, column ${at % columns}, but the labels of the task multi-label are 0 or 1`,
    ['store 1 where a label applies and 0 where it does not'],
  )
}
