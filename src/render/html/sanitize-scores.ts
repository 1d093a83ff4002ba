import type {PartName, PartSummary, SanitizeMetrics} from '../../sanitize/types.js'
import {count, number, percent, plural} from '../format.js'
import {hatchLegend} from '../svg/hatch.js'
import {histogramChart} from '../svg/histogram.js'
import {pairedBars} from '../svg/paired-bars.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {foldedTable} from './table.js'

/** Histogram of the scores with the cut. */
export function scores({histogram: bins, cut, pruned, edges, keptByMinDegree}: SanitizeMetrics): HtmlContent {
  const chart = histogramChart({
    id: 'score-histogram',
    title: 'Edge scores, kept and pruned',
    description: `${count(edges)} edges by score from ${number(bins.edges[0]!)} to ${number(bins.edges.at(-1)!)}; ${count(pruned)} pruned${cut.score === null ? '' : `, those scoring ${number(cut.score)} or more`}.`,
    width: 560,
    height: 300,
    edges: bins.edges,
    lower: bins.kept,
    upper: bins.pruned,
    cut: cut.score === null ? null : {at: cut.score, label: `cut at ${number(cut.score)}`},
    xLabel: 'score, higher = more suspect',
    yLabel: 'edges',
  })
  const held =
    keptByMinDegree === 0
      ? ''
      : ` ${plural(keptByMinDegree, 'edge')} beyond the cut stayed because a node would have fallen below the least degree.`
  return markup`<figure class="beside wide">${chart}<figcaption>${hatchLegend('kept', 'pruned')}<p>A score ranks how much an edge looks added by an attacker. It is not proof of it, and a low score no proof of the opposite.${held}</p></figcaption></figure>
${foldedTable('Table of the histogram', {
  caption: 'Edges in each range of the score',
  columns: [
    {title: 'score', kind: 'word'},
    {title: 'kept', kind: 'number'},
    {title: 'pruned', kind: 'number'},
  ],
  rows: bins.kept.map((kept, i) => [
    `${number(bins.edges[i]!)} to ${number(bins.edges[i + 1]!)}`,
    count(kept),
    count(bins.pruned[i]!),
  ]),
})}`
}

/** What each part measures, as a heading of its panel. */
const PART: Record<PartName, string> = {
  kc: 'kernel complexity (KC)',
  labelFree: 'label-free complexity',
  similarity: 'similarity of the ends',
  disagreement: 'differing labels',
  context: 'likeness to the neighbourhood',
  overlap: 'common neighbours',
  fit: 'fit against random pairs',
}

/** One panel a part: where pruned and kept edges stand by this part alone. */
export function partSection(parts: readonly PartSummary[]): HtmlContent {
  const panels = parts.map(
    (part) =>
      markup`<figure><figcaption><b>${PART[part.name]}</b> · ${part.suspect} speaks against an edge</figcaption>${partChart(part)}</figure>`,
  )
  return markup`<p class="lead">Each part alone sorts all edges into tenths, from the least suspect on the left to the most suspect on the right. A part that drove the pruning has the pruned edges on the right; one that did not has both kinds alike.</p>
${hatchLegend('of the kept edges', 'of the pruned edges')}<div class="panels">${panels}</div>
${foldedTable('Table of the tenths', {
  caption: 'Edges in each tenth of all edges by one part alone, 1 the least suspect; equal values share a tenth',
  columns: [
    {title: 'part', kind: 'text'},
    {title: 'tenth', kind: 'number'},
    {title: 'kept', kind: 'number'},
    {title: 'pruned', kind: 'number'},
  ],
  rows: parts.flatMap(({name, tenths}) =>
    tenths.kept.map((kept, k) => [PART[name], k + 1, count(kept), count(tenths.pruned[k]!)]),
  ),
})}
${foldedTable('Table of the quartiles', {
  caption:
    'Quartiles of each part in its own unit: a quarter of the edges lies below the lower one, half below the median, a quarter above the upper one',
  columns: [
    {title: 'part', kind: 'text'},
    {title: 'suspect when', kind: 'word'},
    ...['kept', 'pruned'].flatMap((which) =>
      ['lower', 'median', 'upper'].map((name) => ({title: `${which}: ${name}`, kind: 'number'}) as const),
    ),
  ],
  rows: parts.map(({name, suspect, kept, pruned}) => [PART[name], suspect, ...quartiles(kept), ...quartiles(pruned)]),
})}`
}

const quartiles = (values: PartSummary['kept']): string[] => values?.map((x) => number(x)) ?? ['–', '–', '–']

function partChart({name, tenths}: PartSummary): Markup {
  const shares = (counts: readonly number[]) => {
    const all = counts.reduce((a, b) => a + b, 0)
    return counts.map((n) => (all === 0 ? 0 : n / all))
  }
  const [kept, pruned] = [shares(tenths.kept), shares(tenths.pruned)]
  const suspectHalf = (values: readonly number[]) => percent(values.slice(5).reduce((a, b) => a + b, 0))
  return pairedBars({
    id: `part-${name}`,
    title: `Pruned and kept edges by ${PART[name]}`,
    description: `${suspectHalf(pruned)} of the pruned and ${suspectHalf(kept)} of the kept edges are in the more suspect half by this part alone.`,
    width: 320,
    height: 190,
    labels: kept.map((_, k) => (k === 0 || k === 4 || k === 9 ? String(k + 1) : '')),
    left: {style: 'kept', values: kept},
    right: {style: 'pruned', values: pruned},
    xLabel: 'tenth, 10 = most suspect',
    yLabel: 'share of the edges',
    format: percent,
  })
}
