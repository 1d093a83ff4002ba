import {InputError, UsageError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {DataSet} from './data-types.js'
import {LOSS_NAME} from './tasks/running.js'
import type {EmbeddingOptions} from './types.js'

/** An output of a model that may hold the class scores. */
export interface OutputCandidate {
  name: string
  /** with the batch; −1: any size; null: not stated */
  shape: readonly number[] | null
}

/** What to look for among the outputs of a model. */
export interface WantedOutput {
  /** minimum number of classes, from the labels; null: no labels known */
  classes: number | null
  /** for tasks other than classes: why an output with this example shape (−1: any) cannot be it; null: it can */
  fault?: (example: readonly number[]) => string | null
  /** if per-row losses are wanted */
  loss?: {inData: boolean}
}

/** What data and task require of the output. */
export function wantedOutput({labels, targets, loss}: DataSet, {task}: EmbeddingOptions): WantedOutput {
  if (task === 'scores') return {classes: null, loss: {inData: loss !== undefined}}
  const classes = labels?.reduce((most, label) => Math.max(most, label + 1), 0) ?? null
  if (targets === undefined || labels !== null) return {classes}
  const wide = (shape: readonly number[]) => shape.filter((length) => length !== 1)
  const fits = (have: readonly number[], want: readonly number[]) =>
    have.length === want.length && have.every((length, k) => length < 0 || length === want[k])
  const of = targets.shape.slice(1)
  const fault = (example: readonly number[]) => {
    const same = fits(wide(example), wide(of))
    const tokens =
      [example.slice(0, -1), example.slice(1)].some((shape) => fits(shape, of)) && example.length === of.length + 1
    return (task === 'tokens' ? same || tokens : task === 'auto' ? same || tokens : same)
      ? null
      : `the targets have the shape [${of.join(', ')}] in each row`
  }
  return {classes: null, fault}
}

/** Names of outputs with class scores, and names of other outputs. */
const SCORES = /logit|score|prob|softmax|sigmoid|pred|class|output|^y(_?hat)?$/i
const HIDDEN = /feature|feat|embed|hidden|state|pool|att(e)?n|latent|repr|encod|backbone|cache|past|present|aux|loss/i

/**
 * Chooses the output with the class scores: the requested one; else the only one with one score per class; of several,
 * the one whose name says so.
 *
 * For tasks other than classes: the only one whose shape fits the targets, or the one named loss.
 *
 * Returns    its index; with a note if others were passed over.
 * Throws     UsageError  no output with the requested name.
 *            InputError  several fit, or none (lists name, shape and meaning of each).
 */
export function chooseOutput(
  outputs: readonly OutputCandidate[],
  asked: string | undefined,
  wanted: WantedOutput,
  path: string,
  notes: Note[],
): number {
  if (asked !== undefined) {
    const at = outputs.findIndex(({name}) => name === asked)
    if (at >= 0) return at
    throw new UsageError(`${path}: has no output ${asked}; its outputs: ${listed(outputs, wanted)}`, [
      `choose one of these with ${option('outputName')}`,
    ])
  }
  if (outputs.length === 1) return 0
  if (wanted.loss !== undefined) {
    const called = [...outputs.keys()].filter((at) => LOSS_NAME.test(outputs[at]!.name))
    if (called.length === 1) return called[0]!
    if (wanted.loss.inData) return 0
  }
  const what =
    wanted.loss !== undefined ? 'the losses' : wanted.fault !== undefined ? 'the predictions' : 'the class scores'
  const fitting = [...outputs.keys()].filter((at) => fault(outputs[at]!, wanted) === null)
  const at = fitting.length === 1 ? fitting[0]! : byName(outputs, fitting)
  if (at === null) {
    const why =
      fitting.length === 0
        ? wanted.fault === undefined
          ? 'has no output with one score for each class'
          : 'has no output that fits the targets'
        : `has ${fitting.length} outputs that could be ${what}`
    throw new InputError(`${path}: ${why}: ${listed(outputs, wanted)}`, [
      `choose the one with ${what}: ${option('outputName')} NAME`,
    ])
  }
  const others = outputs.filter((_, k) => k !== at)
  notes.push({
    level: 'info',
    code: 'output-chosen',
    message: `the output ${outputs[at]!.name} holds ${what}; passed over: ${listed(others, wanted)}`,
  })
  return at
}

/** The only one named logits, else the only one named scores, … and not a hidden state; null: no unique one. */
function byName(outputs: readonly OutputCandidate[], fitting: readonly number[]): number | null {
  const seen = fitting.filter((at) => !HIDDEN.test(outputs[at]!.name))
  for (const pattern of [/^logits?$/i, /logit/i, SCORES]) {
    const named = seen.filter((at) => pattern.test(outputs[at]!.name))
    if (named.length === 1) return named[0]!
    if (named.length > 1) return null
  }
  return null
}

/** Why an output cannot hold one score per class; null: it can, as far as its shape is known. */
function fault({shape}: OutputCandidate, {classes, fault: misfit}: WantedOutput): string | null {
  if (shape === null) return null
  if (misfit !== undefined) return misfit(shape.slice(1))
  const wide = shape.slice(1).filter((length) => length !== 1)
  if (wide.length > 1) return 'more than one row of scores for each example'
  const width = shape.length < 2 ? 1 : (wide[0] ?? 1)
  if (classes === null || width < 0) return null
  if (width === 1) return classes > 2 ? `one score, but the labels have ${classes} classes` : null
  return width < classes ? `${width} scores, but the labels have ${classes} classes` : null
}

function listed(outputs: readonly OutputCandidate[], wanted: WantedOutput): string {
  return outputs
    .map((output) => {
      const {name, shape} = output
      const size =
        shape === null
          ? 'of unstated shape'
          : `[${shape.map((length, k) => (length === -1 ? (k === 0 ? 'rows' : 'any') : length)).join(', ')}]`
      const meaning =
        fault(output, wanted) ??
        (HIDDEN.test(name)
          ? 'hidden states, by its name'
          : /logit/i.test(name)
            ? 'logits, by its name'
            : /prob|softmax|sigmoid/i.test(name)
              ? 'probabilities, by its name'
              : shape !== null && shape.length > 1 && shape[1]! > 0
                ? `scores of ${shape[1]!} classes, if it is the output`
                : 'scores, if it is the output')
      return `${name} ${size} (${meaning})`
    })
    .join(', ')
}
