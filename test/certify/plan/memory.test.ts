import {describe, expect, it} from 'vitest'
import {certifyBytes, requireCertifyMemory} from '../../../src/certify/plan/memory.js'
import {openCheckpoint, readDataSet} from '../../../src/checkpoint/index.js'
import {UsageError} from '../../../src/errors.js'
import {residentBytes} from '../../../src/frame/memory.js'
import {mixture, options} from '../fixtures.js'

const MIB = 2 ** 20
const resources = (memoryLimitBytes: number) => ({threads: 1, perturbations: 0, memoryLimitBytes})
const refusal = (work: () => void): UsageError => {
  try {
    work()
  } catch (error) {
    return error as UsageError
  }
  throw new Error('nothing was refused')
}

describe('the memory of a certificate', () => {
  const small = mixture(1, 200)

  it('grows with rows, layers, the grid, threads and perturbations, from what is held', () => {
    const bytes = (embeddings = small, changed = {}, threads = 1, perturbations = 0) =>
      certifyBytes(embeddings, options(changed), {threads, perturbations}, 100 * MIB)
    expect(bytes()).toBeGreaterThan(100 * MIB)
    expect(bytes(mixture(1, 400))).toBeGreaterThan(bytes())
    expect(bytes(mixture(1, 200, 0.07, [8, 8, 8]))).toBeGreaterThan(bytes())
    expect(bytes(small, {deltas: Array.from({length: 50}, (_, k) => 1 + k)})).toBeGreaterThan(bytes())
    expect(bytes(small, {}, 4)).toBeGreaterThan(bytes())
    expect(bytes(small, {}, 1, 2)).toBeGreaterThan(bytes())
  })

  it('is refused beyond the limit with both figures and what would do; that limit is accepted', () => {
    const {message, nextSteps} = refusal(() => requireCertifyMemory(small, options(), resources(residentBytes())))
    // What is held decides the unit: other files of tests may share the process.
    expect(message).toMatch(
      /^200 rows in 2 layers need about [\d.]+ [MG]iB of memory in all, the limit is [\d.]+ [MG]iB$/,
    )
    const [, raised, unit] = /^raise maxMemory to ([\d.]+)([MG])iB$/.exec(nextSteps.at(-1)!)!
    const limit = Number(raised) * (unit === 'M' ? MIB : 1024 * MIB)
    expect(() => requireCertifyMemory(small, options(), resources(limit))).not.toThrow()
  })

  it('is refused for the hidden states of a model before the rest of the data has gone through it', async () => {
    const checkpoint = await openCheckpoint('fixtures/mnist-mlp/model.json')
    const data = await readDataSet('fixtures/mnist-mlp/test.npz', {}, checkpoint)
    let seen = 0
    const run = checkpoint.embeddings(data, {memoryLimitBytes: MIB, onProgress: (done) => (seen = done)})
    await expect(run).rejects.toThrow(
      /[MG]iB are in use and the hidden states of 1000 rows need .* more, the limit is 1\.00 MiB/,
    )
    expect(seen).toBe(0)
    await checkpoint.close()
  })
})
