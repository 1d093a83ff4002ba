import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll} from 'vitest'
import type {DataSet, InputArray} from '../../src/checkpoint/index.js'

/** A folder that is gone after the tests of a file, and a function that writes into it and gives the path. */
export function temporaryFiles(): {folder: string; write: (name: string, content: Uint8Array | string) => string} {
  const folder = mkdtempSync(join(tmpdir(), 'surety-test-'))
  afterAll(() => rmSync(folder, {recursive: true, force: true}))
  return {
    folder,
    write: (name, content) => {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    },
  }
}

export const dataSet = (labels: number[], ...inputs: InputArray[]): DataSet => ({
  rows: labels.length,
  inputs,
  labels: Int32Array.from(labels),
  inputFiles: [{path: 'data.npz', sha256: '', bytes: 0}],
})

export const inputs = (rows: number[][], name = 'inputs'): InputArray => ({
  name,
  shape: [rows.length, rows[0]!.length],
  data: Float32Array.from(rows.flat()),
})

/** a [n, k] times b [k, m] by the definition. */
export const times = (a: number[][], b: number[][]): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, i) => sum + x * b[i]![j]!, 0)))

/** Mean of |L_i − L_j| / ‖z_i − z_j‖ over the pairs i < j with different z, by the definition. */
export function slowEpsilon(z: ArrayLike<number>, dim: number, loss: ArrayLike<number>): number {
  let sum = 0
  let pairs = 0
  for (let i = 0; i < loss.length; i++) {
    for (let j = i + 1; j < loss.length; j++) {
      let squared = 0
      for (let k = 0; k < dim; k++) squared += (z[i * dim + k]! - z[j * dim + k]!) ** 2
      if (squared === 0) continue
      sum += Math.abs(loss[i]! - loss[j]!) / Math.sqrt(squared)
      pairs++
    }
  }
  return sum / pairs
}

/** −log softmax(logits)[label] of each row. */
export function crossEntropy(logits: ArrayLike<number>, classes: number, labels: ArrayLike<number>): Float64Array {
  return Float64Array.from({length: labels.length}, (_, row) => {
    const scores = Array.from({length: classes}, (_, c) => logits[row * classes + c]!)
    const top = Math.max(...scores)
    return top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0)) - scores[labels[row]!]!
  })
}
