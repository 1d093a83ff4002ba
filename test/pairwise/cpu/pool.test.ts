import {afterAll, describe, expect, it} from 'vitest'
import {onnxProducts} from '../../../src/linalg/onnx-products.js'
import {plainProducts} from '../../../src/linalg/products.js'
import type {BlockPart} from '../../../src/pairwise/cpu/jobs.js'
import {kernelBlock} from '../../../src/pairwise/cpu/kernel.js'
import type {KernelJob} from '../../../src/pairwise/cpu/kernel-blocks.js'
import {WorkerError} from '../../../src/frame/worker-pool.js'
import {PairWorkers} from '../../../src/pairwise/cpu/pool.js'
import {BlockRunner} from '../../../src/pairwise/cpu/runner.js'
import {SharedMatrices} from '../../../src/linalg/shared.js'
import {units} from '../webgpu/data.js'
import {Eager} from './eager.js'

const products = (await onnxProducts(1)) ?? plainProducts
afterAll(() => products.close())

describe('PairWorkers', () => {
  const z = units(1, 2600, 7)
  const job: KernelJob = {
    kind: 'kernelBlock',
    z,
    w: units(2, 30, 7),
    one: false,
    precision: 'fp64',
    left: null,
    right: null,
    into: null,
  }
  const dying = new URL('./dying-worker.mjs', import.meta.url)

  it('reports a worker that dies as a typed error, after the blocks before it', async () => {
    const pool = new PairWorkers(2, dying)
    const seen: number[] = []
    const failed = pool.run(job, 6, (block) => seen.push(block))
    await expect(failed).rejects.toThrow(WorkerError)
    await expect(failed).rejects.toThrow('exited with code 3')
    expect(seen).toEqual([0, 1].slice(0, seen.length))
    await pool.close()
  })

  it('a runner goes on alone where a worker died: nothing is delivered twice, the bits are the same, and it says so once', async () => {
    const lost: string[] = []
    const [alone, broken] = await Promise.all(
      [new BlockRunner(products), new Eager(products, new PairWorkers(2, dying), (reason) => lost.push(reason))].map(
        (runner) => kernelBlock({runner, matrices: new SharedMatrices(), precision: 'fp64'}, z, job.w),
      ),
    )
    expect(broken!.data).toEqual(alone!.data)
    expect(lost).toEqual([expect.stringContaining('exited with code 3')])
  })

  it('reports what a worker throws', async () => {
    const pool = new PairWorkers(1)
    const wrong = {...job, z: {...z, data: 'no numbers'}} as unknown as KernelJob
    await expect(pool.run(wrong, 1, () => undefined)).rejects.toThrow(/worker thread (failed|died)/)
    await pool.close()
  })

  it('hands on what the receiver throws, and serves the next job', async () => {
    const pool = new PairWorkers(2)
    const full = () => {
      throw new RangeError('no room')
    }
    await expect(pool.run(job, 6, full)).rejects.toThrow('no room')
    const seen: number[] = []
    await Promise.all([
      pool.run(job, 6, (block) => seen.push(block)),
      pool.run(job, 3, (block) => seen.push(10 + block)),
    ])
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 10, 11, 12])
    await pool.close()
  })

  it('closing during a run ends it with an error', async () => {
    const pool = new PairWorkers(1)
    const run = pool.run(job, 6, () => undefined)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await Promise.all([expect(run).rejects.toThrow('closed during a run'), pool.close()])
  })

  it('runs from the build as it runs from source', async () => {
    const built = (await import(new URL('../../../dist/src/pairwise/cpu/pool.js', import.meta.url).href)) as {
      PairWorkers: typeof PairWorkers
    }
    const parts: BlockPart[][] = []
    for (const pool of [new PairWorkers(2), new built.PairWorkers(2)]) {
      const own: BlockPart[] = []
      await pool.run(job, 6, (_, part) => own.push(part))
      parts.push(own)
      await pool.close()
    }
    expect(parts[1]).toEqual(parts[0])
  })
})
