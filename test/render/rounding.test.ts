import {execFileSync} from 'node:child_process'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {CertifyMetrics} from '../../src/certify/types.js'
import type {Cell} from '../../src/certify/layer-types.js'
import type {CertifyReport} from '../../src/documents/reports.js'
import {bestBound, cellGrids, headlineGrid} from '../../src/render/certify-view.js'
import {certifyHtml} from '../../src/render/html/certify.js'
import {certifyMarkdown} from '../../src/render/markdown.js'
import {certifyText} from '../../src/render/terminal/certify.js'
import {random} from '../../src/stats/random.js'
import {certifySample} from './samples/certify.js'

/** A report whose statements are drawn: every cell certified, δ, η and α of any size. */
function drawn(seed: number): CertifyReport {
  const {uniform} = random(seed)
  /** over many sizes, some of them short decimals */
  const size = (low: number, high: number) => {
    const x = low * (high / low) ** uniform()
    return uniform() < 0.3 ? Number(x.toPrecision(2)) : x
  }
  const ascending = (count: number, low: number, high: number) =>
    Array.from({length: count}, () => size(low, high)).sort((a, b) => a - b)
  const report = certifySample()
  const {metrics} = report
  const [deltas, etas] = [ascending(6, 1e-3, 50), ascending(3, 1e-3, 20)]
  const cells = metrics.cells.map((cell, c): Cell => {
    const [lower, direct, windowed, global] = ascending(4, 1e-5, 0.999999) as [number, number, number, number]
    const delta = deltas[Math.floor(c / 3) % 6]!
    return {
      ...cell,
      delta,
      deltaRaw: 1.7 * delta,
      eta: etas[c % 3]!,
      observed: (lower + direct) / 2,
      lower,
      direct,
      windowed,
      global,
      status: 'certified',
    }
  })
  const layers = metrics.layers.map((layer) => {
    const estimate = (x: number) => ({estimate: x, upper: 1.3 * x, asymptotic: [0.9 * x, 1.1 * x] as [number, number]})
    return {...layer, epsilon: {scaleFree: estimate(size(1e-6, 1e5)), raw: estimate(size(1e-6, 1e5))}}
  })
  const {classes, examples, comparison, ...rest} = metrics
  void [classes, examples, comparison]
  return {...report, metrics: {...rest, layers, cells, alpha: {...metrics.alpha, total: size(1e-9, 0.5)}}}
}
const seeds = fc.integer({min: 0, max: 2 ** 31})

const read = (text: string) =>
  Number(
    text
      .replaceAll(',', '')
      .replaceAll('−', '-')
      .replace(/\s*%.*$/, ''),
  ) / (text.includes('%') ? 100 : 1)
const NEAR = 1e-8
const atLeast = (text: string, x: number) =>
  expect(read(text), `${text} for ${x}`).toBeGreaterThanOrEqual(x * (1 - NEAR) - NEAR * 1e-3)
const atMost = (text: string, x: number) =>
  expect(read(text), `${text} for ${x}`).toBeLessThanOrEqual(x * (1 + NEAR) + NEAR * 1e-3)
const spaced = (text: string) => text.replaceAll('\u00a0', ' ')

const headline = ({metrics}: {metrics: CertifyMetrics}) => headlineGrid(cellGrids(metrics))!

