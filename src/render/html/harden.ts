import type {EpochRecord, HardenMetrics} from '../../harden/types.js'
import type {TextTable} from '../evaluate-view.js'
import {count, number, setting} from '../format.js'
import {accuracyTable, compared, epochTable, share, volatilityTable} from '../harden-view.js'
import type {HardenReport} from '../../documents/reports.js'
import {lineChart, lineLegend, type LineSeries} from '../svg/line-chart.js'
import {linearScale} from '../svg/scale.js'
import {type HtmlContent, markup} from './escape.js'
import {type KeyFigure, page} from './page.js'
import {dataTable, facts, foldedTable, textTable} from './table.js'

/** What hardening did, as one self-contained HTML file, complete without its script; every chart has its table. */
export function hardenHtml(report: HardenReport): string {
  const {metrics} = report
  return page({
    report,
    figures: figures(metrics),
    sections: [
      {
        id: 'worth',
        title: 'What it is worth',
        body: table('Accuracy on the validation examples', accuracyTable(metrics), 1),
      },
      {id: 'volatility', title: 'Volatility of the layers', body: volatility(metrics)},
      {id: 'training', title: 'Training', body: training(metrics)},
      {id: 'method', title: 'Method', body: method(metrics)},
    ],
  })
}

function figures(metrics: HardenMetrics): KeyFigure[] {
  const models = compared(metrics)
  const mean = (k: number) =>
    models[k]!.measures.layers.reduce((sum, {epsilonScaleFree}) => sum + epsilonScaleFree, 0) / metrics.layers.length
  const others = models.slice(0, -1)
  return [
    {
      name: 'Accuracy',
      value: share(metrics.after.accuracy),
      detail: others.map(({name, measures}) => `${name}: ${share(measures.accuracy)}`).join(', '),
    },
    {
      name: 'Mean scale-free ε',
      value: number(mean(models.length - 1)),
      detail: others.map(({name}, k) => `${name}: ${number(mean(k))}`).join(', '),
    },
    ...metrics.after.attacks.slice(0, 1).map(({radius, pgd}) => ({
      name: `Accuracy under PGD-${metrics.attack!.steps}`,
      value: share(pgd),
      detail: `radius ${setting(radius)}; ${others.map(({name, measures}) => `${name}: ${share(measures.attacks[0]!.pgd)}`).join(', ')}`,
    })),
    {
      name: 'Epoch kept',
      value: count(metrics.best),
      detail: `of ${count(metrics.epochs.length)}${metrics.best === 0 ? '; 0 is the model as given' : ''}`,
    },
  ]
}

function volatility(metrics: HardenMetrics): HtmlContent {
  return markup`<p class="lead">Raw ε has the unit 1/distance, so a network lowers it by spreading its hidden states: a smaller raw ε with a larger median distance is not a gain. The scale-free ε is the product of both.</p>
${table('Volatility of each layer on the validation examples', volatilityTable(metrics), 2)}`
}

type Figure = (record: EpochRecord) => number | null

function training(metrics: HardenMetrics): HtmlContent {
  const {epochs} = metrics
  const series = (name: string, style: LineSeries['style'], of: Figure): LineSeries => ({
    name,
    style,
    points: epochs.map((record) => ({x: record.epoch, y: of(record)})),
  })
  const chart = (id: string, title: string, lines: LineSeries[]) => {
    const seen = lines.flatMap(({points}) => points.flatMap(({y}) => y ?? []))
    const last = lines[0]!.points.at(-1)!.y
    return markup`<figure><figcaption><b>${title}</b></figcaption>${lineChart({
      id,
      title,
      description: `${title} over ${count(epochs.length)} epochs; at the end ${last === null ? 'unknown' : number(last)} on the training examples.`,
      width: 320,
      height: 236,
      x: (range) => ({scale: linearScale([1, epochs.length], range), label: 'epoch', format: setting}),
      y: (range) => ({
        scale: linearScale([Math.min(0, ...seen), Math.max(0, ...seen)], range),
        label: title.toLowerCase(),
        format: setting,
      }),
      series: lines,
    })}</figure>`
  }
  const panels = [
    chart('loss', 'Cross-entropy', [
      series('training', 'estimate', ({loss}) => loss),
      series('validation', 'primary', ({validation}) => validation.loss),
    ]),
    chart('penalty', 'Volatility', [
      series('training', 'estimate', ({penalty}) => penalty),
      series('validation', 'primary', ({validation}) => validation.penalty),
    ]),
  ]
  return markup`${lineLegend([
    {name: 'training, as met', style: 'estimate'},
    {name: 'validation', style: 'primary'},
  ])}<div class="panels">${panels}</div>
${foldedTable('Table of the epochs', textTable('Every epoch', epochTable(metrics), 1))}`
}

function method({options, rows, parameters, backend, layers, attack}: HardenMetrics): HtmlContent {
  return facts('How it was trained', [
    ['examples to train, validate', `${count(rows.train)}, ${count(rows.validation)}`],
    ['numbers trained', count(parameters)],
    ['backend of TensorFlow.js', backend],
    ['λ; epochs over which it rises', `${setting(options.lambda)}; ${setting(options.warmUp)}`],
    ['layers penalised', layers.join(', ')],
    [
      'layer of a batch',
      options.draw === 'all'
        ? 'all of them'
        : `drawn by Beta(${setting(options.betaA)}, ${setting(options.betaB)}) over depth`,
    ],
    [
      'loss whose changes are penalised',
      options.loss === 'cross-entropy' ? 'cross-entropy' : '1 − p of the true class',
    ],
    [
      'distances',
      options.scale === 'median'
        ? `over the median of the batch, at least ${setting(options.floor)}`
        : `raw, at least ${setting(options.floor)}`,
    ],
    [
      'pairs',
      `${options.pairs === 'all' ? 'all' : 'of different labels'}${options.window < 1 ? `, the closest ${share(options.window)}` : ''}`,
    ],
    ['Adam: learning rate, weight decay', `${setting(options.learningRate)}, ${setting(options.weightDecay)}`],
    ['batch', count(options.batchSize)],
    ['epoch kept by', options.select],
    ...(attack === null
      ? []
      : [['attacked inputs stay within', attack.range.map((x) => setting(x)).join(' … ')] as [string, string]]),
  ])
}

const table = (caption: string, of: TextTable, texts: number) => dataTable(textTable(caption, of, texts))
