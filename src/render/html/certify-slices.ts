import type {CertifyMetrics} from '../../certify/types.js'
import {confidence, count, lossChange, orDash, percentUp, radius} from '../format.js'
import {sliceTable} from '../slice-view.js'
import type {RowNames} from './certify-witnesses.js'
import {type HtmlContent, markup} from './escape.js'
import {dataTable, foldedTable} from './table.js'

/** All slices, then the bounds of each at every radius. */
export function sliceSection(metrics: CertifyMetrics, {label}: RowNames): HtmlContent {
  const {slices = [], alpha} = metrics
  const named = (name: string) => label(Number(name))
  const view = sliceTable(metrics, slices.length, named)
  if (view === null) return null
  const own = (name: string, column: string) => (column === 'class' ? named(name) : name)
  const each = foldedTable('Every layer and radius', {
    caption:
      'Of a random anchor and a fresh example of the slice, at most this share of the pairs within δ differs in loss',
    columns: [
      {title: 'slice', kind: 'word'},
      {title: 'layer', kind: 'text'},
      {title: 'δ', kind: 'number'},
      {title: 'η', kind: 'number'},
      {title: 'pairs', kind: 'number'},
      {title: 'observed', kind: 'number'},
      {title: 'bound', kind: 'number'},
      {title: 'status', kind: 'word'},
    ],
    rows: slices.flatMap(({name, column, layers}) =>
      layers.flatMap(({layer, cells}) =>
        cells.map((cell) => [
          own(name, column),
          layer,
          radius(cell.delta),
          lossChange(cell.eta),
          count(cell.pairs),
          orDash(cell.observed, percentUp),
          percentUp(cell.bound),
          cell.status,
        ]),
      ),
    ),
  })
  return markup`<p class="lead">The statements of this report for each slice of the data by itself. Those of all slices hold at once with everything else, with ${confidence(alpha.total)} confidence, so the worst one may be picked out.</p>${dataTable(
    {
      caption: view.title,
      columns: [{title: 'slice', kind: 'word'}, ...view.columns.map((title) => ({title, kind: 'number'}) as const)],
      rows: view.rows.map(({slice, cells}) => [slice, ...cells]),
    },
  )}${view.tooFew === null ? null : markup`<p>${view.tooFew}</p>`}${each}`
}