describe('no printed number is more favourable than the number in the report', () => {
  it('terminal', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const report = drawn(seed)
        const text = certifyText(report, {columns: 400, colour: false})
        const grid = headline(report)
        atLeast(/differs in loss by (\S+) or more/.exec(text)![1]!, grid.eta)
        atMost(/together with (\S+ %) confidence/.exec(text)![1]!, 1 - report.metrics.alpha.total)
        const bounds = [...text.matchAll(/(\d\S*) % ✓/g)].map(([, figure]) => `${figure!} %`)
        const cells = grid.rows.flatMap((row) => row.cells)
        expect(bounds).toHaveLength(cells.length)
        bounds.forEach((bound, k) => atLeast(bound, bestBound(cells[k]!)))
        for (const {name, epsilon} of report.metrics.layers) {
          const [, estimate, upper] = new RegExp(`^\\s+${name}\\s+[\\d,]+\\s+(\\S+)\\s+(\\S+)`, 'm').exec(text)!
          atLeast(estimate!, epsilon.scaleFree.estimate)
          atLeast(upper!, epsilon.scaleFree.upper!)
        }
      }),
      {numRuns: 40},
    )
  })

  it('Markdown', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const report = drawn(seed)
        const text = spaced(certifyMarkdown(report))
        const grid = headline(report)
        const rows = text
          .split('\n')
          .filter((line) => /^\| \/fc/.test(line))
          .map((line) => line.split(' | ').map((cell) => cell.replace(/^\||\|$/g, '').trim()))
        expect(rows).toHaveLength(3)
        rows.forEach(([, estimate, upper, ...bounds], k) => {
          atLeast(estimate!, report.metrics.layers[k]!.epsilon.scaleFree.estimate)
          atLeast(upper!, report.metrics.layers[k]!.epsilon.scaleFree.upper!)
          bounds.forEach((bound, g) => atLeast(bound, bestBound(grid.rows[k]!.cells[g]!)))
        })
        atLeast(/differs in loss by (\S+) or more/.exec(text)![1]!, grid.eta)
        atMost(/together with (\S+ %) confidence/.exec(text)![1]!, 1 - report.metrics.alpha.total)
      }),
      {numRuns: 40},
    )
  })

  it('HTML, in every table of bounds and layers', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const report = drawn(seed)
        const html = spaced(certifyHtml(report))
        const grids = cellGrids(report.metrics)
        const found = tables(html)
        const bounds = found.filter(({caption}) => caption.startsWith('Upper bounds of the share of pairs'))
        expect(bounds).toHaveLength(grids.length)
        const first = headlineGrid(grids)!
        const shown = [first, ...grids.filter((grid) => grid !== first)]
        for (const [b, {caption, columns, rows}] of bounds.entries()) {
          const grid = shown[b]!
          atLeast(/differ by (\S+) or more/.exec(caption)![1]!, grid.eta)
          const cells = grid.rows.flatMap((row) => row.cells)
          expect(rows).toHaveLength(cells.length)
          rows.forEach((row, k) => {
            const cell = cells[k]!
            const at = (title: string) => row[columns.indexOf(title)]!
            atMost(at('δ'), cell.delta)
            atMost(at('δ, raw units'), cell.deltaRaw)
            atLeast(at('observed'), cell.observed!)
            atMost(at('lower bound'), cell.lower!)
            for (const family of ['direct', 'windowed', 'global'] as const) atLeast(at(family), cell[family])
          })
        }
        const layers = found.find(({caption}) => caption === 'Every layer, first to last')!
        layers.rows.forEach((row, k) => {
          const {scaleFree, raw} = report.metrics.layers[k]!.epsilon
          const at = (title: string) => row[layers.columns.indexOf(title)]!
          atLeast(at('ε'), scaleFree.estimate)
          atLeast(at('upper bound'), scaleFree.upper!)
          atLeast(at('raw ε'), raw.estimate)
          atLeast(at('raw upper'), raw.upper!)
        })
        for (const [, confidence] of html.matchAll(/[Ww]ith (\S+ %) confidence the truth/g))
          atMost(confidence!, 1 - report.metrics.alpha.total)
      }),
      {numRuns: 8},
    )
  })
})

it('prints the same in every locale', () => {
  const code = [
    "const {certifySample} = await import('./test/render/samples/certify.ts')",
    "const {certifyHtml} = await import('./src/render/html/certify.ts')",
    "const {certifyMarkdown} = await import('./src/render/markdown.ts')",
    "const {certifyText} = await import('./src/render/terminal/certify.ts')",
    'const report = certifySample()',
    "process.stdout.write(new Intl.NumberFormat().resolvedOptions().locale + '\\n')",
    'process.stdout.write(certifyText(report, {columns: 80, colour: false}) + certifyMarkdown(report) + certifyHtml(report))',
  ].join('\n')
  const report = certifySample()
  const here = certifyText(report, {columns: 80, colour: false}) + certifyMarkdown(report) + certifyHtml(report)
  const text = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    env: {...process.env, LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8'},
    encoding: 'utf8',
  })
  const [locale] = text.split('\n', 1)
  expect(locale).toBe('de-DE')
  expect(text.slice(locale!.length + 1)).toBe(here)
})

interface Table {
  caption: string
  columns: string[]
  rows: string[][]
}

const words = (markup: string) =>
  markup
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .trim()
const parts = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, inner]) => inner!)

function tables(html: string): Table[] {
  return parts(html, /<table>(.*?)<\/table>/gs).map((table) => ({
    caption: words(/<caption>(.*?)<\/caption>/s.exec(table)![1]!),
    columns: parts(table, /<th scope="col"[^>]*>(.*?)<\/th>/gs).map(words),
    rows: parts(/<tbody>(.*?)<\/tbody>/s.exec(table)![1]!, /<tr>(.*?)<\/tr>/gs).map((row) =>
      parts(row, /<t[hd][^>]*>(.*?)<\/t[hd]>/gs).map(words),
    ),
  }))
}
