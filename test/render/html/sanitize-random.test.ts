import {describe, expect, it} from 'vitest'
import {sanitizeHtml} from '../../../src/render/html/sanitize.js'
import {sanitizeText} from '../../../src/render/terminal/sanitize.js'
import type {RandomEdgeSummary, ReviewedEdge} from '../../../src/sanitize/types.js'
import {HOSTILE} from '../samples/hostile.js'
import {sanitizeSample} from '../samples/sanitize.js'

const found: RandomEdgeSummary = {
  finding: 'suspicious edges found',
  reason: null,
  counted: 1000,
  share: {estimate: 0.21, low: 0.18, high: 0.24},
  number: {estimate: 211.4, low: 182.2, high: 240.1},
  certain: 37,
  expectedGenuine: 81.6,
  parts: [
    {name: 'overlap', separation: 0.51, counts: false},
    {name: 'disagreement', separation: 0.74, counts: true},
    {name: 'fit', separation: 0.86, counts: true},
  ],
  harm: {hidden: 60, lost: 2, won: 9, vetoes: false},
}
const end = {name: HOSTILE, label: 3, given: false, degree: 12, neighbours: [{label: 1, nodes: 8}]}
const review: ReviewedEdge[] = [
  {rank: 1, score: 0.9, probability: 0.97, pruned: true, reason: 'unlike ends', ends: [end, {...end, given: true}]},
]

function report(of: RandomEdgeSummary) {
  const sample = sanitizeSample()
  Object.assign(sample.metrics, {randomEdges: of, review, evidence: {from: 'features', separation: 0.85}})
  return sample
}

/** Text of a page, tags as spaces. */
const words = (html: string) =>
  html
    .replace(/<(style|script)[^]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

describe('how many edges look wired at random', () => {
  const html = sanitizeHtml(report(found))

  it('comes before what was pruned, with its interval and what is expected to be genuine', () => {
    const page = words(html)
    expect(page).toContain(
      'Edges that look wired at random 211 95 % interval 182 to 240; 37 with a chance of at least .9',
    )
    expect(page).toContain('about 82 of the pruned expected to be genuine')
    expect(page.indexOf('Edges that look wired at random')).toBeLessThan(page.indexOf('Edges pruned'))
  })

  it('says which parts have a say, and what the trial lost', () => {
    const page = words(html)
    expect(page).toMatch(/overlap 51\s*% none/)
    expect(page).toMatch(/fit 86\s*% yes/)
    expect(page).toContain('60 hidden in turn: pruning loses 2 right predictions and wins 9')
    expect(sanitizeText(report(found), {colour: false, columns: 80}).replace(/\s+/g, ' ')).toContain(
      'from random pairs here: fit 0.86, disagreement 0.74 (.5 is chance); no say: overlap',
    )
  })

  it('shows the queue for people, names as text', () => {
    expect(words(html)).toContain('class 3 (guessed), degree 12; other neighbours: 8 of class 1')
    expect(html).not.toContain(HOSTILE)
  })

  it('states no number where nothing could be judged', () => {
    const page = words(
      sanitizeHtml(
        report({...found, finding: 'not enough evidence to judge', reason: 'too few edges', expectedGenuine: null}),
      ),
    )
    expect(page).toContain('Edges that look wired at random – not enough evidence to judge')
    expect(page).toContain('not enough evidence to judge: too few edges')
    expect(page).not.toContain('211')
  })
})
