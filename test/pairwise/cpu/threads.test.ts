import {isDeepStrictEqual} from 'node:util'
import {afterAll, describe, expect, it} from 'vitest'
import {onnxProducts} from '../../../src/linalg/onnx-products.js'
import {plainProducts} from '../../../src/linalg/products.js'
import type {Dense, Matrix} from '../../../src/linalg/types.js'
import {kernelApply, kernelBlock, type KernelContext, kernelGradient} from '../../../src/pairwise/cpu/kernel.js'
import {PairWorkers} from '../../../src/pairwise/cpu/pool.js'
import {BlockRunner} from '../../../src/pairwise/cpu/runner.js'
import {SharedMatrices} from '../../../src/linalg/shared.js'
import {cpuVolatility} from '../../../src/pairwise/cpu/volatility.js'
import {normal, sparse, task, units} from '../webgpu/data.js'
import {Eager} from './eager.js'

const products = (await onnxProducts(1)) ?? plainProducts
const runners = new Map(
  [1, 2, 4].map((threads) => [
    threads,
    threads === 1 ? new BlockRunner(products) : new Eager(products, new PairWorkers(threads)),
  ]),
)
afterAll(async () => {
  for (const runner of runners.values()) await runner.close()
})

async function gradient(
  context: KernelContext,
  z: Matrix,
  w: Matrix,
  left: Dense,
  right: Dense,
): Promise<Float64Array> {
  const rows: number[] = []
  await kernelGradient(context, z, w, left, right, (first, block) => {
    expect(first * z.cols).toBe(rows.length)
    for (const x of block.data) rows.push(x)
  })
  return Float64Array.from(rows)
}

async function everyThread<T>(work: (runner: BlockRunner) => Promise<T>): Promise<void> {
  const alone = await work(runners.get(1)!)
  for (const threads of [2, 4])
    expect(isDeepStrictEqual(await work(runners.get(threads)!), alone), `${threads} threads`).toBe(true)
}

describe.each(['fp64', 'fp32'] as const)('the same bits on 1, 2 and 4 threads, %s', (precision) => {
  const context = (runner: BlockRunner): KernelContext => ({runner, matrices: new SharedMatrices(), precision})

  it.each(['l2', 'l1', 'angle'] as const)('volatility, %s: two samples and one', async (metric) => {
    const x = normal(3, 700, 9)
    const y = normal(4, 900, 9)
    await everyThread((runner) => cpuVolatility(task(x, y, metric), runner, precision))
    await everyThread((runner) => cpuVolatility(task(y, y, metric), runner, precision))
  })

  it('kernel reductions: two sets and one, dense and sparse', async () => {
    const {csr} = sparse(5, 1100, 40)
    for (const w of [units(6, 1100, 40), csr]) {
      const z = units(7, 600, 40)
      const [v, left, own] = [normal(8, 1100, 3), normal(9, 600, 3), normal(10, 1100, 3)]
      await everyThread(async (runner) => (await kernelBlock(context(runner), z, w)).data)
      await everyThread(async (runner) => (await kernelApply(context(runner), z, w, v)).data)
      await everyThread(async (runner) => (await kernelApply(context(runner), w, w, v)).data)
      await everyThread((runner) => gradient(context(runner), z, w, left, v))
      await everyThread((runner) => gradient(context(runner), w, w, own, v))
    }
  })
})
