import type {DriftReport} from '../../documents/reports.js'
import type {ChangedDocument, DriftMetrics} from '../../drift/types.js'
import {meansTable, partsTable, sharesTable, tokensTable} from '../drift-view.js'
import {count, number, percent, percentUp, signedNumber} from '../format.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {type KeyFigure, page} from './page.js'
import {dataTable, textTable} from './table.js'

/** Ends of the classes of JS in nats, the darkest first. */
const SHADES = [0.2, 0.1, 0.05, 0.01] as const
/** Changes of log p below it carry no sign. */
const SIGN = 0.05

/** The drift between two models as one self-contained HTML file, with the texts that changed most. */
export function driftHtml(report: DriftReport): string {
  const {metrics} = report
  const table = (caption: string, of: ReturnType<typeof sharesTable>, texts = 1) =>
    dataTable(textTable(caption, of, texts))
  return page({
    report,
    figures: figures(metrics),
    sections: [
      {
        id: 'shares',
        title: 'How many positions change, and how much',
        body: [
          table(
            'Shares of the positions; the last column holds for the expected share of a fresh document',
            sharesTable(metrics),
          ),
          table('Means, with what holds for a fresh document', meansTable(metrics)),
        ],
      },
      {
        id: 'where',
        title: 'Where the divergence is',
        body: [
          table('By position in the text', partsTable(metrics.byPosition, 'part')),
          ...(metrics.byEntropy.length === 0
            ? []
            : [table('By entropy of the old model', partsTable(metrics.byEntropy, 'entropy'))]),
        ],
      },
      {id: 'texts', title: 'The texts that changed most', body: [legend(), ...metrics.changed.map(text)]},
      {
        id: 'tokens',
        title: 'The tokens that changed most',
        body: table('Largest Jensen–Shannon divergence first', tokensTable(metrics, 30), 3),
      },
    ],
  })
}

function figures({shares, sparsity, means, documents, positions, deltaLogP}: DriftMetrics): KeyFigure[] {
  const top = shares.find(({name}) => name === 'top-changed')
  return [
    ...(top === undefined
      ? []
      : [
          {
            name: 'Top token changed',
            value: percent(top.observed),
            detail: `of the positions; a fresh document: at most ${percentUp(top.upper)}`,
          },
        ]),
    {
      name: 'Mean JS',
      value: number(means[0]!.estimate),
      detail: `nats; a fresh document: ${number(means[0]!.interval[0])} to ${number(means[0]!.interval[1])}`,
    },
    {
      name: 'Sparsity',
      value: percent(sparsity.share),
      detail: `of the positions carry ${percent(sparsity.carried)} of the divergence`,
    },
    {
      name: 'Δ log p of the taken token',
      value: deltaLogP.mean === null ? '–' : signedNumber(deltaLogP.mean),
      detail: `nats on average; ${count(deltaLogP.positive)} up, ${count(deltaLogP.negative)} down`,
    },
    {name: 'Documents', value: count(documents), detail: `${count(positions)} positions`},
  ]
}

const shadeOf = (js: number) => {
  const k = SHADES.findIndex((from) => js >= from)
  return k < 0 ? SHADES.length : k
}

const signOf = (delta: number | null) => (delta === null || Math.abs(delta) < SIGN ? '' : delta > 0 ? ' up' : ' down')

function legend(): Markup {
  const shade = (k: number, words: string) => markup`<span class="token shade${k}">${words}</span> `
  return markup`<p class="lead">The darker a token, the more the distribution changed before it: ${shade(0, `JS ≥ ${SHADES[0]} nats`)}${SHADES.slice(1).map((from, k) => shade(k + 1, `≥ ${from}`))}${shade(SHADES.length, 'less')}. A line below: the new model finds the token <span class="token up">more likely</span> or <span class="token down">less likely</span>, by ${SIGN} nats or more.</p>`
}

function text({name, positions, meanJs, topChanged, meanDeltaLogP, tokens}: ChangedDocument): HtmlContent {
  const drawn = tokens.map(({text: piece, js, deltaLogP}, t) => {
    const title = `${t}: JS ${number(js)}${deltaLogP === null ? '' : `, Δ log p ${signedNumber(deltaLogP)}`}`
    return markup`<span class="token shade${shadeOf(js)}${signOf(deltaLogP)}" title="${title}">${piece === null ? '▢' : piece}</span>`
  })
  const rest = positions > tokens.length ? `, the first ${count(tokens.length)} shown` : ''
  return markup`<h3>${name}</h3><p class="aside">${count(positions)} positions${rest}; mean JS ${number(meanJs)}, top token changed at ${percent(topChanged)}${meanDeltaLogP === null ? '' : `, mean Δ log p ${signedNumber(meanDeltaLogP)}`}</p><p class="tokens">${drawn}</p>`
}
