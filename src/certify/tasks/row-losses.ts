import {quantile} from '../../stats/quantile.js'

/** Smaller probabilities are clamped to this before the logarithm: the smallest normal fp32 number, 87.3 nats. */
const SMALLEST_PROBABILITY = 2 ** -126

type Numbers = ArrayLike<number>

/**
 * Regression errors: the mean over a row's columns.
 *
 * Formula    absolute (1/d) Σ_k |ŷ_k − y_k|; squared (1/d) Σ_k (ŷ_k − y_k)².
 * Shapes     predicted, targets [rows, d] → [rows] each.
 * Units      those of the targets, and their square.
 * Precision  fp64.
 * Cost       rows · d.
 * Empty      no rows → empty.
 * Source     —   Deviation: none.
 */
export function regressionErrors(predicted: Numbers, targets: Numbers, rows: number, d: number) {
  const [absolute, squared] = [new Float64Array(rows), new Float64Array(rows)]
  for (let row = 0; row < rows; row++) {
    for (let k = row * d; k < (row + 1) * d; k++) {
      const error = predicted[k]! - targets[k]!
      absolute[row]! += Math.abs(error) / d
      squared[row]! += (error * error) / d
    }
  }
  return {absolute, squared}
}

/**
 * The same errors for the best constant: the column median for the absolute error, the column mean for the squared one.
 * No constant has a smaller mean error on these rows.
 *
 * Shapes     targets [rows, d] → [rows] each.
 * Cost       rows log rows · d.
 * Source     —   Deviation: the median of an even number of rows is the mean of the middle two.
 */
export function constantErrors(targets: Numbers, rows: number, d: number) {
  const [absolute, squared] = [new Float64Array(rows), new Float64Array(rows)]
  for (let k = 0; k < d; k++) {
    const column = Float64Array.from({length: rows}, (_, row) => targets[row * d + k]!)
    const mean = column.reduce((sum, x) => sum + x / rows, 0)
    const median = quantile(column.slice().sort(), 0.5)
    column.forEach((x, row) => {
      absolute[row]! += Math.abs(x - median) / d
      squared[row]! += (x - mean) ** 2 / d
    })
  }
  return {absolute, squared}
}

/**
 * Losses of several binary labels.
 *
 * Formula    hamming: the share of wrong labels, predicting 1 if p > ½ (z > 0); cross-entropy: the mean of −log p_y in
 *            nats, for logits log(1 + exp(∓z)).
 * Shapes     scores, targets [rows, labels] (0 or 1) → [rows] each.
 * Precision  fp64; −log p stops at 87.3 nats for given probabilities.
 * Cost       rows · labels.
 * Empty      no rows → empty.
 * Source     —   Deviation: none.
 */
export function multiLabelLosses(scores: Numbers, targets: Numbers, rows: number, labels: number, logits: boolean) {
  const [hamming, crossEntropy] = [new Float64Array(rows), new Float64Array(rows)]
  const threshold = logits ? 0 : 0.5
  for (let row = 0; row < rows; row++) {
    for (let k = row * labels; k < (row + 1) * labels; k++) {
      const [score, yes] = [scores[k]!, targets[k] === 1]
      if (score > threshold !== yes) hamming[row]!++
      crossEntropy[row]! += (logits ? softplus(yes ? -score : score) : surprise(yes ? score : 1 - score)) / labels
    }
    // Divide the count once, so that equal counts give equal losses of at most 1.
    hamming[row] = hamming[row]! / labels
  }
  return {hamming, crossEntropy}
}

/** The share of wrong labels if each label is always predicted as its most common value. [rows, labels] → [rows]. */
export function majorityHamming(targets: Numbers, rows: number, labels: number): Float64Array {
  const yes = Array.from({length: labels}, (_, k) => {
    let count = 0
    for (let row = 0; row < rows; row++) count += targets[row * labels + k]!
    return 2 * count > rows ? 1 : 0
  })
  return Float64Array.from({length: rows}, (_, row) => {
    const wrong = yes.reduce<number>((sum, answer, k) => sum + (targets[row * labels + k] === answer ? 0 : 1), 0)
    return wrong / labels
  })
}

