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
