import {block, place} from '../../linalg/blocks.js'
import {dense, type Dense} from '../../linalg/types.js'
import type {Arena, Gpu} from './gpu.js'
import type {SquareBlocks} from './gram-device.js'
import {ADD_RIDGE, FACTOR_REST, FACTOR_ROWS, FACTOR_SQUARE, SOLVE_REST, SOLVE_SQUARE, STEP} from './gram-shaders.js'
import {groupsOver} from './landmark-device.js'
import {bitsOf} from './landmarks.js'
import {THREADS} from './landmark-shaders.js'
import {placeRows, rowsOfPanel} from './panels.js'

/** H + λI = UᵀU on the device: blocks [q][p] for p ≥ q, and the squares on the diagonal of U once more. */
export interface DeviceFactor extends SquareBlocks {
  /** [steps, 64, 64] */
  readonly squares: GPUBuffer
  readonly steps: number
}

/**
 * Cholesky factor of H + λI, by 64 rows at a time (right-looking), on the device. null: in fp32 it is not positive
 * definite.
 *
 * Shapes     H in blocks; its rows beyond s are zero, of which those of the last step are taken as λI.
 * Precision  fp32, u = 2⁻²³: backward error of a small multiple of s · u · ‖H‖; a preconditioner, or the rough solver of a
 *            refinement, not an answer.
 * Cost       s³ / 6 multiply–adds, three kernels a step and block; 4 s² bytes beside H. Only whether it failed is read.
 * Source     Golub & Van Loan, Matrix Computations, §4.2.9. Deviation: none.
 */
export async function factorOnDevice(
  gpu: Gpu,
  arena: Arena,
  own: Arena,
  {plan, blocks}: SquareBlocks,
  ridge: number,
): Promise<DeviceFactor | null> {
  const {height, count, rows} = plan
  const n = count * height
  const steps = Math.ceil(rows / STEP)
  const squares = arena.storage(steps * STEP ** 2)
  const state = own.storage(1)
  const row = own.storage(STEP * n)
  const factor: GPUBuffer[][] = []
  for (let q = 0; q < count; q++) {
    const line: GPUBuffer[] = []
    for (let p = 0; p < count; p++) {
      // What lies below the diagonal is never looked at.
      line.push(p < q ? state : arena.storage(height ** 2))
      if (p >= q)
        await gpu.dispatch(
          ADD_RIDGE,
          Uint32Array.of(height, p === q ? bitsOf(ridge) : 0),
          [blocks[q]![p]!, line[p]!],
          groupsOver(height ** 2),
        )
    }
    factor.push(line)
  }
  for (let step = 0; step < steps; step++) {
    const {panel, first} = placeOf(step, height)
    await gpu.dispatch(
      FACTOR_SQUARE,
      Uint32Array.of(height, first, step),
      [factor[panel]![panel]!, squares, state],
      [1, 1, 1],
    )
    for (let p = panel; p < count; p++) {
      const begin = p === panel ? first + STEP : 0
      if (begin === height) continue
      await gpu.dispatch(
        FACTOR_ROWS,
        Uint32Array.of(height, first, step, n, p * height, begin),
        [factor[panel]![p]!, squares, row],
        [(height - begin) / STEP, 1, 1],
      )
    }
    for (let q = panel; q < count; q++) {
      const down = q === panel ? first + STEP : 0
      if (down === height) continue
      for (let p = q; p < count; p++) {
        const right = p === panel ? first + STEP : 0
        await gpu.dispatch(
          FACTOR_REST,
          Uint32Array.of(height / 4, n / 4, (q * height) / 4, (p * height) / 4, down / 4, right / 4, Number(p === q)),
          [row, factor[q]![p]!],
          [(height - right) / STEP, (height - down) / STEP, 1],
        )
      }
    }
  }
  const failed = new Uint32Array(await gpu.read(state, 1))[0] !== 0
  return failed ? null : {plan, blocks: factor, squares, steps}
}

/** X with UᵀU X = B, for B [s, r], 64 columns at a time; s² · r multiply–adds. */
export async function solveOnDevice(gpu: Gpu, own: Arena, factor: DeviceFactor, b: Dense): Promise<Dense> {
  const out = dense(b.rows, b.cols)
  for (let from = 0; from < b.cols; from += STEP)
    place(out, await solveSome(gpu, own, factor, block(b, 0, b.rows, from, Math.min(b.cols, from + STEP))), 0, from)
  return out
}

async function solveSome(gpu: Gpu, own: Arena, {plan, blocks, squares, steps}: DeviceFactor, b: Dense): Promise<Dense> {
  const {height, count} = plan
  const columns = b.cols
  const whole = {rows: b.rows, height: count * height, count: 1}
  const y = own.upload(rowsOfPanel(b, whole, 0, columns))
  const take = async (step: number, way: 0 | 1, [q, p]: readonly [number, number], begin: number, end: number) => {
    if (begin === end) return
    await gpu.dispatch(
      SOLVE_REST,
      Uint32Array.of(height, placeOf(step, height).first, step, columns, way, (way === 0 ? p : q) * height, begin, end),
      [blocks[q]![p]!, y],
      [((end - begin) / THREADS) * columns, 1, 1],
    )
  }
  const square = (step: number, way: 0 | 1) =>
    gpu.dispatch(SOLVE_SQUARE, Uint32Array.of(step, columns, way), [squares, y], [1, 1, 1])
  for (let step = 0; step < steps; step++) {
    const {panel, first} = placeOf(step, height)
    await square(step, 0)
    for (let p = panel; p < count; p++) await take(step, 0, [panel, p], p === panel ? first + STEP : 0, height)
  }
  for (let step = steps - 1; step >= 0; step--) {
    const {panel, first} = placeOf(step, height)
    await square(step, 1)
    for (let q = 0; q <= panel; q++) await take(step, 1, [q, panel], 0, q === panel ? first : height)
  }
  const out = dense(b.rows, columns)
  placeRows(new Float32Array(await gpu.read(y, whole.height * columns)), columns, out, 0)
  return out
}

/** The panel of a step's rows, and the first of them in it. */
const placeOf = (step: number, height: number) => ({
  panel: Math.floor((step * STEP) / height),
  first: (step * STEP) % height,
})
