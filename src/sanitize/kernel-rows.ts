import {place} from '../linalg/blocks.js'
import {rowRange, selectRows} from '../linalg/csr.js'
import {innerProducts, multiplyCsrDense} from '../linalg/csr-products.js'
import type {Products} from '../linalg/products.js'
import {type Csr, dense, type Dense, type Matrix} from '../linalg/types.js'
import {kappa} from '../pairwise/arc-cosine.js'
import {areSparse, cosineTiles, KERNEL_BLOCK} from '../pairwise/cpu/cosine-tiles.js'
import type {PairwiseEngine} from '../pairwise/engine.js'

/** The part of an engine that landmarks and regressions need. */
export type KernelValues = Pick<PairwiseEngine, 'kernelBlock' | 'kernelApply'>

/** Rows of a node set, and their kernel values with other unit rows. */
export interface KernelRows {
  /** [s, d] unit rows x̂ (or zero) */
  readonly unit: Matrix
  /** κ of the rows from … to − 1 (default: all) with points, unit rows too: [to − from, points] */
  kernelWith(points: Matrix, from?: number, to?: number): Promise<Dense>
  /** κ of all rows with some of them: [rows, which.length] */
  columns(which: Uint32Array): Promise<Dense>
  /** the rows at some places, in that order */
  select(places: Uint32Array): KernelRows
}

/** Rows in memory: kernel values by a pass of the engine. */
export function unitRows(unit: Matrix, values: Pick<KernelValues, 'kernelBlock'>): KernelRows {
  return {
    unit,
    kernelWith: (points, from = 0, to = unit.rows) =>
      values.kernelBlock(to - from === unit.rows ? unit : rowRange(unit, from, to), points),
    columns: (which) => values.kernelBlock(unit, selectRows(unit, which)),
    select: (places) => unitRows(selectRows(unit, places), values),
  }
}

/** Up to this size products with points are computed before mixing. */
export const CROSS_BYTES = 2 ** 30

/** Rows x̂ = diag(1/‖x̃‖) P X of sparse features X [n, d] that a sparse P [s, n] mixes. */
export interface Mixture {
  readonly mixing: Csr
  readonly features: Csr
  readonly unit: Csr
  readonly norms: Float64Array
}

export interface MixedRows extends KernelRows {
  /** X Pᵀ [n, points], made once for the same object `points` */
  cross(points: Csr): Promise<Dense>
  /** x̂ · points [to − from, points], into `memory` where it is given */
  cosines(points: Csr, from: number, to: number, memory?: Float64Array): Promise<Dense>
}

/**
 * Mixed rows whose products with points are taken before mixing: P (X pointsᵀ) in place of (P X) pointsᵀ. A mixed row
 * holds the words of all its neighbours, a row of X only its own.
 *
 * Precision  fp64; a cosine differs from that of the mixed rows by its rounding.
 * Cost       X pointsᵀ once for some points, sparse or dense as cosineTiles chooses, then nnz(P) a point; n · points · 8
 *            bytes.
 */
export function mixedRows(
  {mixing, features, unit, norms}: Mixture,
  products: Products,
  crosses = new WeakMap<Csr, Promise<Dense>>(),
): MixedRows {
  const cross = (points: Csr): Promise<Dense> => {
    let made = crosses.get(points)
    if (made === undefined) crosses.set(points, (made = crossOf(features, points, products)))
    return made
  }
  const mixed = (products: Dense, from: number, to: number, memory?: Float64Array): Dense => {
    const out = multiplyCsrDense(rowRange(mixing, from, to) as Csr, products, memory)
    for (let i = 0, at = 0; i < out.rows; i++) {
      const scale = norms[from + i]! === 0 ? 0 : 1 / norms[from + i]!
      for (let j = 0; j < out.cols; j++, at++) out.data[at]! *= scale
    }
    return out
  }
  const kernelOf = (cosines: Dense): Dense => {
    for (let t = 0; t < cosines.data.length; t++) cosines.data[t] = kappa(cosines.data[t]!)
    return cosines
  }
  let scratch = new Float64Array(0)
  return {
    unit,
    cross,
    cosines: async (points, from, to, memory) => mixed(await cross(points), from, to, memory),
    kernelWith: async (points, from = 0, to = unit.rows) => kernelOf(mixed(await cross(points as Csr), from, to)),
    // Products that nobody asks for again.
    async columns(which) {
      const length = features.rows * which.length
      if (scratch.length < length) scratch = new Float64Array(length)
      const some = selectRows(unit, which) as Csr
      return kernelOf(mixed(await crossOf(features, some, products, scratch.subarray(0, length)), 0, unit.rows))
    },
    select: (places) =>
      mixedRows(
        {
          mixing: selectRows(mixing, places) as Csr,
          features,
          unit: selectRows(unit, places) as Csr,
          norms: Float64Array.from(places, (i) => norms[i]!),
        },
        products,
        crosses,
      ),
  }
}

/** X pointsᵀ, by sparse rows at once, else tile by tile; into `memory` where it is given. */
async function crossOf(features: Csr, points: Csr, products: Products, memory?: Float64Array): Promise<Dense> {
  if (areSparse(features, points)) return innerProducts(features, points, products, memory)
  const tiles = cosineTiles(features, points, 'fp64', products)
  const out = dense(features.rows, points.rows, memory)
  for (let i0 = 0; i0 < out.rows; i0 += KERNEL_BLOCK)
    for (let j0 = 0; j0 < out.cols; j0 += KERNEL_BLOCK) place(out, (await tiles.of(i0, j0)) as Dense, i0, j0)
  return out
}
