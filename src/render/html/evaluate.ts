import {accuracyInterval} from '../../evaluate/accuracy-interval.js'
import type {Accuracy, EvaluateMetrics, Method, Spread} from '../../evaluate/types.js'
import {
  curveTable,
  graphTable,
  judgedAccuracy,
  judgedNodes,
  meanText,
  methodTable,
  ranked,
  type TextTable,
  withCurves,
} from '../evaluate-view.js'
import {count, number, orDash, percent, plural, setting} from '../format.js'
import type {EvaluateReport} from '../../documents/reports.js'
import {lineChart, lineLegend, type LinePoint, type LineSeries} from '../svg/line-chart.js'
import {intervalChart} from '../svg/interval-chart.js'
import {linearScale} from '../svg/scale.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {type KeyFigure, page} from './page.js'
import {dataTable, facts, foldedTable, textTable} from './table.js'

/**
 * What sanitizing was worth to a model, as one self-contained HTML file, complete without its script; every chart has
 * its table.
 */
export function evaluateHtml(report: EvaluateReport): string {
  const {metrics} = report
  const drawn = withCurves(metrics)
  return page({
    report,
    figures: figures(metrics),
    sections: [
      {
        id: 'accuracy',
        title: 'Accuracy of the model',
        body: accuracies(metrics),
      },
      ...(drawn.length === 0
        ? []
        : [{id: 'curves', title: 'Accuracy against pruned share', body: curves(metrics, drawn)}]),
      ...(methodTable(metrics).head.length === 2
        ? []
        : [{id: 'rankings', title: 'Rankings of the edges', body: rankings(metrics)}]),
      {id: 'model', title: 'Model and split', body: modelFacts(metrics)},
    ],
  })
}

function accuracies(metrics: EvaluateMetrics): HtmlContent {
  const measured = table(
    `Mean over ${plural(metrics.seeds, 'seed')}, with a 95 % interval (asymptotic) for other nodes and other trainings`,
    graphTable(metrics, count),
    1,
  )
  return (metrics.withoutGraph ?? []).length === 0
    ? measured
    : markup`<p class="lead">“Ignored” takes no edge of this graph. A defence below that is worse than ignoring the graph.</p>
${measured}`
}

function figures(metrics: EvaluateMetrics): KeyFigure[] {
  const {accuracies, recovered, targets, cut, edges, methods, adversarial} = metrics
  const where = targets === null ? 'test nodes' : `${count(targets)} targets`
  const on = (graph: string) => accuracies.find((one) => one.graph === graph)
  const given = on('given')!
  const clean = on('clean')
  const share = targets === null ? recovered.test : recovered.targets
  const [own] = methods
  const figure = (name: string, of: Accuracy, detail: string): KeyFigure => {
    const [low, high] = accuracyInterval(judgedAccuracy(of), judgedNodes(metrics))
    return {
      name,
      value: meanText(judgedAccuracy(of)),
      detail: `${percent(low, 'down', 1)} to ${percent(high, 'up', 1)} (95 % interval); ${detail}`,
    }
  }
  return [
    figure('Sanitized', on('sanitized')!, `accuracy on the ${where}`),
    ...(on('defended') === undefined
      ? []
      : [figure('Defended', on('defended')!, `accuracy on the ${where}, cut and repaired`)]),
    figure('As given', given, `accuracy on the ${where}, nothing pruned`),
    ...(clean === undefined ? [] : [figure('Clean', clean, `accuracy on the ${where} before the attack`)]),
    ...(share === null
      ? []
      : [{name: 'Recovered', value: percent(share), detail: 'of the accuracy that the attack took'}]),
    {name: 'Edges pruned', value: count(cut.pruned), detail: `of ${count(edges)} (${percent(cut.share)})`},
    ...(own === undefined || own.grade === null
      ? []
      : [
          {
            name: 'Adversarial edges found (AUC)',
            value: number(own.grade.auc),
            detail: `${count(adversarial!)} are known; 0.5 is guessing`,
          },
        ]),
  ]
}

