import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {cholesky, choleskySolve} from '../../src/linalg/cholesky.js'
import {plainProducts} from '../../src/linalg/products.js'
import {refine} from '../../src/linalg/refinement.js'
import {dense, type Dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'

/** A positive definite matrix, about `condition` in condition. */
function definite(seed: number, n: number, condition: number): Dense {
  const r = random(seed)
  const b = Float64Array.from({length: n * n}, () => r.normal())
  const a = dense(n, n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      for (let t = 0; t < n; t++) a.data[i * n + j]! += (b[i * n + t]! * b[j * n + t]!) / (4 * n)
      if (i === j) a.data[i * n + j]! += 1 / condition
    }
  return a
}
const normal = (seed: number, rows: number, cols: number) => {
  const r = random(seed)
  return dense(
    rows,
    cols,
    Float64Array.from({length: rows * cols}, () => r.normal()),
  )
}
const residualBy = (a: Dense, b: Dense) => async (x: Dense) => {
  const image = await plainProducts.multiply(a, x)
  return {...b, data: b.data.map((value, t) => value - image.data[t]!)}
}
/** The inverse with a relative error of `rho` in each answer, in a direction of its own. */
const rough = async (a: Dense, rho: number) => {
  const factor = await cholesky(a, plainProducts)
  return async (r: Dense) => {
    const x = await choleskySolve(factor, r, plainProducts)
    return {...x, data: x.data.map((value, t) => value * (1 + (t % 2 === 0 ? rho : -rho)))}
  }
}
const far = (x: Dense, truth: Dense) =>
  x.data.reduce((worst, value, t) => Math.max(worst, Math.abs(value - truth.data[t]!)), 0)

describe('iterative refinement', () => {
  it('property: makes a rough solver exact, in the steps that its error asks for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 12}),
        fc.integer({min: 1, max: 3}),
        fc.integer({min: 3, max: 6}),
        fc.integer(),
        async (n, columns, digits, seed) => {
          const a = definite(seed, n, 10)
          const b = normal(seed + 1, n, columns)
          const {x, residual, converged, steps} = await refine(b, {
            solve: await rough(a, 10 ** -digits),
            residualOf: residualBy(a, b),
            tolerance: 1e-12,
            errorTolerance: 1e-9,
          })
          expect(converged).toBe(true)
          expect(residual).toBeLessThanOrEqual(1e-12)
          const truth = await choleskySolve(await cholesky(a, plainProducts), b, plainProducts)
          expect(far(x, truth)).toBeLessThan(1e-9)
          // Errors of x by a share rho are errors of the residual by more: the condition is above 10.
          expect(steps).toBeLessThanOrEqual(Math.ceil(12 / Math.max(0.3, digits - 1.6)) + 1)
          expect(steps).toBeGreaterThan(1)
        },
      ),
      {seed: 8, numRuns: 40},
    )
  })

  it('gives back the best that was reached where a step does not gain enough, and says so', async () => {
    const a = definite(1, 8, 10)
    const b = normal(2, 8, 2)
    const exact = await rough(a, 0)
    let calls = 0
    const {x, residual, converged, steps} = await refine(b, {
      solve: async (r) => {
        const step = await exact(r)
        const factor = calls++ === 0 ? 0.95 : 3
        return {...step, data: step.data.map((value) => factor * value)}
      },
      residualOf: residualBy(a, b),
      tolerance: 1e-12,
      errorTolerance: 1e-9,
    })
    expect([converged, steps]).toEqual([false, 2])
    expect(residual).toBeCloseTo(0.05, 9)
    expect(far(x, {...b, data: (await exact(b)).data.map((value) => 0.95 * value)})).toBeLessThan(1e-12)
  })

  it('goes on where the residual is small and the error is not, and estimates the error', async () => {
    // A residual weighs the first number 10⁸ times as much as the second, of which a step leaves a twentieth.
    const a = dense(2, 2, Float64Array.of(1e8, 0, 0, 1))
    const b = dense(2, 1, Float64Array.of(1e8, 1))
    const options = {
      solve: (r: Dense) => Promise.resolve({...r, data: Float64Array.of(r.data[0]! / 1e8, 0.95 * r.data[1]!)}),
      residualOf: residualBy(a, b),
      tolerance: 1e-10,
    }
    const byResidual = await refine(b, {...options, errorTolerance: Infinity})
    expect(byResidual).toMatchObject({converged: true, steps: 2})
    const missed = 1 - byResidual.x.data[1]!
    expect(missed).toBeCloseTo(0.05 ** 2, 12)
    expect(byResidual.error * Math.SQRT2).toBeGreaterThan(missed / 2)
    expect(byResidual.error * Math.SQRT2).toBeLessThan(2 * missed)
    const byBoth = await refine(b, {...options, errorTolerance: 1e-8})
    expect(byBoth.converged).toBe(true)
    expect(Math.abs(1 - byBoth.x.data[1]!)).toBeLessThan(2e-8)
  })

  it.each([NaN, Infinity])('a solver that answers %d has not converged', async (answer) => {
    const b = normal(3, 4, 1)
    const {x, converged, residual} = await refine(b, {
      solve: () => Promise.resolve(dense(4, 1, new Float64Array(4).fill(answer))),
      residualOf: residualBy(definite(4, 4, 10), b),
      tolerance: 1e-10,
      errorTolerance: 1e-8,
    })
    expect([converged, residual]).toEqual([false, 1])
    expect(x.data).toEqual(new Float64Array(4))
  })

  it('zero columns need no step, and stay zero beside others', async () => {
    const none = {solve: () => Promise.reject(new Error('asked')), residualOf: () => Promise.reject(new Error('asked'))}
    expect(await refine(dense(3, 2), {...none, tolerance: 1e-10, errorTolerance: 1e-8})).toMatchObject({
      converged: true,
      steps: 0,
      residual: 0,
    })
    const a = definite(5, 3, 10)
    const b = dense(3, 2, Float64Array.of(1, 0, 2, 0, 3, 0))
    const {x, converged} = await refine(b, {
      solve: await rough(a, 1e-3),
      residualOf: residualBy(a, b),
      tolerance: 1e-10,
      errorTolerance: 1e-8,
    })
    expect(converged).toBe(true)
    expect([x.data[1], x.data[3], x.data[5]]).toEqual([0, 0, 0])
  })
})