/** Scores of every token of some rows; `at`: start of a token's scores, `step`: distance between classes. */
export interface TokenScores {
  data: Numbers
  classes: number
  at: (row: number, token: number) => number
  step: number
  kind: 'logits' | 'probabilities'
}

/**
 * Losses of tokens (or pixels): the mean over a row's tokens that count.
 *
 * Formula    zero-one 1{argmax ≠ y}, one-minus-p 1 − p_y, cross-entropy −log p_y in nats; p = softmax of logits. One
 *            score means two classes: p → (1 − p, p), logit z → (0, z).
 * Shapes     labels [rows, tokens], negative: the token does not count → [rows] each.
 * Precision  fp64; −log p stops at 87.3 nats for given probabilities.
 * Cost       rows · tokens · classes.
 * Empty      a row without a token that counts → 0; callers refuse it.
 * Source     —   Deviation: none.
 */
export function tokenLosses(scores: TokenScores, labels: Numbers, rows: number, tokens: number) {
  const [wrong, missing, crossEntropy] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)]
  const {data, classes, at, step, kind} = scores
  const count = Math.max(2, classes)
  const own = new Float64Array(count)
  for (let row = 0; row < rows; row++) {
    let counted = 0
    for (let token = 0; token < tokens; token++) {
      const label = labels[row * tokens + token]!
      if (label < 0) continue
      counted++
      const first = at(row, token)
      if (classes === 1) {
        own[0] = kind === 'logits' ? 0 : 1 - data[first]!
        own[1] = data[first]!
      } else for (let c = 0; c < classes; c++) own[c] = data[first + c * step]!
      let top = 0
      for (let c = 1; c < count; c++) if (own[c]! > own[top]!) top = c
      if (top !== label) wrong[row]!++
      if (kind === 'logits') {
        let sum = 0
        for (let c = 0; c < count; c++) sum += Math.exp(own[c]! - own[top]!)
        const nats = Math.max(0, Math.log(sum) + own[top]! - own[label]!)
        crossEntropy[row]! += nats
        missing[row]! += -Math.expm1(-nats)
      } else {
        crossEntropy[row]! += surprise(own[label]!)
        missing[row]! += Math.min(1, Math.max(0, 1 - own[label]!))
      }
    }
    if (counted === 0) continue
    wrong[row] = wrong[row]! / counted
    missing[row] = Math.min(1, missing[row]! / counted)
    crossEntropy[row] = crossEntropy[row]! / counted
  }
  return {wrong, missing, crossEntropy}
}

/**
 * The share of wrong tokens if one class is always predicted: the one with the largest mean share of a row's tokens.
 *
 * Shapes  labels [rows, tokens], negative: does not count → [rows].
 * Cost    rows · tokens.
 */
export function commonestTokenErrors(labels: Numbers, rows: number, tokens: number): Float64Array {
  const shares = new Map<number, number>()
  const counted = new Float64Array(rows)
  const each = (row: number, act: (label: number) => void) => {
    for (let k = row * tokens; k < (row + 1) * tokens; k++) if (labels[k]! >= 0) act(labels[k]!)
  }
  for (let row = 0; row < rows; row++) {
    each(row, () => counted[row]!++)
    each(row, (label) => shares.set(label, (shares.get(label) ?? 0) + 1 / counted[row]!))
  }
  let best = -1
  for (const [label, share] of shares) {
    const most = shares.get(best) ?? -1
    if (share > most || (share === most && label < best)) best = label
  }
  return Float64Array.from({length: rows}, (_, row) => {
    let wrong = 0
    each(row, (label) => (wrong += label === best ? 0 : 1))
    return counted[row] === 0 ? 0 : wrong / counted[row]!
  })
}

/** log(1 + exp x) without overflow. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** −log p in nats, at most 87.3. */
export const surprise = (p: number) => Math.max(0, -Math.log(Math.max(p, SMALLEST_PROBABILITY)))
