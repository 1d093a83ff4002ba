/**
 * Seeded random numbers: xoshiro128** seeded through splitmix32.
 *
 * Precision  uniform() has 53 random bits in [0, 1).
 * Source     Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021. Deviation: none.
 */
export interface Random {
  /** uniform in [0, 1) */
  readonly uniform: () => number
  /** fills x in order with what x.length calls of uniform would return, several times faster */
  readonly uniforms: (x: Float64Array) => void
  /** uniform integer in 0 … n − 1 */
  readonly integer: (n: number) => number
  /** standard normal (polar method) */
  readonly normal: () => number
  /** a random permutation of 0 … n − 1 (Fisher–Yates) */
  readonly permutation: (n: number) => Uint32Array
}

export function random(seed: number): Random {
  let mix = seed >>> 0
  const next32 = () => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  const s = Uint32Array.of(next32(), next32(), next32(), next32())
  const rotl = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0
  const bits = () => {
    const result = Math.imul(rotl(Math.imul(s[1]!, 5) >>> 0, 7), 9) >>> 0
    const t = s[1]! << 9
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= t
    s[3] = rotl(s[3]!, 11)
    return result
  }
  let spare: number | undefined
  const uniform = () => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53
  const integer = (n: number) => Math.floor(uniform() * n)
  return {
    uniform,
    uniforms(x) {
      // The steps of bits(), twice a number, with the state in registers.
      let a = s[0]! | 0
      let b = s[1]! | 0
      let c = s[2]! | 0
      let d = s[3]! | 0
      const count = x.length
      for (let k = 0; k < count; k++) {
        const first = Math.imul(b, 5)
        const high = Math.imul((first << 7) | (first >>> 25), 9)
        let t = b << 9
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = (d << 11) | (d >>> 21)
        const second = Math.imul(b, 5)
        const low = Math.imul((second << 7) | (second >>> 25), 9)
        t = b << 9
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = (d << 11) | (d >>> 21)
        x[k] = ((high >>> 5) * 67108864 + (low >>> 6)) * 2 ** -53
      }
      s.set([a, b, c, d])
    },
    integer,
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      for (;;) {
        const x = 2 * uniform() - 1
        const y = 2 * uniform() - 1
        const q = x * x + y * y
        if (q > 0 && q < 1) {
          const factor = Math.sqrt((-2 * Math.log(q)) / q)
          spare = y * factor
          return x * factor
        }
      }
    },
    permutation(n) {
      const order = Uint32Array.from({length: n}, (_, i) => i)
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1)
        const held = order[i]!
        order[i] = order[j]!
        order[j] = held
      }
      return order
    },
  }
}
