import type {CertifyMetrics} from '../../certify/types.js'
import type {Cell} from '../../certify/layer-types.js'
import {certifyAnswer, classNames, type WithNames} from '../certify-answer.js'
import {findings} from '../certify-findings.js'
import {bestBound, type CellGrid, cellGrids, headlineGrid, statusCounts} from '../certify-view.js'
import {comparisonCaveats} from '../comparison-view.js'
import {confidence, count, interval, lossChange, number, numberUp, orDash, percentUp} from '../format.js'
import {nearestTable, nearestText} from '../nearest-view.js'
import {sliceTable} from '../slice-view.js'
import type {Report} from '../../frame/report.js'
import {poolingSentence} from '../pooling.js'
import {bar} from './blocks.js'
import {boundTable, SIGN} from './bound-table.js'
import {comparisonTables, perturbationTables} from './certify-pairs.js'
import {palette, type TerminalOptions} from './style.js'
import {type TerminalTable, tableLines} from './table.js'
import {answerLines} from './verdict.js'
import {finish, wrap} from './text.js'

/** So many slices are shown; the report has all. */
const SLICES = 10

/** The result of certify as text: verdict, volatility by layer, bounds of the headline η. Ends with a newline. */
export function certifyText(report: Report<CertifyMetrics> & WithNames, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const {metrics} = report
  const grids = cellGrids(metrics)
  const headline = headlineGrid(grids)
  const section = (title: string, table: TerminalTable) => {
    const [head, ...rows] = tableLines(table, options.columns - 2)
    return [
      '',
      ...wrap(title, options.columns).map(paint.bold),
      `  ${paint.dim(head!)}`,
      ...rows.map((row) => `  ${row}`),
    ]
  }
  const lines = [
    ...answerLines(report.verdict, certifyAnswer(report, classNames(report)), options),
    ...section('Volatility by layer (scale-free ε: loss change per unit of distance)', layerTable(metrics)),
  ]
  const pooling = poolingSentence(metrics)
  if (pooling !== null) lines.push(...wrap(pooling, options.columns - 2, '  ').map((line) => `  ${paint.dim(line)}`))
  if (headline !== null) {
    lines.push(...section(boundTitle(headline), boundTable(headline, options.columns, boundText)))
    lines.push('', ...wrap(legend(metrics, grids, headline), options.columns - 2).map((line) => `  ${paint.dim(line)}`))
  }
  const nearest = nearestTable(metrics)
  if (nearest !== null)
    lines.push(
      ...section(nearest.title, {
        head: ['layer', ...nearest.columns],
        align: ['left', ...nearest.columns.map(() => 'right' as const)],
        rows: nearest.rows.map(({layer, points}) => [layer, ...points.map(nearestText)]),
      }),
    )
  const slices = sliceTable(metrics, SLICES)
  if (slices !== null) {
    lines.push(
      ...section(slices.title, {
        head: ['slice', ...slices.columns],
        align: ['left', ...slices.columns.map(() => 'right' as const)],
        rows: slices.rows.map(({slice, cells}) => [slice, ...cells]),
      }),
    )
    if (slices.tooFew !== null)
      lines.push('', ...wrap(slices.tooFew, options.columns - 2).map((line) => `  ${paint.dim(line)}`))
  }
  const more = findings(metrics)
  if (more.length > 0)
    lines.push(
      '',
      paint.bold('Where to look'),
      ...more.flatMap((sentence) => wrap(sentence, options.columns - 2, '  ').map((line) => `  ${line}`)),
    )
  for (const {title, table} of [...perturbationTables(metrics, options.columns), ...comparisonTables(metrics)])
    lines.push(...section(title, table))
  const caveats = metrics.comparison === undefined ? [] : comparisonCaveats(metrics.comparison)
  lines.push(...caveats.flatMap((sentence) => ['', ...wrap(sentence, options.columns - 2).map((line) => `  ${line}`)]))
  return finish(lines)
}

function layerTable({layers}: CertifyMetrics): TerminalTable {
  const max = Math.max(...layers.map((layer) => layer.epsilon.scaleFree.estimate))
  return {
    head: ['layer', 'dim', 'ε', 'upper', 'interval', ''],
    align: ['left', 'right', 'right', 'right', 'right', 'left'],
    rows: layers.map(({name, dim, collapsed, epsilon: {scaleFree}}) =>
      collapsed
        ? [name, count(dim), '–', '–', '–', 'collapsed']
        : [
            name,
            count(dim),
            number(scaleFree.estimate, 'up'),
            orDash(scaleFree.upper, numberUp),
            interval(scaleFree.asymptotic),
            bar(scaleFree.estimate, max, 10),
          ],
    ),
  }
}

function boundTitle({eta}: CellGrid): string {
  return `At most this share of random pairs within δ differs in loss by ${lossChange(eta)} or more`
}

function boundText(cell: Cell): string {
  return cell.status === 'certified' ? `${percentUp(bestBound(cell))} ${SIGN.certified}` : SIGN[cell.status]
}

function legend(metrics: CertifyMetrics, grids: readonly CellGrid[], headline: CellGrid): string {
  const counts = statusCounts(metrics.cells)
  const others = grids.filter((grid) => grid !== headline).map((grid) => lossChange(grid.eta))
  const statements = `${SIGN.certified} certified (${count(counts.certified)}), ${SIGN.vacuous} vacuous (${count(counts.vacuous)}), ${SIGN.abstain} too few pairs (${count(counts.abstain)}), ${SIGN.invalid} invalid (${count(counts.invalid)}) of all ${count(metrics.cells.length)} statements, which hold together with ${confidence(metrics.alpha.total)} confidence.`
  return others.length === 0
    ? statements
    : `${statements} Losses changing by ${others.join(', ')} or more are in the report.`
}
