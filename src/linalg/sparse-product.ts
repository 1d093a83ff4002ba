import type {Csr} from './types.js'

/** Sparse × sparse: A B [m, n] in CSR; one multiply–add for each pair of matching values, each looked at twice, and a sort of each row. */
export function multiplyCsr(a: Csr, b: Csr): Csr {
  const indptr = productStarts(a, b)
  const indices = new Uint32Array(indptr[a.rows]!)
  const values = new Float64Array(indices.length)
  const sums = new Float64Array(b.cols)
  const isSeen = new Uint8Array(b.cols)
  for (let i = 0; i < a.rows; i++) {
    let filled = indptr[i]!
    for (let t = a.indptr[i]!; t < a.indptr[i + 1]!; t++) {
      const k = a.indices[t]!
      const x = a.values[t]!
      for (let s = b.indptr[k]!; s < b.indptr[k + 1]!; s++) {
        const j = b.indices[s]!
        if (isSeen[j] === 0) {
          isSeen[j] = 1
          indices[filled++] = j
        }
        sums[j]! += x * b.values[s]!
      }
    }
    indices.subarray(indptr[i], filled).sort()
    for (let at = indptr[i]!; at < filled; at++) {
      const j = indices[at]!
      values[at] = sums[j]!
      sums[j] = isSeen[j] = 0
    }
  }
  return {rows: a.rows, cols: b.cols, indptr, indices, values}
}

/** [m + 1] where the rows of A B begin: counted first, since making room as it is needed copies most of it. */
function productStarts(a: Csr, b: Csr): Uint32Array {
  const starts = new Uint32Array(a.rows + 1)
  const lastRow = new Int32Array(b.cols).fill(-1)
  for (let i = 0; i < a.rows; i++) {
    let count = starts[i]!
    for (let t = a.indptr[i]!; t < a.indptr[i + 1]!; t++) {
      const k = a.indices[t]!
      for (let s = b.indptr[k]!; s < b.indptr[k + 1]!; s++) {
        const j = b.indices[s]!
        if (lastRow[j] === i) continue
        lastRow[j] = i
        count++
      }
    }
    starts[i + 1] = count
  }
  return starts
}
