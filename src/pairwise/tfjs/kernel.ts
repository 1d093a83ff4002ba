import type {Scalar, Tensor2D} from '@tensorflow/tfjs-core'
import {addRow, rowDot} from '../../linalg/csr-products.js'
import type {Dense, Matrix} from '../../linalg/types.js'
import {kappa, kappaSlope, NEAR_ONE} from '../arc-cosine.js'
import {type Panel, panelsOf, rowTensor, take, type TensorDevice, type Tf} from './device.js'

const TWO_PI = 2 * Math.PI

/**
 * κ(Z Wᵀ) [rows of z, rows of w]: cosines on the device, κ on the host.
 *
 * Precision  cosines c in fp32, u = 2⁻²³: |κ̂ − κ| ≤ 8 (cols + 2) u, since κ′ ≤ 8 up to NEAR_ONE; beyond it c is fp64.
 * Cost       rows · rows · cols multiply–adds on the device, one acos a pair on the host.
 * Empty      no rows on either side → empty.
 * Source     Cho & Saul 2009, eq. 1   Deviation: none.
 */
export async function kernelBlock(device: TensorDevice, z: Matrix, w: Matrix): Promise<Dense> {
  const {tf, tileRows} = device
  const out = new Float64Array(z.rows * w.rows)
  for (const p of panelsOf(z.rows, tileRows)) {
    for (const q of panelsOf(w.rows, tileRows)) {
      const [c] = await take(tf.tidy(() => tf.matMul(rowTensor(tf, z, p), rowTensor(tf, w, q), false, true)))
      for (let i = 0; i < p.rows; i++) {
        for (let j = 0; j < q.rows; j++) {
          const cosine = c![i * q.rows + j]!
          out[(p.first + i) * w.rows + q.first + j] = kappa(
            Math.abs(cosine) > NEAR_ONE ? rowDot(z, p.first + i, w, q.first + j) : cosine,
          )
        }
      }
    }
  }
  return {rows: z.rows, cols: w.rows, data: out}
}

/**
 * κ(Z Wᵀ) V [rows of z, r] tile by tile; for one set the diagonal is exactly ½ (0 for a zero row).
 *
 * Precision  fp32, u = 2⁻²³; error of an entry of κ as in kernelBlock, sums γ(rows of w) Σ|κ V| at most. Diagonal and
 *            nearly parallel pairs in fp64 on the host.
 * Cost       rows · rows · (cols + r) multiply–adds; W, V and a few tiles on the device.
 * Empty      no rows or r = 0 → empty; w without rows → zeros.
 * Source     as kernelBlock.
 */
export async function kernelApply(device: TensorDevice, z: Matrix, w: Matrix, v: Dense): Promise<Dense> {
  const {tf} = device
  const r = v.cols
  const out = new Float64Array(z.rows * r)
  if (out.length === 0) return {rows: z.rows, cols: r, data: out}
  const add = (i: number, weight: number, j: number) => {
    for (let c = 0; c < r; c++) out[i * r + c]! += weight * v.data[j * r + c]!
  }
  await reduceTiles(device, z, w, {
    width: r,
    right: (q) => rowTensor(tf, v, q),
    weights: (cosines) => kappaTensor(tf, cosines),
    nearPair: (i, j, cosine) => add(i, kappa(cosine), j),
    done: (p, sums) => {
      for (let t = 0; t < sums.length; t++) out[p.first * r + t]! += sums[t]!
    },
  })
  if (z === w) for (let i = 0; i < z.rows; i++) if (rowDot(z, i, z, i) > 0) add(i, kappa(1), i)
  return {rows: z.rows, cols: r, data: out}
}

/**
 * s_i = Σ_j (left_i · right_j) κ′(z_i · w_j) w_j, a panel of rows at a time, in order; for one set j ≠ i.
 *
 * Precision  fp32, u = 2⁻²³: error of κ′ ≤ 1.5·10⁴ (cols + 2) u at worst (at NEAR_ONE, where κ″ is largest), there
 *            multiplied by a tangent below 0.023. Nearly parallel pairs in fp64 on the host.
 * Cost       rows · rows · (2 cols + r) multiply–adds.
 * Empty      z without rows → onRows is not called.
 * Source     derivative of kernelBlock's κ.   Deviation: κ′ clamped near ±1 as in arc-cosine.ts.
 */
