import {clusteredInterval, shareUpperBound} from '../stats/clustered.js'
import type {DriftOptions, Measures, MeanStatement, ShareStatement} from './types.js'

interface ShareColumn {
  name: string
  threshold: number | null
  /** whether a position surely meets it, and whether it can */
  surely: (measures: Measures, t: number) => boolean
  possibly: (measures: Measures, t: number) => boolean
}

interface MeanColumn {
  name: string
  most: number
  lower: (measures: Measures, t: number) => number
  upper: (measures: Measures, t: number) => number
}

/** What is claimed, chosen before anything is measured. */
export function claimedColumns({taus, losses, klCap}: DriftOptions): {shares: ShareColumn[]; means: MeanColumn[]} {
  const cut = (kl: number) => Math.min(kl, klCap)
  return {
    shares: [
      ...taus.map(
        (tau): ShareColumn => ({
          name: `js>${tau}`,
          threshold: tau,
          surely: ({js}, t) => js[t]! > tau,
          possibly: ({jsUpper}, t) => jsUpper[t]! > tau,
        }),
      ),
      {
        name: 'top-changed',
        threshold: null,
        surely: ({sameTop}, t) => sameTop[t] === 0,
        possibly: ({sameTop}, t) => sameTop[t] !== 1,
      },
      ...losses.map(
        (loss): ShareColumn => ({
          name: `loss>${loss}`,
          threshold: loss,
          surely: ({deltaLogP}, t) => deltaLogP[t]! < -loss,
          // Where Δ log p is not recorded it may be anything.
          possibly: ({deltaLogP}, t) => !(deltaLogP[t]! >= -loss),
        }),
      ),
    ],
    means: [
      {name: 'js', most: Math.LN2, lower: ({js}, t) => js[t]!, upper: ({jsUpper}, t) => jsUpper[t]!},
      {name: 'kl', most: klCap, lower: ({kl}, t) => cut(kl[t]!), upper: ({klUpper}, t) => cut(klUpper[t]!)},
    ],
  }
}

/** Per document: the mean over its positions of each column, lower and upper. */
export class DocumentMeans {
  private readonly rows: {shares: [number, number][]; means: [number, number][]}[] = []

  constructor(private readonly columns: ReturnType<typeof claimedColumns>) {}

  add(measures: Measures): void {
    const n = measures.positions
    const mean = (of: (t: number) => number) => {
      let sum = 0
      for (let t = 0; t < n; t++) sum += of(t)
      return sum / n
    }
    this.rows.push({
      shares: this.columns.shares.map(({surely, possibly}) => [
        mean((t) => (surely(measures, t) ? 1 : 0)),
        mean((t) => (possibly(measures, t) ? 1 : 0)),
      ]),
      means: this.columns.means.map(({lower, upper}) => [
        mean((t) => lower(measures, t)),
        mean((t) => upper(measures, t)),
      ]),
    })
  }

  /**
   * Statements that hold for the expected value of a fresh document, all at once with probability ≥ 1 − α.
   *
   * Formula    K columns, α/K each. A share: bets on the per-document shares (upper ends). A mean in [0, M]: bets on its
   *            upper ends for the upper bound, on its lower ends for the lower bound, α/2K each.
   * Assumes    documents are independent draws; positions of one document may depend on each other in any way.
   * Source     shareUpperBound; docs/drift.md.
   */
  statements(alpha: number): {
    alpha: {total: number; each: number; statements: number}
    shares: ShareStatement[]
    means: MeanStatement[]
  } {
    const count = this.columns.shares.length + this.columns.means.length
    const each = alpha / count
    const n = this.rows.length
    const ones = new Float64Array(n).fill(1)
    const average = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / n
    const shares = this.columns.shares.map(({name, threshold}, k): ShareStatement => {
      const column = (end: 0 | 1) => Float64Array.from(this.rows, ({shares: of}) => of[k]![end])
      const possibly = column(1)
      return {
        name,
        threshold,
        observed: average(column(0)),
        observedUpper: average(possibly),
        upper: shareUpperBound(possibly, ones, each),
        documents: n,
      }
    })
    const means = this.columns.means.map(({name, most}, k): MeanStatement => {
      const interval = (end: 0 | 1) =>
        clusteredInterval(
          {
            sums: Float64Array.from(this.rows, ({means: of}) => of[k]![end]),
            counts: ones,
            cap: 1,
            range: [0, most],
            binary: false,
          },
          each,
        )[end]
      return {
        name,
        estimate: average(Float64Array.from(this.rows, ({means: of}) => of[k]![0])),
        interval: [interval(0), interval(1)],
      }
    })
    return {alpha: {total: alpha, each, statements: count}, shares, means}
  }
}
