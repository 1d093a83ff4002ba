import {SaxesParser} from 'saxes'
import {describe, expect, it} from 'vitest'
import {Markup, markup} from '../../../src/render/html/escape.js'
import {beforeAfter} from '../../../src/render/svg/before-after.js'
import {heatMap} from '../../../src/render/svg/heat-map.js'
import {histogramChart} from '../../../src/render/svg/histogram.js'
import {lineChart} from '../../../src/render/svg/line-chart.js'
import {linearScale} from '../../../src/render/svg/scale.js'
import {HOSTILE} from '../samples/hostile.js'

interface Element {
  name: string
  attributes: Record<string, string>
  text: string
}

/** Elements in document order; throws where the text is not well-formed XML. */
function parse(xml: string): Element[] {
  const elements: Element[] = []
  const open: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({name, attributes}) => {
    const element = {name, attributes: {...attributes}, text: ''}
    elements.push(element)
    open.push(element)
  })
  parser.on('text', (text) => {
    const inner = open.at(-1)
    if (inner !== undefined) inner.text += text
  })
  parser.on('closetag', () => void open.pop())
  parser.write(xml).close()
  return elements
}

const named = (elements: readonly Element[], name: string) => elements.filter((e) => e.name === name)
const classed = (elements: readonly Element[], className: string) =>
  elements.filter((e) => e.attributes['class']?.split(' ').includes(className))
const frame = {id: 'c', title: `title ${HOSTILE}`, description: `description ${HOSTILE}`, width: 400, height: 200}

const line = lineChart({
  ...frame,
  x: (range) => ({scale: linearScale([0, 2], range), label: HOSTILE}),
  y: (range) => ({scale: linearScale([0, 1], range), label: 'y'}),
  series: [
    {
      name: HOSTILE,
      style: 'primary',
      points: [
        {x: 0, y: 0.5, interval: [0.4, 0.6]},
        {x: 1, y: null},
        {x: 2, y: 1},
      ],
    },
    {name: 'b', style: 'estimate', points: []},
  ],
  band: [
    {x: 0, between: [0.2, 0.5]},
    {x: 1, between: null},
    {x: 1.5, between: [0, 0.4]},
    {x: 2, between: [0.1, 0.9]},
  ],
})
const map = heatMap({
  ...frame,
  rows: [HOSTILE, 'second'],
  columns: ['0.1', '0.5'],
  rowTitle: 'layer',
  columnTitle: 'δ',
  cells: [
    [
      {text: '8 % ✓', step: 0},
      {text: '? 3', step: null},
    ],
    [{text: '100 % –', step: null}, null],
  ],
})
const bars = histogramChart({
  ...frame,
  edges: [0, 1, 2],
  lower: [3, 1],
  upper: [0, 2],
  cut: {at: 1.5, label: HOSTILE},
  xLabel: 'x',
  yLabel: 'y',
})
const pair = beforeAfter({
  ...frame,
  rows: [{label: HOSTILE, before: {value: 4, text: '4'}, after: {value: 1, text: '1'}, max: 4}],
})

describe.each([
  ['line chart', line],
  ['heat map', map],
  ['histogram', bars],
  ['before and after', pair],
])('%s', (_, chart) => {
  const elements = parse(chart.toString())

  it('is well-formed, named and described, with hostile text as text', () => {
    const [svg] = elements
    expect(svg).toMatchObject({name: 'svg', attributes: {role: 'img', 'aria-labelledby': 'c-title c-desc'}})
    expect(named(elements, 'title')[0]!.text).toContain(`"><script>alert('x')</script>&amp;]]>\\x1b[31m`)
    expect(named(elements, 'desc')[0]!.text).toContain('description')
    expect(named(elements, 'script')).toEqual([])
  })

  it('has only finite coordinates', () => {
    for (const {attributes} of elements)
      for (const value of Object.values(attributes)) expect(value).not.toMatch(/NaN|Infinity|undefined/)
  })
})

it('a gap in a line is a gap, and each known point has its marker', () => {
  const elements = parse(line.toString())
  const paths = classed(elements, 'line').map((e) => e.attributes['d'])
  expect(paths).toHaveLength(2)
  for (const path of paths) expect(path).toMatch(/^M[\d. ]+$/)
  expect(named(elements, 'circle')).toHaveLength(2)
  expect(classed(elements, 'whisker')).toHaveLength(1)
})

it('cells of a heat map carry their text; only those with a value are filled', () => {
  const elements = parse(map.toString())
  expect(classed(elements, 'cell').map((e) => e.text)).toEqual(['8 % ✓', '? 3', '100 % –'])
  expect(classed(elements, 'heat0')).toHaveLength(1)
  expect(classed(elements, 'empty')).toHaveLength(2)
})

it('bars are as high as their counts, pruned on top of kept', () => {
  const elements = parse(bars.toString())
  const heights = (name: string) => classed(elements, name).map((e) => Number(e.attributes['height']))
  const [first, second] = heights('kept')
  const [pruned] = heights('pruned')
  expect(first! / second!).toBeCloseTo(3, 1)
  expect(pruned! / second!).toBeCloseTo(2, 1)
  expect(Number(classed(elements, 'pruned')[0]!.attributes['y'])).toBeLessThan(
    Number(classed(elements, 'kept')[1]!.attributes['y']),
  )
})

it('before and after share a scale', () => {
  const elements = parse(pair.toString())
  const lengthOf = (name: string) => Number(classed(elements, name)[0]!.attributes['width'])
  expect(lengthOf('before') / lengthOf('after')).toBeCloseTo(4, 1)
})

describe('markup', () => {
  it('escapes text, keeps markup, joins lists', () => {
    expect(markup`<a b="${'"<&>\''}">${[1, null, markup`<i/>`, 'x\0']}</a>`.toString()).toBe(
      '<a b="&quot;&lt;&amp;&gt;&#39;">1<i/>x\\x00</a>',
    )
  })

  it('takes nothing but Markup for markup', () => {
    const forged = {toString: () => '<b>'} as unknown as Markup
    expect(markup`${String(forged)}`.toString()).toBe('&lt;b&gt;')
  })
})