export async function kernelGradient(
  device: TensorDevice,
  z: Matrix,
  w: Matrix,
  left: Dense,
  right: Dense,
  onRows: (firstRow: number, block: Dense) => void,
): Promise<void> {
  const {tf} = device
  let block = new Float64Array(0)
  await reduceTiles(device, z, w, {
    width: w.cols,
    right: (q) => rowTensor(tf, w, q),
    weights: (cosines, p, q) =>
      tf.mul(slopeTensor(tf, cosines), tf.matMul(rowTensor(tf, left, p), rowTensor(tf, right, q), false, true)),
    begin: (p) => {
      block = new Float64Array(p.rows * w.cols)
    },
    nearPair: (i, j, cosine, p) =>
      addRow(
        w,
        j,
        rowDot(left, i, right, j) * kappaSlope(cosine),
        block.subarray((i - p.first) * w.cols, (i - p.first + 1) * w.cols),
      ),
    done: (p, sums) => {
      for (let t = 0; t < sums.length; t++) block[t]! += sums[t]!
      onRows(p.first, {rows: p.rows, cols: w.cols, data: block})
    },
  })
}

/** Σ_q weights(cosines of panels p, q) · right(q) for every panel p. */
interface TileReduction {
  width: number
  right: (q: Panel) => Tensor2D
  weights: (cosines: Tensor2D, p: Panel, q: Panel) => Tensor2D
  begin?: (p: Panel) => void
  /** a pair that the device left out, with its cosine in fp64 */
  nearPair: (i: number, j: number, cosine: number, p: Panel) => void
  done: (p: Panel, sums: Float32Array) => void
}

async function reduceTiles(
  {tf, tileRows}: TensorDevice,
  z: Matrix,
  w: Matrix,
  reduction: TileReduction,
): Promise<void> {
  const across = panelsOf(w.rows, tileRows)
  const held: Tensor2D[] = []
  try {
    const others = across.map((q) => keep(held, rowTensor(tf, w, q)))
    const rights = across.map((q) => keep(held, reduction.right(q)))
    for (const p of panelsOf(z.rows, tileRows)) {
      reduction.begin?.(p)
      let sums: Tensor2D = keep(held, tf.zeros([p.rows, reduction.width]))
      const rows = keep(held, rowTensor(tf, z, p))
      for (const [at, q] of across.entries()) {
        const tile = tf.tidy(() => {
          const cosines: Tensor2D = tf.matMul(rows, others[at]!, false, true)
          const inside = tf.lessEqual(tf.abs(cosines), NEAR_ONE)
          const beyond = tf.logicalNot(inside)
          const near = (
            z === w && p.first === q.first ? tf.logicalAnd(beyond, tf.equal(tf.eye(p.rows), 0)) : beyond
          ) as Tensor2D
          // tf.where, not a product: κ′ at ±1 is infinite, and ∞ · 0 is NaN. The diagonal lies beyond NEAR_ONE, or is
          // 0.
          const weights: Tensor2D = tf.where(inside, reduction.weights(tf.where(inside, cosines, 0), p, q), 0)
          const nearCount: Scalar = tf.sum(tf.cast(near, 'int32'))
          return {sums: tf.add<Tensor2D>(sums, tf.matMul(weights, rights[at]!)), near, nearCount}
        })
        release(held, sums)
        sums = keep(held, tile.sums)
        keep(held, tile.near)
        const [count] = await take(tile.nearCount)
        if (count![0]! > 0) {
          const near = await tile.near.data()
          near.forEach((is, t) => {
            if (is === 0) return
            const [i, j] = [p.first + Math.floor(t / q.rows), q.first + (t % q.rows)]
            reduction.nearPair(i, j, rowDot(z, i, w, j), p)
          })
        }
        release(held, tile.near)
      }
      reduction.done(p, (await sums.data()) as Float32Array)
      release(held, sums)
      release(held, rows)
    }
  } finally {
    for (const tensor of held) tensor.dispose()
  }
}

function keep<T extends Tensor2D>(held: Tensor2D[], tensor: T): T {
  held.push(tensor)
  return tensor
}

function release(held: Tensor2D[], tensor: Tensor2D): void {
  held.splice(held.indexOf(tensor), 1)
  tensor.dispose()
}

/** (π − acos c) / 2π. */
const halfTurn = (tf: Tf, c: Tensor2D): Tensor2D => tf.div(tf.sub(Math.PI, tf.acos(c)), TWO_PI)

const kappaTensor = (tf: Tf, c: Tensor2D): Tensor2D => tf.mul(c, halfTurn(tf, c))

const slopeTensor = (tf: Tf, c: Tensor2D): Tensor2D =>
  tf.add(halfTurn(tf, c), tf.mul(c, tf.div(1 / TWO_PI, tf.sqrt(tf.mul(tf.sub(1, c), tf.add(1, c))))))
