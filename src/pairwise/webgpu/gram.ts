import {rowsOf} from '../../linalg/blocks.js'
import {conjugateGradients} from '../../linalg/conjugate-gradients.js'
import {rowRange} from '../../linalg/csr.js'
import {refine} from '../../linalg/refinement.js'
import {dense, type Dense} from '../../linalg/types.js'
import {InputError} from '../../errors.js'
import type {GramSolution, GramStage, GramTask, HostGram, PairwiseEngine} from '../engine.js'
import type {Arena, Gpu} from './gpu.js'
import {factorOnDevice, solveOnDevice} from './gram-cholesky.js'
import {kernelOnDevice, planGram, timesBlocks} from './gram-device.js'

/** Rows of a pass of the gradient: whole panels, few enough to keep until all stretches have had theirs. */
const SUMMED = 1024
/** Relative residual of the solve, in fp64, and estimated relative error. */
const TOLERANCE = 1e-10
const ERROR_TOLERANCE = 1e-8
/** From here on conjugate gradients need a few tens of products; below, a factorisation is cheaper, and more exact. */
const ITERATIVE_RIDGE = 1
/** Of each solve with H in fp32, whose products leave about 1e-6. */
const INNER = {tolerance: 1e-6, maxIterations: 200}

/**
 * A kernel kept in full on the device: rows go up once, H = κ(X̂X̂ᵀ) is made there and stays there. Vectors of s · classes
 * numbers and the sums s of a gradient are all that crosses the bus.
 *
 * Solve      conjugate gradients with products of H in fp32 (λ ≥ 1), or its Cholesky factor in fp32, refined: residuals
 *            in fp64 by `host`, until the largest is ≤ 1e-10 of Y and the estimated error ≤ 1e-8 of α. Where that is not
 *            reached, all that follows is left to `host`, gradients too.
 * Gradient   that of kernelGradient, in fp32.
 * Cost       s² · d multiply–adds to make H; about 20 products of H with Y, or s³ / 6 once and s² · classes, and s² · d on
 *            the processor, for each refinement; 2 s² · d for the gradient. 4 s² bytes on the device.
 * Too much   more than 1 GiB of H, rows that no buffer holds, or a sixteenth of all pairs nearly parallel → `host`.
 * Source     as kernelBlock and kernelGradient; refine.   Deviation: none.
 */
export async function openGram<G>(
  gpu: Gpu,
  task: GramTask,
  host: HostGram<G>,
  pass: PairwiseEngine['kernelGradient'],
): Promise<GramStage<G>> {
  const plan = planGram(task, gpu.bufferLimit)
  if (plan === null) return host
  const arena = gpu.arena()
  const kernel = await gpu
    .exclusive((own) => kernelOnDevice(gpu, arena, own, task, plan))
    .catch((error: unknown) => {
      arena.free()
      throw error
    })
  if (kernel === null) {
    arena.free()
    return host
  }
  const times = (v: Dense) => gpu.exclusive((own) => timesBlocks(gpu, own, kernel, v))
  let isLeft = false
  const {y, ridge} = task
  const held = keepSums(task, pass)
  const roughSolver = async (space: Arena): Promise<RoughSolver | null> => {
    if (ridge >= ITERATIVE_RIDGE) return solveIteratively(times, ridge)
    const factor = await gpu.exclusive((own) => factorOnDevice(gpu, space, own, kernel, ridge))
    return factor === null ? null : (r) => gpu.exclusive((own) => solveOnDevice(gpu, own, factor, r))
  }
  return {
    get precision() {
      return isLeft ? host.precision : 'fp32'
    },
    apply: (v) => (isLeft ? host.apply(v) : times(v)),
    async solve() {
      if (ridge === Infinity) return {alpha: y, residual: null, leftToHost: null}
      const space = gpu.arena()
      const refined = await roughSolver(space)
        .then((solver) => solveRefined(task, solver, host))
        .finally(() => space.free())
      if (typeof refined !== 'string') return refined
      isLeft = true
      arena.free()
      return {...(await host.solve()), leftToHost: refined}
    },
    gradient: (from, to, alpha) =>
      isLeft
        ? host.gradient(from, to, alpha)
        : host.gather(from, to, async (onRows) => {
            for (let at = from; at < to; ) {
              const first = at - (at % SUMMED)
              const s = await held.of(first, alpha)
              const end = Math.min(to, first + s.rows)
              onRows(at - from, {
                ...s,
                rows: end - at,
                data: s.data.slice((at - first) * s.cols, (end - first) * s.cols),
              })
              at = end
            }
          }),
    close() {
      arena.free()
      return Promise.resolve()
    },
  }
}

/** The sums s of a gradient from row `first` on, SUMMED of them: one pass for all stretches that ask for some of them. */
function keepSums({rows}: GramTask, pass: PairwiseEngine['kernelGradient']) {
  let last: {first: number; alpha: Dense; sums: Promise<Dense>} | null = null
  const make = async (first: number, alpha: Dense): Promise<Dense> => {
    const end = Math.min(rows.rows, first + SUMMED)
    const out = dense(end - first, rows.cols)
    const z = end - first === rows.rows ? rows : rowRange(rows, first, end)
    await pass(z, rows, rowsOf(alpha, first, end), alpha, (row, block) => out.data.set(block.data, row * out.cols))
    return out
  }
  return {
    of(first: number, alpha: Dense): Promise<Dense> {
      if (last?.first !== first || last.alpha !== alpha) last = {first, alpha, sums: make(first, alpha)}
      return last.sums
    },
  }
}

/** R [s, r] → about (H + λI)⁻¹ R. */
type RoughSolver = (r: Dense) => Promise<Dense>

const solveIteratively =
  (times: RoughSolver, ridge: number): RoughSolver =>
  async (r) => {
    const shifted = async (v: Dense) => {
      const image = await times(v)
      for (let t = 0; t < image.data.length; t++) image.data[t]! += ridge * v.data[t]!
      return image
    }
    return (await conjugateGradients(shifted, r, INNER)).x
  }

/** α by refinement, or why there is none; no solver: there is no factor. */
async function solveRefined(
  {y, ridge}: GramTask,
  solve: RoughSolver | null,
  host: Pick<HostGram<unknown>, 'residual'>,
): Promise<GramSolution | string> {
  if (solve === null) return `with λ = ${ridge} it is not positive definite in fp32`
  try {
    const {x, residual, error, converged} = await refine(y, {
      solve,
      residualOf: (of) => host.residual(of),
      tolerance: TOLERANCE,
      errorTolerance: ERROR_TOLERANCE,
    })
    if (converged) return {alpha: x, residual, leftToHost: null}
    return `in fp32 its residual stops at ${residual.toExponential(1)}, limit ${TOLERANCE.toExponential(0)}, with an error of about ${error.toExponential(1)}, limit ${ERROR_TOLERANCE.toExponential(0)}`
  } catch (error) {
    // A kernel that fp32 takes for indefinite, or too many iterations; a failure of the device is none of it.
    if (!(error instanceof InputError)) throw error
    return error.message
  }
}
