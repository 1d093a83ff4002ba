import type {LossName, RowLoss, RowLosses} from '../../certify/types.js'
import {commonestTokenErrors, type TokenScores, tokenLosses} from '../../certify/tasks/row-losses.js'
import {InputError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import {MISSING} from '../labels.js'
import {size} from '../pool.js'
import type {OutputKind} from '../types.js'
import type {ClassAxis} from './resolve.js'
import {say} from './row-task.js'
import type {Targets} from './targets.js'

const SUM_TOLERANCE = 1e-3

export interface TokenSetting {
  targets: Targets
  axis: ClassAxis
  /** [rows, tokens] 0: does not count; null: all count */
  mask: Uint8Array | null
  output: {name: string; shape: readonly number[]; kind: OutputKind | undefined}
}

/**
 * Losses of tokens or pixels, computed batch by batch, because the scores of all tokens would not fit in memory.
 *
 * A token counts unless its label is −100 or the mask says 0.
 * Throws  InputError  a label that is not a class of the output (names row and token), a row without a token that
 *         counts, scores that contradict their stated kind or are ambiguous.
 */
export class TokenTask {
  private readonly classes: number
  private readonly tokens: number
  /** [rows, tokens] −1: does not count */
  private readonly labels: Int32Array
  private readonly values: Record<'zero-one' | 'one-minus-p' | 'cross-entropy', Float64Array>
  private kind: 'logits' | 'probabilities' | null

  constructor(private readonly setting: TokenSetting) {
    const {targets, axis, output} = setting
    const rows = targets.shape[0]!
    this.tokens = size(targets.shape.slice(1))
    this.classes = axis === 'none' ? 1 : axis === 'last' ? output.shape.at(-1)! : output.shape[0]!
    this.labels = countedLabels(setting, Math.max(2, this.classes))
    const zeros = () => new Float64Array(rows)
    this.values = {'zero-one': zeros(), 'one-minus-p': zeros(), 'cross-entropy': zeros()}
    this.kind = this.statedKind()
  }

  /** Adds the output of `count` rows from `first` on, [count, …]. */
  add(data: Float32Array | Float64Array, first: number, count: number): void {
    const {classes, tokens} = this
    const last = this.setting.axis === 'last'
    const scores: TokenScores = {
      data,
      classes,
      at: (row, token) => row * tokens * classes + (last ? token * classes : token),
      step: last ? 1 : tokens,
      kind: (this.kind ??= this.kindOf(data)),
    }
    const bad = data.findIndex((x) => !Number.isFinite(x))
    if (bad >= 0)
      throw new InputError(
        `the output ${this.setting.output.name} is ${data[bad]!} at row ${first + Math.floor(bad / (tokens * classes))}`,
        ['every value must be a finite number'],
      )
    if (scores.kind === 'probabilities') this.requireProbabilities(scores, first, count)
    const labels = this.labels.subarray(first * tokens, (first + count) * tokens)
    const {wrong, missing, crossEntropy} = tokenLosses(scores, labels, count, tokens)
    this.values['zero-one'].set(wrong, first)
    this.values['one-minus-p'].set(missing, first)
    this.values['cross-entropy'].set(crossEntropy, first)
  }

  finish(notes: Note[]): RowLosses {
    const {labels, tokens, classes, values, setting} = this
    const counted = labels.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0)
    say(
      notes,
      'tokens',
      `${setting.targets.place}: ${tokens} tokens a row in ${Math.max(2, classes)} classes; a loss is the mean over the tokens of a row that count, ${counted} of ${labels.length} in all`,
    )
    const losses: Partial<Record<LossName, RowLoss>> = {}
    for (const [name, loss] of Object.entries(values) as [keyof typeof values, Float64Array][])
      losses[name] = {
        values: loss,
        guess: name === 'zero-one' ? commonestTokenErrors(labels, loss.length, tokens) : null,
      }
    return {task: 'tokens', losses}
  }

  private statedKind(): 'logits' | 'probabilities' | null {
    const {kind, name} = this.setting.output
    if (kind === undefined) return null
    if (kind !== 'one-vs-rest') return kind
    if (this.classes === 1) return 'probabilities'
    throw new InputError(
      `the output ${name} ends in a sigmoid for each class, but a token has one class: its scores must add up to 1`,
      ['export the model with its logits, or with a softmax'],
    )
  }

  private kindOf(data: Float32Array | Float64Array): 'logits' | 'probabilities' {
    const {name} = this.setting.output
    if (data.some((x) => !(x >= 0 && x <= 1))) return 'logits'
    if (this.classes > 1 && this.sumFault(data, 1) === null) return 'probabilities'
    throw new InputError(
      `the values of the output ${name} lie in [0, 1]${this.classes > 1 ? ', but do not add up to 1 over the classes' : ''}: they could be probabilities or logits`,
      [`say what it holds: ${option('output')} logits, or ${option('output')} probabilities`],
    )
  }

  private requireProbabilities({data}: TokenScores, first: number, count: number): void {
    const fault = this.classes > 1 ? this.sumFault(data as Float32Array, count) : null
    if (fault === null && !(data as Float32Array).some((x) => !(x >= 0 && x <= 1))) return
    throw new InputError(
      `the output ${this.setting.output.name} holds no probabilities${fault === null ? '' : `: those of a token of row ${first + fault.row} add up to ${fault.sum}`}`,
      [`say what it holds: ${option('output')} logits`],
    )
  }

  /** The first token whose scores do not sum to 1. */
  private sumFault(data: Float32Array | Float64Array, rows: number): {row: number; sum: number} | null {
    const {classes, tokens} = this
    const last = this.setting.axis === 'last'
    for (let k = 0; k < rows * tokens; k++) {
      const row = Math.floor(k / tokens)
      const at = last ? k * classes : row * tokens * classes + (k % tokens)
      let sum = 0
      for (let c = 0; c < classes; c++) sum += data[at + c * (last ? 1 : tokens)]!
      if (Math.abs(sum - 1) > SUM_TOLERANCE) return {row, sum}
    }
    return null
  }
}

function countedLabels({targets: {place, shape, data}, mask}: TokenSetting, classes: number): Int32Array {
  const rows = shape[0]!
  const tokens = size(shape.slice(1))
  if (mask !== null && mask.length !== rows * tokens && shape.length === 2)
    throw new InputError(`${place}: has ${tokens} tokens a row, but the attention mask has ${mask.length / rows}`, [
      'store a mask and a label for the same tokens',
    ])
  const keeps = mask?.length === rows * tokens ? mask : null
  const labels = new Int32Array(rows * tokens).fill(-1)
  for (let row = 0; row < rows; row++) {
    let counted = 0
    for (let k = row * tokens; k < (row + 1) * tokens; k++) {
      const label = data[k]!
      if (label === MISSING || keeps?.[k] === 0) continue
      if (!(label >= 0 && label < classes))
        throw new InputError(
          `${place}: the label of row ${row}, token ${k - row * tokens} is ${label}, but the output has ${classes} classes, 0 … ${classes - 1}`,
          [
            `if it says that the token does not count: ${option('ignoreLabel')} ${label}`,
            'check that labels count from 0 and belong to this model',
          ],
        )
      labels[k] = label
      counted++
    }
    if (counted === 0)
      throw new InputError(`${place}: no token of row ${row} counts: all are ${MISSING} or masked`, [
        'leave the row out',
      ])
  }
  return labels
}
