import {InputError, UsageError, option} from '../errors.js'
import type {Note} from '../frame/report.js'

/** An output of a model that may hold the class scores. */
export interface OutputCandidate {
  name: string
  /** with the batch; −1: any size; null: not stated */
  shape: readonly number[] | null
}

/** What outputs with class scores are called, and what outputs that are none are called. */
const SCORES = /logit|score|prob|softmax|sigmoid|pred|class|output|^y(_?hat)?$/i
const HIDDEN = /feature|feat|embed|hidden|state|pool|att(e)?n|latent|repr|encod|backbone|cache|past|present|aux|loss/i

/**
 * Which output of a model holds the class scores: the one that is asked for; else the only one that has one score for
 * each class; of several the one whose name says so.
 *
 * `classes`  how many classes the labels show at least; null: no labels are known.
 * Returns    its place; with a note where others were passed over.
 * Throws     UsageError  no output of the name that was asked for.
 *            InputError  several could be meant, or none (lists name, shape and what each would mean).
 */
export function chooseOutput(
  outputs: readonly OutputCandidate[],
  asked: string | undefined,
  classes: number | null,
  path: string,
  notes: Note[],
): number {
  if (asked !== undefined) {
    const at = outputs.findIndex(({name}) => name === asked)
    if (at >= 0) return at
    throw new UsageError(`${path}: has no output ${asked}; its outputs: ${listed(outputs, classes)}`, [
      `choose one of these with ${option('outputName')}`,
    ])
  }
  if (outputs.length === 1) return 0
  const fitting = [...outputs.keys()].filter((at) => fault(outputs[at]!, classes) === null)
  const at = fitting.length === 1 ? fitting[0]! : byName(outputs, fitting)
  if (at === null) {
    const why =
      fitting.length === 0
        ? 'has no output with one score for each class'
        : `has ${fitting.length} outputs that could be the class scores`
    throw new InputError(`${path}: ${why}: ${listed(outputs, classes)}`, [
      `say which one holds the class scores: ${option('outputName')} NAME`,
    ])
  }
  const others = outputs.filter((_, k) => k !== at)
  notes.push({
    level: 'info',
    code: 'output-chosen',
    message: `the output ${outputs[at]!.name} holds the class scores; passed over: ${listed(others, classes)}`,
  })
  return at
}

/** The one that is called logits, else the one that is called scores, … and no hidden state; null: not one alone. */
function byName(outputs: readonly OutputCandidate[], fitting: readonly number[]): number | null {
  const seen = fitting.filter((at) => !HIDDEN.test(outputs[at]!.name))
  for (const pattern of [/^logits?$/i, /logit/i, SCORES]) {
    const named = seen.filter((at) => pattern.test(outputs[at]!.name))
    if (named.length === 1) return named[0]!
    if (named.length > 1) return null
  }
  return null
}

/** Why an output cannot hold one score for each class; null: it can, as far as its shape is known. */
function fault({shape}: OutputCandidate, classes: number | null): string | null {
  if (shape === null) return null
  const wide = shape.slice(1).filter((length) => length !== 1)
  if (wide.length > 1) return 'more than one row of scores for each example'
  const width = shape.length < 2 ? 1 : (wide[0] ?? 1)
  if (classes === null || width < 0) return null
  if (width === 1) return classes > 2 ? `one score, but the labels have ${classes} classes` : null
  return width < classes ? `${width} scores, but the labels have ${classes} classes` : null
}

function listed(outputs: readonly OutputCandidate[], classes: number | null): string {
  return outputs
    .map((output) => {
      const {name, shape} = output
      const size =
        shape === null
          ? 'of unstated shape'
          : `[${shape.map((length, k) => (length === -1 ? (k === 0 ? 'rows' : 'any') : length)).join(', ')}]`
      const meaning =
        fault(output, classes) ??
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
