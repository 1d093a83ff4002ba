import type {Browser, Page} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {bestBound} from '../../../src/render/certify-view.js'
import {percentUp} from '../../../src/render/format.js'
import {splitSummary} from '../../../src/render/answer.js'
import {certifyHtml} from '../../../src/render/html/certify.js'
import {sanitizeHtml} from '../../../src/render/html/sanitize.js'
import {scaled} from '../../support/scale.js'
import {certifySample, ownRadiiSample} from '../samples/certify.js'
import {sanitizeSample} from '../samples/sanitize.js'
import {CHROMIUM, launch, show as showIn, unfold} from './chromium.js'
import {allPages} from './pages.js'

const HEADINGS = `[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((h) => Number(h.tagName[1]))`
const TEXTS = (selector: string) =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`
/** In the short suite a page with more in it stands for the plain one of its command: images, truth, hostile names. */
const pages = allPages().filter(([name], _, all) =>
  scaled(true, !all.some(([other]) => other.startsWith(`${name} `) || other.startsWith(`${name},`))),
)

describe.skipIf(CHROMIUM === undefined)('reports in Chromium (skipped where none is installed)', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  const show = (html: string, options: Parameters<typeof showIn>[2]) => showIn(browser, html, options)

  /** Pages of tables alone: no chart, nothing folded. */
  const isTables = (name: string) => /^(drift|judge)/.test(name)

  // The page is shown once: each test leaves it as the next one takes it, folded and in light until the last two.
  describe.each(pages)('%s', (name, html) => {
    let page: Page
    let complaints: string[]
    beforeAll(async () => {
      ;({page, complaints} = await show(html, {width: 1280}))
    })
    afterAll(() => page.context().close())

    it('has landmarks, one h1, headings without a jump and unique ids', async () => {
      expect(
        await page.evaluate(`['header', 'main', 'nav', 'footer'].map((tag) => document.querySelectorAll(tag).length)`),
      ).toEqual([1, 1, 1, 1])
      const levels = await page.evaluate<number[]>(HEADINGS)
      expect(levels.filter((level) => level === 1)).toHaveLength(1)
      for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1)
      const ids = await page.evaluate<string[]>(`[...document.querySelectorAll('[id]')].map((e) => e.id)`)
      expect(new Set(ids).size).toBe(ids.length)
      expect(
        await page.evaluate(
          `[...document.querySelectorAll('nav a')].every((a) => document.querySelector(a.getAttribute('href')))`,
        ),
      ).toBe(true)
      expect(await page.evaluate('document.documentElement.lang')).toBe('en')
    })

    it('names every chart and stands a table in the same section', async () => {
      const charts = await page.evaluate<boolean[]>(
        `[...document.querySelectorAll('svg.chart')].map((svg) => svg.getAttribute('role') === 'img' && svg.getAttribute('aria-labelledby').split(' ').every((id) => document.getElementById(id)?.textContent) && svg.closest('section').querySelector('table') !== null)`,
      )
      expect(charts.length > 1).toBe(!isTables(name))
      expect(charts.every(Boolean)).toBe(true)
    })

    it('can be used by keyboard alone, the focus always visible', async () => {
      const focused = (expression: string) =>
        page.evaluate(`(() => { const e = document.activeElement; return ${expression} })()`)
      await page.keyboard.press('Tab')
      expect(await focused('e.textContent')).toBe('Skip to the verdict')
      expect(await focused('e.getBoundingClientRect().left >= 0')).toBe(true)
      for (let i = 0; i < 40 && (await focused('e.tagName')) !== 'SUMMARY'; i++) {
        await page.keyboard.press('Tab')
        // Behind the last link the focus leaves the page.
        if ((await focused('e.tagName')) === 'BODY') break
        expect(await focused('getComputedStyle(e).outlineStyle')).toBe('solid')
      }
      if (!isTables(name)) {
        await page.keyboard.press('Enter')
        expect(await focused('e.parentElement.open')).toBe(true)
        await page.keyboard.press('Enter')
        expect(await focused('e.parentElement.open')).toBe(false)
      }
    })

    it('a link to a folded section opens it', async () => {
      expect(await page.evaluate(`document.querySelectorAll('details.part[open]').length`)).toBe(0)
      await page.evaluate(`document.querySelector('nav a[href="#computed"]').click()`)
      await page.waitForFunction(`document.querySelector('#computed').closest('details').open`)
      await page.evaluate(`document.querySelector('#computed').closest('details').open = false`)
    })

    it('prints on at most six pages; every section if that is asked for', async () => {
      const pagesOf = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)!.length
      const some = pagesOf(await page.pdf({format: 'A4'}))
      expect(some).toBeLessThanOrEqual(6)
      await page.evaluate(`document.querySelector('#print-full').checked = true`)
      expect(pagesOf(await page.pdf({format: 'A4'}))).toBeGreaterThan(some)
      await page.evaluate(`document.querySelector('#print-full').checked = false`)
    })

    it('follows the colour scheme and prints in light: what is open, or everything', async () => {
      const ground = 'getComputedStyle(document.body).backgroundColor'
      await page.emulateMedia({colorScheme: 'dark'})
      expect(await page.evaluate(ground)).toBe('rgb(16, 19, 23)')
      await page.emulateMedia({colorScheme: 'light'})
      expect(await page.evaluate(ground)).toBe('rgb(255, 255, 255)')
      await page.emulateMedia({media: 'print', colorScheme: 'dark'})
      expect(await page.evaluate(ground)).toBe('rgb(255, 255, 255)')
      expect(await page.evaluate(`getComputedStyle(document.querySelector('nav')).display`)).toBe('none')
      const heights = () =>
        page.evaluate<number[]>(
          `[...document.querySelectorAll('details.part')].map((d) => d.getBoundingClientRect().height)`,
        )
      expect(Math.max(...(await heights()))).toBe(0)
      await page.evaluate(`document.querySelector('#print-full').checked = true`)
      expect(Math.min(...(await heights()))).toBeGreaterThan(60)
      // A4 between its margins: no table loses its last columns.
      await page.setViewportSize({width: 672, height: 900})
      expect(
        await page.evaluate(
          `[...document.querySelectorAll('.scroll')].filter((region) => region.scrollWidth > region.clientWidth + 1).map((region) => region.getAttribute('aria-label'))`,
        ),
      ).toEqual([])
      await page.evaluate(`document.querySelector('#print-full').checked = false`)
      await page.emulateMedia({media: 'screen', colorScheme: 'light'})
    })

    it.each([1200, 768, 390])(
      'is quiet and never scrolls sideways at %d pixels, everything unfolded',
      async (width) => {
        await page.setViewportSize({width, height: 900})
        await unfold(page)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(complaints).toEqual([])
        expect(await page.evaluate('window.owned')).toBeUndefined()
      },
    )

    it('is complete without JavaScript', async () => {
      const {page: still} = await show(html, {width: 1280, script: false})
      const text = await still.locator('main').innerText()
      expect(text).toContain('How this was computed')
      await still.close()
    })
  })

  it('the tables of certify hold the numbers of the report', async () => {
    const report = certifySample()
    const {page} = await show(certifyHtml(report), {width: 1280})
    expect(await page.evaluate(TEXTS('h1'))).toEqual([splitSummary(report.verdict.summary)[0]])
    expect(await page.evaluate(TEXTS('.meaning p'))).toEqual(report.verdict.meaning)
    const rows = await page.evaluate<string[]>(TEXTS('#bounds tbody tr'))
    expect(rows).toHaveLength(report.metrics.cells.length)
    const direct = await page.evaluate<string[]>(TEXTS('#bounds tbody td:nth-child(8)'))
    const [first] = report.metrics.cells.filter((c) => c.eta === 0.5)
    expect(direct[0]).toBe(percentUp(first!.direct))
    const cells = await page.evaluate<string[]>(TEXTS('#map-0-5 .cell'))
    const expected = report.metrics.cells.filter((c) => c.eta === 0.5)
    for (const [i, cell] of expected.entries())
      if (cell.status === 'certified') expect(cells[i]).toBe(`${percentUp(bestBound(cell))} ✓`)
    expect(await page.evaluate(TEXTS('#witnesses tbody td:nth-child(2)'))).toEqual(
      report.metrics.witnesses.map((w) => `${w.rows[0]} and ${w.rows[1]}`),
    )
    await page.close()
  })

  it('each cell names its radius where each layer has its own', async () => {
    const {page} = await show(certifyHtml(ownRadiiSample()), {width: 1280})
    const details = await page.evaluate<string[]>(TEXTS('#map-0-5 .detail'))
    expect(details.slice(6, 9)).toEqual(['δ 0.11', 'δ 0.22', 'δ 0.385'])
    await page.close()
  })

  it('the tables of sanitize hold the numbers of the report', async () => {
    const report = sanitizeSample()
    const {page} = await show(sanitizeHtml(report), {width: 1280})
    const kept = await page.evaluate<string[]>(TEXTS('#scores tbody td:nth-child(2)'))
    const pruned = await page.evaluate<string[]>(TEXTS('#scores tbody td:nth-child(3)'))
    expect(kept.map(Number)).toEqual(report.metrics.histogram.kept)
    expect(pruned.map(Number)).toEqual(report.metrics.histogram.pruned)
    expect(await page.evaluate(TEXTS('#edges tbody td:nth-child(2)'))).toEqual(
      report.metrics.top.map((e) => `${e.source} – ${e.target}`),
    )
    expect(await page.evaluate(TEXTS('#edges tbody td:last-child'))).toEqual(report.metrics.top.map((e) => e.reason))
    expect(await page.evaluate(TEXTS('#truth td'))).toEqual(['500', '0.931', '0.771', '64\u00a0%', '77\u00a0%'])
    await page.close()
  })
})
