import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {Progress, progressLine} from '../../src/cli/progress.js'

describe('progressLine', () => {
  it('shows stage, bar, share, rate and remaining time', () => {
    expect(progressLine('rows', 50, 200, 5000, 80)).toBe(
      'rows  ██████░░░░░░░░░░░░░░░░░░   25 %  50/200  10/s  15 s left',
    )
  })

  it('never exceeds the terminal', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(1e9),
        fc.nat(1e9),
        fc.nat(1e7),
        fc.integer({min: 10, max: 120}),
        (stage, done, total, elapsed, columns) => {
          expect(progressLine(stage, done, total, elapsed, columns).length).toBeLessThanOrEqual(columns)
        },
      ),
      {seed: 1},
    )
  })
})

describe('Progress', () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = []
    return {isTTY, columns: 80, written, write: (text: string) => written.push(text)}
  }

  it('redraws one line on a terminal and clears it', () => {
    let now = 0
    const out = stream(true)
    const progress = new Progress(out, () => now)
    for (; now <= 1000; now += 10) progress.update('rows', now, 1000)
    progress.end()
    expect(out.written.length).toBeLessThanOrEqual(12)
    expect(out.written.every((text) => text.startsWith('\r\u001b[2K'))).toBe(true)
    expect(out.written.at(-1)).toBe('\r\u001b[2K')
  })

  it('prints plain lines every few seconds elsewhere, and nothing for a short run', () => {
    let now = 0
    const out = stream(false)
    const progress = new Progress(out, () => now)
    for (; now <= 4000; now += 100) progress.update('rows', now, 12000)
    expect(out.written).toEqual([])
    for (; now <= 12000; now += 100) progress.update('rows', now, 12000)
    progress.end()
    expect(out.written.length).toBe(2)
    expect(out.written.every((text) => !text.includes('\u001b') && text.endsWith('\n'))).toBe(true)
  })
})
