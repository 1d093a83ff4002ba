import type {InferenceSession} from 'onnxruntime-node'
import {encodeMessage, type Field} from '../data/protobuf.js'
import {type Products, type Real, zerosLike} from './products.js'
import type {Dense} from './types.js'

/**
 * Matrix products on the BLAS inside onnxruntime-node: one Gemm node as a model, one session for each type and form.
 *
 * Precision  that of the inputs; onnxruntime splits rows and columns between threads, never a sum, so the result
 *            does not depend on the number of threads.
 * Cost       measured on 2 cores: 160–260 GFLOP/s fp32, 70–120 GFLOP/s fp64; a thread is three times as fast as
 *            WebAssembly (bench/README.md).
 * Returns    null where the package is not installed or does not load (an optional dependency).
 */
export async function onnxProducts(threads: number): Promise<Products | null> {
  const ort = await import('onnxruntime-node').then(
    (m) => m,
    () => null,
  )
  if (ort === null) return null
  const sessions = new Map<string, Promise<InferenceSession>>()
  const session = (type: 'float32' | 'float64', transposeB: boolean) => {
    const key = `${type}${transposeB ? 'T' : ''}`
    let held = sessions.get(key)
    if (held === undefined) {
      held = ort.InferenceSession.create(gemmModel(type, transposeB), {intraOpNumThreads: threads, logSeverityLevel: 3})
      sessions.set(key, held)
    }
    return held
  }
  const gemm = async <T extends Real>(a: Dense<T>, b: Dense<T>, transposeB: boolean, into?: T): Promise<Dense<T>> => {
    const cols = transposeB ? b.rows : b.cols
    if (a.rows === 0 || cols === 0 || a.cols === 0)
      return {rows: a.rows, cols, data: (into?.fill(0) ?? zerosLike(a.data, a.rows * cols)) as T}
    const type = a.data instanceof Float64Array ? 'float64' : 'float32'
    const run = await session(type, transposeB)
    const tensor = ({rows, cols: width, data}: Dense<T>) => new ort.Tensor(type, data as Float32Array, [rows, width])
    const feeds = {A: tensor(a), B: tensor(b)}
    if (into === undefined) return {rows: a.rows, cols, data: (await run.run(feeds))['C']!.data as T}
    const result = {rows: a.rows, cols, data: into}
    await run.run(feeds, {C: tensor(result)})
    return result
  }
  return {
    name: `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}`,
    multiplyTransposed: (a, b, into) => gemm(a, b, true, into),
    multiply: (a, b, into) => gemm(a, b, false, into),
    async close() {
      for (const held of sessions.values()) await (await held).release()
      sessions.clear()
    },
  }
}

/** The ONNX model C = A·B or A·Bᵀ (operator set 13), encoded by hand: field numbers of onnx.proto3. */
function gemmModel(type: 'float32' | 'float64', transposeB: boolean): Uint8Array {
  const elementType = type === 'float32' ? 1 : 11
  const value = (name: string): Field[] => [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, elementType],
            [
              2,
              [
                [1, [[2, `${name}0`]]],
                [1, [[2, `${name}1`]]],
              ],
            ],
          ],
        ],
      ],
    ],
  ]
  const transposed: Field[] = [
    [1, 'transB'],
    [3, transposeB ? 1 : 0],
    [20, 2],
  ]
  const node: Field[] = [
    [1, 'A'],
    [1, 'B'],
    [2, 'C'],
    [4, 'Gemm'],
    [5, transposed],
  ]
  const graph: Field[] = [
    [1, node],
    [2, 'gemm'],
    [11, value('A')],
    [11, value('B')],
    [12, value('C')],
  ]
  return encodeMessage([
    [1, 8],
    [7, graph],
    [8, [[2, 13]]],
  ])
}
