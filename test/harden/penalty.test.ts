import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {loadTensorFlow} from '../../src/checkpoint/tensorflow.js'
import {penaltyTensor, type PenaltyOptions, volatilityPenalty} from '../../src/harden/penalty.js'
import {random} from '../../src/stats/random.js'

const OPTIONS: PenaltyOptions = {loss: 'cross-entropy', scale: 'none', floor: 0.05, window: 1, pairs: 'all'}

interface Batch {
  z: number[][]
  loss: number[]
  labels: number[]
}

function batch(rows: number, dim: number, seed: number): Batch {
  const draws = random(seed)
  return {
    z: Array.from({length: rows}, () => Array.from({length: dim}, () => draws.normal())),
    loss: Array.from({length: rows}, () => 2 * draws.uniform()),
    labels: Array.from({length: rows}, () => draws.integer(3)),
  }
}

const euclid = (a: number[], b: number[]) => Math.hypot(...a.map((x, k) => x - b[k]!))

/** The definition in fp64, pair by pair; `scale` is a number here, since it is a constant of the gradient. */
function slow({z, loss, labels}: Batch, scale: number, {floor, window, pairs}: PenaltyOptions): number {
  const of: {d: number; change: number}[] = []
  z.forEach((a, i) =>
    z.forEach((b, j) => {
      if (i !== j && (pairs === 'all' || labels[i] !== labels[j]))
        of.push({d: euclid(a, b), change: Math.abs(loss[i]! - loss[j]!)})
    }),
  )
  const kept = of.sort((a, b) => a.d - b.d).slice(0, 2 * Math.ceil((window * of.length) / 2))
  return kept.reduce((sum, {d, change}) => sum + change / Math.max(d / scale, floor), 0) / kept.length
}

function medianDistance({z}: Batch): number {
  const d = z.flatMap((a, i) => z.slice(i + 1).map((b) => euclid(a, b))).sort((a, b) => a - b)
  return (d[Math.floor((d.length - 1) / 2)]! + d[Math.ceil((d.length - 1) / 2)]!) / 2
}

const penaltyOf = ({z, loss, labels}: Batch, options: PenaltyOptions) =>
  volatilityPenalty(z.flat(), loss, Int32Array.from(labels), options)
const fast = (b: Batch, options: PenaltyOptions) => penaltyOf(b, options)?.value ?? null

function gradients(b: Batch, options: PenaltyOptions): {z: number[][]; loss: number[]} {
  const {stateGradient, lossGradient} = penaltyOf(b, options)!
  const dim = b.z[0]!.length
  return {z: b.z.map((_, i) => [...stateGradient.subarray(i * dim, (i + 1) * dim)]), loss: [...lossGradient]}
}

