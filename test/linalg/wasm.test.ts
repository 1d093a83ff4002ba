import {describe, expect, it} from 'vitest'
import {f64, f64x2, i32, Locals, loop, Memory, repeatIf} from '../../src/linalg/wasm.js'

describe('wasm writer', () => {
  it.each([[Float64Array], [Float32Array]] as const)(
    'a loop over a memory of more than one page gives what JavaScript gives: %p',
    (make) => {
      const memory = new Memory()
      const n = 20_002
      const input = memory.place(n, make.BYTES_PER_ELEMENT)
      const output = memory.place(n, 8)
      const locals = new Locals({x: 'i32', y: 'i32', factor: 'f64', value: 'v128'}, 3)
      const {get, set} = locals
      const value = make === Float64Array ? f64x2.load(get('x')) : f64x2.loadSingles(get('x'))
      const run = locals.compile(
        [
          loop(
            set(
              'value',
              f64x2.min(
                f64x2.sqrt(f64x2.abs(f64x2.mul(value, f64x2.splat(get('factor'))))),
                f64x2.splat(f64.constant(1.25)),
              ),
            ),
            f64x2.store(get('y'), f64x2.join(get('value'), get('value'), 1)),
            set('x', i32.add(get('x'), i32.constant(2 * make.BYTES_PER_ELEMENT))),
            set('y', i32.add(get('y'), i32.constant(16))),
            repeatIf(i32.isBelow(get('y'), i32.constant(output.start + 8 * n))),
          ),
          i32.constant(-300),
        ],
        memory,
      ) as (x: number, y: number, factor: number) => number
      const x = make === Float64Array ? memory.view(Float64Array, input) : memory.view(Float32Array, input)
      for (let t = 0; t < n; t++) x[t] = Math.sin(t)
      expect(run(input.start, output.start, -1.7)).toBe(-300)
      expect(memory.view(Float64Array, output)).toEqual(
        Float64Array.from(x, (value) => Math.min(Math.sqrt(Math.abs(value * -1.7)), 1.25)),
      )
    },
  )
})
