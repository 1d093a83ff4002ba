import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {shorten, visible} from '../../src/frame/visible.js'
import {HOSTILE} from '../render/samples/hostile.js'

describe('visible', () => {
  it('writes what could act as its code', () => {
    expect(visible('a\x1b[2Jb\nc\u202ed\u200be')).toBe('a\\x1b[2Jb\\x0ac\\u202ed\\u200be')
  })

  it('leaves names in any script alone', () => {
    expect(visible('Schöne Größe, 層, طبقة, 🎈')).toBe('Schöne Größe, 層, طبقة, 🎈')
  })

  it('lets no control character through and is done after one pass', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), (text) => {
        const shown = visible(text + HOSTILE)
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e]/u)
        expect(visible(shown)).toBe(shown)
      }),
    )
  })
})

describe('shorten', () => {
  it('keeps both ends', () => {
    expect(shorten('model/encoder/layer.11/output', 13)).toBe('model/…output')
  })

  it('never exceeds the length and leaves short text as it is', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), fc.integer({min: 1, max: 20}), (text, length) => {
        const short = shorten(text, length)
        expect([...short].length).toBeLessThanOrEqual(length)
        if ([...text].length <= length) expect(short).toBe(text)
      }),
    )
  })
})