describe('volatilityPenalty', () => {
  it.each<Partial<PenaltyOptions>>([
    {},
    {pairs: 'cross-label'},
    {scale: 'median'},
    {scale: 'median', floor: 0.6},
    {scale: 'median', window: 0.25, pairs: 'cross-label'},
  ])('is its definition with %j', (given) => {
    const options = {...OPTIONS, ...given}
    const b = batch(12, 5, 1)
    expect(fast(b, options)).toBeCloseTo(slow(b, options.scale === 'median' ? medianDistance(b) : 1, options), 12)
  })

  it.each<Partial<PenaltyOptions>>([
    {},
    {pairs: 'cross-label'},
    {scale: 'median', floor: 0.6},
    {scale: 'median', window: 0.3},
  ])('has the gradient of finite differences with %j, scale and choice of pairs held fast', (given) => {
    const options = {...OPTIONS, ...given}
    const b = batch(9, 4, 2)
    const scale = options.scale === 'median' ? medianDistance(b) : 1
    const h = 1e-6
    const difference = (change: (by: number) => Batch) =>
      (slow(change(h), scale, options) - slow(change(-h), scale, options)) / (2 * h)
    const got = gradients(b, options)
    b.loss.forEach((_, i) => {
      expect(got.loss[i]).toBeCloseTo(
        difference((by) => ({...b, loss: b.loss.map((x, k) => (k === i ? x + by : x))})),
        7,
      )
      b.z[i]!.forEach((__, c) => {
        expect(got.z[i]![c]).toBeCloseTo(
          difference((by) => ({
            ...b,
            z: b.z.map((row, k) => (k === i ? row.map((x, l) => (l === c ? x + by : x)) : row)),
          })),
          7,
        )
      })
    })
  })

  it('coincident states: finite, and a gradient for the losses alone', () => {
    const b = {
      z: [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      loss: [0, 1, 3],
      labels: [0, 0, 1],
    }
    for (const scale of ['none', 'median'] as const) {
      const options = {...OPTIONS, scale}
      // Mean of |ΔL| / τ over the pairs 0–1, 0–2, 1–2.
      expect(fast(b, options)).toBeCloseTo(2 / 0.05, 12)
      const {z, loss} = gradients(b, options)
      expect(z.flat().every((x) => x === 0)).toBe(true)
      expect(loss.map((x) => Math.round(x * 1000) / 1000)).toEqual([-13.333, 0, 13.333])
    }
  })

  it('two of many coincide: no NaN anywhere', () => {
    const b = batch(8, 3, 3)
    b.z[4] = b.z[1]!
    const {z, loss} = gradients(b, {...OPTIONS, scale: 'median'})
    expect([...z.flat(), ...loss].every(Number.isFinite)).toBe(true)
  })

  it('equal losses: no penalty, no gradient', () => {
    const b = {...batch(6, 3, 4), loss: [1, 1, 1, 1, 1, 1]}
    expect(fast(b, OPTIONS)).toBe(0)
    const {z, loss} = gradients(b, OPTIONS)
    for (const x of [...z.flat(), ...loss]) expect(Math.abs(x)).toBe(0)
  })

  it('no pair that counts: null', () => {
    expect(fast(batch(1, 3, 5), OPTIONS)).toBeNull()
    expect(fast({...batch(4, 3, 5), labels: [2, 2, 2, 2]}, {...OPTIONS, pairs: 'cross-label'})).toBeNull()
  })

  it('scale-free: larger states change nothing; far from the origin neither', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 1000}),
        fc.double({min: 0.01, max: 100, noNaN: true}),
        fc.double({min: -10, max: 10, noNaN: true}),
        (seed, factor, shift) => {
          const b = batch(7, 3, seed)
          const options = {...OPTIONS, scale: 'median' as const}
          const moved = {...b, z: b.z.map((row) => row.map((x) => factor * (x + shift)))}
          const plain = fast(b, options)!
          expect(Math.abs(fast(moved, options)! - plain)).toBeLessThan(1e-9 * (1 + plain))
        },
      ),
      {numRuns: 40},
    )
  })

  it('the order of the examples does not matter', () => {
    const b = batch(10, 4, 6)
    const order = random(7).permutation(10)
    const shuffled = {
      z: [...order].map((i) => b.z[i]!),
      loss: [...order].map((i) => b.loss[i]!),
      labels: [...order].map((i) => b.labels[i]!),
    }
    const options = {...OPTIONS, scale: 'median' as const, window: 0.4}
    expect(fast(shuffled, options)).toBeCloseTo(fast(b, options)!, 12)
  })
})

describe('penaltyTensor', () => {
  it('gives TensorFlow.js the value and the gradient, times what comes from above', async () => {
    const {tf} = await loadTensorFlow()
    const b = batch(8, 3, 8)
    const {value, stateGradient, lossGradient} = penaltyOf(b, OPTIONS)!
    const of = (states: unknown, losses: unknown) =>
      penaltyTensor(tf, states as never, losses as never, Int32Array.from(b.labels), OPTIONS)!
    expect(of(tf.tensor2d(b.z), tf.tensor1d(b.loss)).dataSync()[0]).toBeCloseTo(value, 5)
    const [dz, dl] = tf.grads((states, losses) => tf.mul(3, of(tf.mul(states, 2), losses)))([
      tf.tensor2d(b.z.map((row) => row.map((x) => x / 2))),
      tf.tensor1d(b.loss),
    ])
    dz!.dataSync().forEach((x, k) => expect(x).toBeCloseTo(6 * stateGradient[k]!, 4))
    dl!.dataSync().forEach((x, k) => expect(x).toBeCloseTo(3 * lossGradient[k]!, 4))
  })
})
