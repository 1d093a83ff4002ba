import type {DegreeChange, SanitizeMetrics} from '../../sanitize/types.js'
import {change, count, number, percent, plural, points, withSign} from '../format.js'
import {type Effect, effects} from '../sanitize-view.js'
import {beforeAfter} from '../svg/before-after.js'
import {beforeAfterLegend, pairedBars} from '../svg/paired-bars.js'
import {shorten} from '../../frame/visible.js'
import {type HtmlContent, markup} from './escape.js'
import {dataTable, foldedTable} from './table.js'

/** Complexity, agreement and degree before and after. */
export function changes(metrics: SanitizeMetrics): HtmlContent {
  const all = effects(metrics)
  const text = ({kind}: Effect, value: number) => ({count, number, share: percent})[kind](value)
  const drawn = all.filter(({name}) => name !== 'edges' && name !== 'isolated nodes')
  const chart = beforeAfter({
    id: 'before-after',
    title: 'The graph before and after pruning',
    description: drawn.map((e) => `${e.name}: ${text(e, e.before)} before, ${text(e, e.after)} after`).join('; ') + '.',
    width: 560,
    rows: drawn.map((e) => ({
      label: e.name,
      before: {value: e.before, text: text(e, e.before)},
      after: {value: e.after, text: text(e, e.after)},
      max: e.kind === 'share' ? 1 : Math.max(e.before, e.after),
    })),
  })
  const difference = (e: Effect) =>
    ({
      count: withSign(e.after - e.before),
      number: change(e.before, e.after) ?? '–',
      share: points(e.after - e.before),
    })[e.kind]
  return markup`<figure class="beside wide">${chart}<figcaption><p>Complexity is measured on the same nodes, labels and ridge before and after. Each quantity has its own scale; agreement runs from 0 to 100 %.</p></figcaption></figure>
${dataTable({
  caption: 'The graph before and after pruning',
  columns: [
    {title: 'quantity', kind: 'text'},
    {title: 'before', kind: 'number'},
    {title: 'after', kind: 'number'},
    {title: 'change', kind: 'number'},
  ],
  fixed: true,
  rows: [
    ...all.map((e) => [e.name, text(e, e.before), text(e, e.after), difference(e)]),
    ['edges kept for the least degree', '–', count(metrics.keptByMinDegree), '–'],
  ],
})}`
}

/** How many nodes have which degree, before and after. */
export function degrees({from, to, before, after, changed, largestLoss}: DegreeChange, nodes: number): HtmlContent {
  const names = from.map((low, k) => (low === to[k] ? String(low) : `${count(low)}–${count(to[k]!)}`))
  const lost =
    largestLoss === null
      ? 'No node lost an edge.'
      : `The node that lost most is ${shorten(largestLoss.node, 40)}: ${plural(largestLoss.before, 'neighbour')} before, ${count(largestLoss.after)} after.`
  const summary = `${count(changed)} of ${plural(nodes, 'node')} ${changed === 1 ? 'has' : 'have'} another degree than before. ${lost}`
  const chart = pairedBars({
    id: 'degree-bars',
    title: 'Nodes by degree, before and after pruning',
    description: summary,
    width: 640,
    height: 300,
    labels: names.map((name, k) => (from[k]! > 16 ? `${from[k]!}…` : name)),
    left: {style: 'before', values: before},
    right: {style: 'after', values: after},
    xLabel: 'neighbours of a node',
    yLabel: 'nodes',
    format: count,
  })
  return markup`<figure class="beside wide">${chart}<figcaption>${beforeAfterLegend('before', 'after')}<p>${summary}</p><p>Degrees up to 8 have bars of their own; above it each bar covers twice as many degrees as the one before.</p></figcaption></figure>
${foldedTable('Table of the degrees', {
  caption: 'Nodes by their number of neighbours',
  columns: [
    {title: 'neighbours', kind: 'word'},
    {title: 'nodes before', kind: 'number'},
    {title: 'nodes after', kind: 'number'},
    {title: 'change', kind: 'number'},
  ],
  rows: names.map((name, k) => [name, count(before[k]!), count(after[k]!), withSign(after[k]! - before[k]!)]),
})}`
}