/** One panel a ranking, since ten lines in one chart cannot be told apart. */
function curves(metrics: EvaluateMetrics, drawn: readonly Method[]): HtmlContent {
  const [own, ...others] = drawn
  const random = others.find(({name}) => name === 'random')
  const on = (which: string) => metrics.accuracies.find(({graph}) => graph === which)
  const start = judgedAccuracy(on('given')!)
  const clean = on('clean')
  const lines = new Map(drawn.map((method) => [method, points(start, method, metrics)]))
  const all = [...lines.values()].flat()
  const seen = [...all.map(({y}) => y!), ...(clean === undefined ? [] : [judgedAccuracy(clean).mean])]
  const domain = {x: [0, Math.max(...all.map(({x}) => x))] as const, y: [Math.min(...seen), Math.max(...seen)] as const}
  const named = (name: string, style: LineSeries['style'], of: Method): LineSeries => ({
    name,
    style,
    points: lines.get(of)!,
  })
  const unharmed: LineSeries[] =
    clean === undefined
      ? []
      : [
          {
            name: 'the clean graph',
            style: 'secondary',
            points: domain.x.map((x) => ({x, y: judgedAccuracy(clean).mean})),
          },
        ]
  const panels = (others.length === 0 ? [own!] : others.filter((other) => other !== random || others.length === 1)).map(
    (other, k) => {
      const series = [
        ...unharmed,
        ...(random === undefined || other === random ? [] : [named('random', 'tertiary', random)]),
        ...(other === own ? [] : [named(other.name, 'estimate', other)]),
        named('sanitize', 'primary', own!),
      ]
      return markup`<figure><figcaption><b>${other.name}</b></figcaption>${lineChart({
        id: `curve-${k}`,
        title: `Accuracy against pruned share: ${other.name}`,
        description: `${sentence(own!)} ${other === own ? '' : sentence(other)}`,
        width: 320,
        height: 236,
        x: (range) => ({scale: linearScale(domain.x, range), label: 'share of the edges pruned', format: percent}),
        y: (range) => ({
          scale: linearScale(domain.y, range),
          label: metrics.targets === null ? 'test accuracy' : 'accuracy on targets',
          format: percent,
        }),
        series,
      })}</figure>`
    },
  )
  const key: Pick<LineSeries, 'name' | 'style'>[] = [
    ...unharmed,
    {name: 'sanitize', style: 'primary'},
    {name: 'the ranking of the panel', style: 'estimate'},
    {name: 'random', style: 'tertiary'},
  ]
  const used = key.filter(
    ({style}) =>
      style === 'primary' ||
      style === 'secondary' ||
      (style === 'estimate' ? others.length > 0 : random !== undefined && others.length > 1),
  )
  return markup`${lineLegend(used)}<p class="aside">Every ranking prunes the same number of edges; the point at ${percent(metrics.cut.share)} is the cut that sanitize chose. Bars are 95 % intervals (asymptotic) for other nodes and other trainings, drawn for sanitize.</p><div class="panels">${panels}</div>
${foldedTable('Table of the curves', textTable('Accuracy by share of the edges pruned', curveTable(metrics), 1))}`
}

const sentence = ({name, curve}: Method) =>
  `${name}: ${curve.map(({share, accuracy}) => `${meanText(judgedAccuracy(accuracy))} at ${percent(share)}`).join(', ')}.`

function points(start: Spread, {kind, curve, samePruning}: Method, metrics: EvaluateMetrics): LinePoint[] {
  const whisker = (of: Spread) => (kind === 'sanitize' ? accuracyInterval(of, judgedNodes(metrics)) : null)
  const measured = [
    ...curve,
    ...(samePruning === null ? [] : [{share: metrics.cut.share, accuracy: samePruning}]),
  ].sort((a, b) => a.share - b.share)
  return [
    {x: 0, y: start.mean},
    ...measured.map(({share, accuracy}) => ({
      x: share,
      y: judgedAccuracy(accuracy).mean,
      interval: whisker(judgedAccuracy(accuracy)),
    })),
  ]
}

function rankings(metrics: EvaluateMetrics): HtmlContent {
  const known = metrics.adversarial === null ? '' : `${count(metrics.adversarial)} adversarial edges are known. `
  return markup`${rankingChart(metrics)}<p class="lead">${known}A control is a simple property of an edge: a score that does not beat it has not shown that it is needed.</p>
${table(`Rankings; accuracies after pruning ${count(metrics.cut.pruned)} edges by each`, methodTable(metrics), 2)}`
}

/** The trained rankings, best first, each with its interval; null where fewer than two were trained. */
function rankingChart(metrics: EvaluateMetrics): HtmlContent {
  const rows = ranked(metrics.methods).flatMap(({name, kind, samePruning}) =>
    samePruning === null
      ? []
      : [
          {
            name,
            at: judgedAccuracy(samePruning).mean,
            interval: accuracyInterval(judgedAccuracy(samePruning), judgedNodes(metrics)),
            text: meanText(judgedAccuracy(samePruning)),
            strong: kind === 'sanitize',
          },
        ],
  )
  if (rows.length < 2) return null
  const first = rows[0]!
  const apart = rows.filter(({interval}) => interval[1] < first.interval[0]).length
  return markup`<figure class="wide">${intervalChart({
    id: 'ranking',
    title: 'Rankings by what pruning by them is worth',
    description: `${rows.map(({name, text}) => `${name} ${text}`).join(', ')}.`,
    width: 560,
    rows,
    label: metrics.targets === null ? 'test accuracy' : 'accuracy on targets',
    format: (tick) => percent(tick),
  })}<figcaption><p>Accuracy after pruning ${count(metrics.cut.pruned)} edges by each, best first, with 95 % intervals for other nodes and other trainings. ${apart === rows.length - 1 ? 'The first is apart from all others.' : `${plural(rows.length - apart, 'ranking')} cannot be told from the first by these nodes.`}</p></figcaption></figure>`
}

function modelFacts({model, training, split, classes, nodes, seeds}: EvaluateMetrics): Markup {
  return facts('What was trained, and on which nodes', [
    ['model', model],
    ['trainings of each graph', count(seeds)],
    ['hidden units', count(training.hidden)],
    ['dropout', setting(training.dropout)],
    ['learning rate, weight decay', `${setting(training.learningRate)}, ${setting(training.weightDecay)}`],
    ['epochs; the best on the validation nodes counts', count(training.epochs)],
    ['nodes, classes', `${count(nodes)}, ${count(classes)}`],
    [
      'nodes to train, validate, test',
      `${count(split.train)}, ${count(split.validation)}, ${count(split.test)}${split.source === 'drawn' ? '; drawn with the seed' : ''}`,
    ],
    ['share of the nodes to train', orDash(nodes === 0 ? null : split.train / nodes, percent)],
  ])
}

const table = (caption: string, of: TextTable, texts: number) => dataTable(textTable(caption, of, texts))
