import type {Measures, DivergencePart} from './types.js'

/** Sums over the positions that fall into one part. */
export class PartSums {
  private readonly positions: Float64Array
  private readonly js: Float64Array
  private readonly delta: Float64Array
  private readonly deltas: Float64Array
  private readonly changed: Float64Array

  constructor(private readonly names: readonly string[]) {
    const zeros = () => new Float64Array(names.length)
    ;[this.positions, this.js, this.delta, this.deltas, this.changed] = [zeros(), zeros(), zeros(), zeros(), zeros()]
  }

  add(part: number, {js, deltaLogP, sameTop}: Measures, t: number): void {
    this.positions[part]! += 1
    this.js[part]! += js[t]!
    if (Number.isFinite(deltaLogP[t])) {
      this.delta[part]! += deltaLogP[t]!
      this.deltas[part]! += 1
    }
    this.changed[part]! += sameTop[t] === 0 ? 1 : 0
  }

  parts(): DivergencePart[] {
    const all = this.js.reduce((sum, x) => sum + x, 0)
    return this.names.flatMap((name, k): DivergencePart[] =>
      this.positions[k] === 0
        ? []
        : [
            {
              name,
              positions: this.positions[k]!,
              share: all === 0 ? 0 : this.js[k]! / all,
              meanJs: this.js[k]! / this.positions[k]!,
              meanDeltaLogP: this.deltas[k] === 0 ? null : this.delta[k]! / this.deltas[k]!,
              topChanged: this.changed[k]! / this.positions[k]!,
            },
          ],
    )
  }
}

export const DECILES = Array.from({length: 10}, (_, k) => `${10 * k}–${10 * k + 10} %`)

/** Lower ends of the classes of the old entropy, in nats. */
const ENTROPIES = [0, 0.1, 0.5, 1, 2, 3, 5]
export const ENTROPY_CLASSES = ENTROPIES.map((low, k) => `${low}–${ENTROPIES[k + 1] ?? '∞'} nats`)

export const entropyClass = (entropy: number): number => {
  let k = ENTROPIES.length - 1
  while (k > 0 && entropy < ENTROPIES[k]!) k--
  return k
}

/**
 * How few positions carry most of the divergence.
 *
 * Formula    the least k with Σ of the k largest values ≥ part · Σ of all, as a share of n.
 * Shapes     values [n] non-negative; sorted in place.
 * Cost       n log n.
 * Empty      n = 0, or all zero → 0 positions.
 * Source     Meng et al. 2026 (share of positions with a meaningful divergence), as a concentration curve.
 *            Deviation: a share of the sum in place of a threshold.
 */
export function fewest(values: Float64Array, part: number): number {
  values.sort()
  const wanted = part * values.reduce((sum, x) => sum + x, 0)
  let [sum, k] = [0, 0]
  while (k < values.length && sum < wanted) sum += values[values.length - ++k]!
  return k
}
