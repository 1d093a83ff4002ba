import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import type {Browser, Page} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {scaled} from '../../support/scale.js'
import {sanitizeHtml} from '../../../src/render/html/sanitize.js'
import {syntheticSanitize} from '../synthetic-sanitize.js'
import {CHROMIUM, launch, show, unfold} from './chromium.js'
import {allPages} from './pages.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Every kind of section there is, once; the other pages have the same with other texts. */
const ONE_OF_EACH = ['certify with images', 'sanitize with truth', 'evaluate', 'harden', 'judge', 'drift']

/** The pages with the most colours; the others take theirs from the same few names. */
const DARK = ['certify with images', 'sanitize with truth']

/** What changes with the scheme; everything else is checked in light. */
const COLOURS = ['color-contrast', 'link-in-text-block']

/** What axe-core finds wrong, with the element; and how many checks it made. */
async function check(page: Page, scheme: 'light' | 'dark'): Promise<{passes: number; violations: string[]}> {
  await page.evaluate(AXE)
  const runOnly = scheme === 'dark' ? {type: 'rule', values: COLOURS} : {type: 'tag', values: TAGS}
  // Of what passed only the number is wanted: the selectors of thousands of elements are not worked out.
  const options = {runOnly, resultTypes: ['violations']}
  return page.evaluate<{passes: number; violations: string[]}>(
    `axe.run(document, ${JSON.stringify(options)}).then(({passes, violations}) => ({
      passes: passes.length,
      violations: violations.flatMap(({id, nodes}) =>
        nodes.map(({html, failureSummary}) => id + ': ' + html.slice(0, 200) + ' ' + (failureSummary ?? ''))),
    }))`,
  )
}

describe.skipIf(CHROMIUM === undefined)('reports for every reader (skipped where no Chromium is installed)', () => {
  const pages = allPages().filter(([name]) => scaled(true, ONE_OF_EACH.includes(name)))
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  describe.each(pages)('%s', (name, html) => {
    it.each(scaled(true, DARK.includes(name)) ? (['light', 'dark'] as const) : (['light'] as const))(
      'axe-core finds nothing, %s, everything unfolded',
      async (scheme) => {
        const {page, complaints} = await show(browser, html, {width: 1280, dark: scheme === 'dark'})
        await unfold(page)
        const {passes, violations} = await check(page, scheme)
        expect(violations).toEqual([])
        expect(passes).toBeGreaterThanOrEqual(scheme === 'dark' ? 1 : 20)
        expect(complaints).toEqual([])
        await page.close()
      },
      180_000,
    )
  })

  describe('sorting and filtering', () => {
    const report = syntheticSanitize({nodes: 400, edges: 2400, pruned: 300, names: (i) => `node-${i}`})
    const html = sanitizeHtml(report)
    const column = (page: Page, k: number) =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll('#edges tbody tr')].filter((row) => !row.hidden).map((row) => row.cells[${k}].textContent)`,
      )
    const sortState = (page: Page) =>
      page.evaluate(
        `[...document.querySelectorAll('#edges th[aria-sort]')].map((head) => [head.textContent, head.getAttribute('aria-sort')])`,
      )

    it('a head sorts by keyboard: largest first, smallest first, then as it was', async () => {
      const {page, complaints} = await show(browser, html, {width: 1280})
      await unfold(page)
      const original = await column(page, 1)
      const kc = report.metrics.top.map((e) => e.kc)
      await page.locator('#edges th', {hasText: 'KC'}).locator('button').focus()
      await page.keyboard.press('Enter')
      expect(await sortState(page)).toEqual([['KC', 'descending']])
      expect((await column(page, 5)).map(Number)).toEqual(kc.map((x) => Number(x.toPrecision(3))).sort((a, b) => b - a))
      await page.keyboard.press('Space')
      expect(await sortState(page)).toEqual([['KC', 'ascending']])
      expect((await column(page, 5)).map(Number)).toEqual(kc.map((x) => Number(x.toPrecision(3))).sort((a, b) => a - b))
      await page.keyboard.press('Enter')
      expect(await sortState(page)).toEqual([])
      expect(await column(page, 1)).toEqual(original)
      expect(complaints).toEqual([])
      await page.close()
    })

    it('negative numbers sort as numbers, names by the numbers in them', async () => {
      const {page} = await show(browser, html, {width: 1280})
      await unfold(page)
      await page.locator('#edges th', {hasText: 'label-free'}).locator('button').click()
      const free = (await column(page, 6)).map((text) => Number(text.replace('−', '-')))
      expect(free).toEqual([...free].sort((a, b) => b - a))
      expect(free[0]).toBeLessThan(0)
      await page.locator('#edges th', {hasText: 'edge'}).first().locator('button').click()
      const names = await column(page, 1)
      expect(names.map((name) => Number(/\d+/.exec(name)![0]))).toEqual(
        report.metrics.top.map((e) => Number(/\d+/.exec(e.source)![0])).sort((a, b) => a - b),
      )
      await page.close()
    })

    it('a filter shows the rows that hold every word, says how many, and lets all back', async () => {
      const {page} = await show(browser, html, {width: 1280})
      await unfold(page)
      const original = await column(page, 1)
      const wanted = report.metrics.top[3]!.source
      const field = page.locator('#edges input')
      await field.focus()
      await page.keyboard.type(`PRUNED ${wanted}`)
      const shown = await column(page, 1)
      expect(shown).toEqual(
        original.filter((_, k) =>
          [report.metrics.top[k]!.source, report.metrics.top[k]!.target].some((name) => name.includes(wanted)),
        ),
      )
      expect(await page.locator('#edges [role=status]').textContent()).toBe(
        `${shown.length} of ${original.length} rows`,
      )
      await field.fill('')
      expect(await column(page, 1)).toEqual(original)
      await page.close()
    })

    it('without JavaScript there is no button that does nothing', async () => {
      const {page} = await show(browser, html, {width: 1280, script: false})
      expect(await page.locator('button, input:not(#print-full)').count()).toBe(0)
      expect(await page.locator('#edges tbody tr').count()).toBe(report.metrics.top.length)
      await page.close()
    })
  })
})
