import {expect, it} from 'vitest'
import type {Comparison} from '../../src/certify/comparison-types.js'
import {comparisonCaveats} from '../../src/render/comparison-view.js'
import {certifyHtml} from '../../src/render/html/certify.js'
import {certifyMarkdown} from '../../src/render/markdown.js'
import {certifyText} from '../../src/render/terminal/certify.js'
import {certifySample} from './samples/certify.js'

const layer = (name: string, floor: number, earlierFloor: number) => ({
  name,
  floor,
  earlierFloor,
  epsilon: 1,
  earlier: 1.5,
  difference: -0.5,
  exact: [-0.75, -0.25] as [number, number],
  asymptotic: [-0.6, -0.4] as [number, number],
})
const comparison: Comparison = {
  pairing: 'input-hash',
  alpha: 0.05,
  lossMax: {here: 4, there: null},
  layers: [layer('h1', 0.25, 0.5), layer('h2', 0.25, 0.25)],
  cells: [],
  onlyHere: [],
  onlyThere: [],
}

it('what differs beside the checkpoints is said alike in terminal, Markdown and HTML, and only where it differs', () => {
  const sentences = comparisonCaveats(comparison)
  expect(sentences).toEqual([
    'L_max differs: none then, 4.00 now. Inside ε a larger loss counts as it, and η is a share of it, so a part of each difference may be that of the limit.',
    'τ differs (in median distances, then → now): h1 0.5 → 0.25. Smaller distances count as it, so a part of the difference of ε may be that of τ.',
  ])
  const report = certifySample()
  report.metrics.comparison = comparison
  const plain = (text: string) => text.replaceAll('\\', '').replaceAll(/\s+/g, ' ')
  const views = [certifyText(report, {columns: 100, colour: false}), certifyMarkdown(report), certifyHtml(report)].map(
    plain,
  )
  for (const view of views) for (const sentence of sentences) expect(view).toContain(sentence)
  expect(plain(certifyMarkdown(report))).toContain('| h1 | 1.50 | 1.00 |')
  const {lossMax, ...same} = comparison
  expect(lossMax).toBeDefined()
  expect(comparisonCaveats({...same, layers: [layer('h2', 0.25, 0.25)]})).toEqual([])
})
