/**
 * A number as the bits of IEEE 754 half precision (1 sign, 5 exponent, 10 fraction bits).
 *
 * Precision  rounds to nearest, ties to even; |x| ≥ 65520 → ∞.
 * Source     IEEE 754-2019 §3.4. Deviation: every NaN becomes 0x7e00.
 */
export function toFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude >= 65520) return sign | 0x7c00
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14)
  const scaled = magnitude * 2 ** (10 - exponent)
  const down = Math.floor(scaled)
  const rest = scaled - down
  const fraction = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down
  // The leading 1 of `fraction` (1024) adds one to the exponent field; a subnormal has none.
  return sign | (((exponent + 14) << 10) + fraction)
}
