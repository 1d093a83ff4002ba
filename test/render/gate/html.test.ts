import {readFileSync} from 'node:fs'
import type {Browser, Page} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {gateHtml} from '../../../src/render/html/gate.js'
import {CHROMIUM, launch} from '../html/chromium.js'
import {gateSample, hostileSample, manyFindings} from './sample.js'

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
const pages = [
  ['a sample', gateHtml(gateSample())],
  ['hostile and long names', gateHtml(hostileSample(`${'x'.repeat(300)}"><script>alert(1)</script>`))],
  ['nothing', gateHtml(gateSample([], []))],
] as const

describe('gateHtml', () => {
  it('holds every finding, hostile text as text', () => {
    const html = gateHtml(hostileSample())
    expect(html).toContain('&lt;script&gt;')
    expect(html).not.toMatch(/<script>alert|[\x00-\x09\x0b-\x1f\u202e]/) // eslint-disable-line no-control-regex
    const many = gateHtml(gateSample(manyFindings(3000)))
    expect(many.match(/layers\[h\d+\]\.epsilon<br>/g)).toHaveLength(3000)
  })

  it('shows what fails on the first screen, which is what is printed, the worst ten of many', () => {
    const screen = (html: string) => html.slice(html.indexOf('<main'), html.indexOf('<nav'))
    const sample = gateSample()
    for (const {metric, status} of sample.metrics.findings)
      if (status === 'fail') expect(screen(gateHtml(sample))).toContain(metric.replaceAll('>', '&gt;'))
    const many = screen(gateHtml(gateSample(manyFindings(300))))
    expect(many).toContain('the worst 10 of 300')
    expect(many.match(/<tr>/g)).toHaveLength(11)
  })

  it('says so when nothing fails', () => {
    expect(gateHtml(gateSample([]))).toContain('Nothing fails.')
    expect(gateHtml(gateSample([]))).not.toContain('class="look"')
  })
})

describe.skipIf(CHROMIUM === undefined).each(pages)(
  'gateHtml in Chromium (skipped where none is installed): %s',
  (_, html) => {
    let browser: Browser
    let page: Page
    const complaints: string[] = []

    beforeAll(async () => {
      browser = await launch()
      page = await browser.newPage({bypassCSP: true})
      for (const event of ['console', 'pageerror', 'request', 'dialog'] as const)
        page.on(event as 'request', () => complaints.push(event))
      await page.setContent(html)
      await page.evaluate(`document.querySelectorAll('details').forEach((d) => { d.open = true })`)
    })
    afterAll(() => browser.close())

    it('is quiet, and never scrolls sideways', async () => {
      for (const width of [400, 1280]) {
        await page.setViewportSize({width, height: 900})
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      }
      expect(complaints).toEqual([])
    })

    it.each(['light', 'dark'] as const)('has no fault that axe-core finds, in %s', async (colorScheme) => {
      await page.emulateMedia({colorScheme})
      await page.evaluate(AXE)
      const faults = await page.evaluate<string[]>(
        `axe.run().then(({violations}) => violations.map(({id, nodes}) => id + ': ' + nodes.map((n) => n.html.slice(0, 120)).join(' ')))`,
      )
      expect(faults).toEqual([])
    })

    it('is well-formed: the parser makes an element of each tag that is written, and no other', async () => {
      const elements = await page.evaluate<number>(
        `new DOMParser().parseFromString(${JSON.stringify(html).replaceAll('</', '<\\/')}, 'text/html').querySelectorAll('*').length`,
      )
      const markup = html.replace(/(<(script|style)>)[\s\S]*?<\/\2>/g, '$1')
      expect(elements).toBe(markup.match(/<[a-z]/g)!.length)
    })
  },
)
