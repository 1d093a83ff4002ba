/**
 * IEEE 754 binary16 to binary32, exact.
 *
 * Shapes     halves [n] bit patterns → [n].
 * Precision  exact, infinities and NaN included.
 * Cost       n conversions.
 * Empty      n = 0 → empty.
 * Source     IEEE 754-2008, §3.4.   Deviation: the payload of a NaN is not kept.
 */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) out[i] = float16Value(halves[i]!)
  return out
}

function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** bfloat16 to binary32, exact: the 16 bits are the upper half of the binary32 pattern. Empty → empty. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length)
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16
  return new Float32Array(bits.buffer)
}

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
