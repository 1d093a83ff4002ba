import {rowRange, selectRows, transposeCsr} from '../linalg/csr.js'
import {innerProductsOfRows, multiplyCsrDense} from '../linalg/csr-products.js'
import type {Csr, Dense, Matrix} from '../linalg/types.js'
import {kappa} from '../pairwise/arc-cosine.js'
import type {PairwiseEngine} from '../pairwise/engine.js'

/** The part of an engine that landmarks need. */
export type KernelValues = Pick<PairwiseEngine, 'kernelBlock'>

/** Rows of a node set, and their kernel values with other unit rows. */
export interface KernelRows {
  /** [s, d] unit rows x̂ (or zero) */
  readonly unit: Matrix
  /** κ of the rows from … to − 1 (default: all) with points, unit rows too: [to − from, points] */
  kernelWith(points: Matrix, from?: number, to?: number): Promise<Dense>
  /** the rows at some places, in that order */
  select(places: Uint32Array): KernelRows
}

/** Rows that are at hand: a pass of the engine. */
export function unitRows(unit: Matrix, values: KernelValues): KernelRows {
  return {
    unit,
    kernelWith: (points, from = 0, to = unit.rows) =>
      values.kernelBlock(to - from === unit.rows ? unit : rowRange(unit, from, to), points),
    select: (places) => unitRows(selectRows(unit, places), values),
  }
}

/** Rows x̂ = diag(1/‖x̃‖) P X of sparse features X [n, d] that a sparse P [s, n] mixes. */
export interface Mixture {
  readonly mixing: Csr
  readonly features: Csr
  readonly unit: Csr
  readonly norms: Float64Array
}

export interface MixedRows extends KernelRows {
  /** X Pᵀ [n, points], made once for the same object `points` */
  cross(points: Csr): Dense
  /** x̂ · points [to − from, points] */
  cosines(points: Csr, from: number, to: number): Dense
}

/**
 * Mixed rows whose products with points are taken before mixing: P (X pointsᵀ) in place of (P X) pointsᵀ. A mixed row
 * holds the words of all its neighbours, a row of X only its own.
 *
 * Precision  fp64; a cosine differs from that of the mixed rows by its rounding.
 * Cost       nnz(X) · nnz(a column of points) once for some points, then nnz(P) a point; n · points · 8 bytes.
 */
export function mixedRows({mixing, features, unit, norms}: Mixture, crosses = new WeakMap<Csr, Dense>()): MixedRows {
  const cross = (points: Csr): Dense => {
    let made = crosses.get(points)
    if (made === undefined) {
      made = innerProductsOfRows(features, transposeCsr(points), 0, features.rows)
      crosses.set(points, made)
    }
    return made
  }
  const cosines = (points: Csr, from: number, to: number): Dense => {
    const out = multiplyCsrDense(rowRange(mixing, from, to) as Csr, cross(points))
    for (let i = 0, at = 0; i < out.rows; i++) {
      const scale = norms[from + i]! === 0 ? 0 : 1 / norms[from + i]!
      for (let j = 0; j < out.cols; j++, at++) out.data[at]! *= scale
    }
    return out
  }
  return {
    unit,
    cross,
    cosines,
    kernelWith(points, from = 0, to = unit.rows) {
      const out = cosines(points as Csr, from, to)
      for (let t = 0; t < out.data.length; t++) out.data[t] = kappa(out.data[t]!)
      return Promise.resolve(out)
    },
    select: (places) =>
      mixedRows(
        {
          mixing: selectRows(mixing, places) as Csr,
          features,
          unit: selectRows(unit, places) as Csr,
          norms: Float64Array.from(places, (i) => norms[i]!),
        },
        crosses,
      ),
  }
}
