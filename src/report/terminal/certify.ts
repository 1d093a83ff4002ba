import type {Cell, CellStatus, CertifyMetrics, PerturbationCell, PerturbationMetrics} from '../../certify/types.js'
import {findings} from '../certify-findings.js'
import {bestBound, type CellGrid, cellGrids, headlineGrid, type Placed, statusCounts} from '../certify-view.js'
import {count, interval, number, orDash, percent, percentUp, setting} from '../format.js'
import type {Report} from '../types.js'
import {bar} from './blocks.js'
import {palette, type TerminalOptions} from './style.js'
import {type Table, tableLines} from './table.js'
import {verdictLines} from './verdict.js'
import {finish, wrap} from './text.js'

const SIGN: Record<CellStatus, string> = {certified: '✓', vacuous: '–', abstain: '?', invalid: '!'}

/** The result of certify as text: verdict, volatility by layer, bounds of the headline η. Ends with a newline. */
export function certifyText(report: Report<CertifyMetrics>, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const {metrics} = report
  const grids = cellGrids(metrics)
  const headline = headlineGrid(grids)
  const section = (title: string, table: Table) => {
    const [head, ...rows] = tableLines(table, options.columns - 2)
    return ['', ...wrap(title, options.columns).map(paint.bold), `  ${paint.dim(head!)}`, ...rows.map((row) => `  ${row}`)]
  }
  const lines = [
    ...verdictLines(report.verdict, options),
    ...section('Volatility by layer (scale-free ε: loss change per unit of distance)', layerTable(metrics)),
  ]
  if (headline !== null) {
    lines.push(...section(boundTitle(headline), boundTable(headline, options.columns, boundText)))
    lines.push('', ...wrap(legend(metrics, grids, headline), options.columns - 2).map((line) => `  ${paint.dim(line)}`))
  }
  const more = findings(metrics)
  if (more.length > 0) lines.push('', paint.bold('Where to look'), ...more.flatMap((sentence) => wrap(sentence, options.columns - 2, '  ').map((line) => `  ${line}`)))
  const {perturbations = []} = metrics
  if (perturbations.length > 0) {
    lines.push(...section('Perturbed copies: at most this share of fresh examples changes in loss by η or more, whatever the distance', perturbationTable(perturbations)))
  }
  for (const perturbation of perturbations) {
    const grid = headlineGrid(cellGrids(perturbation))!
    const bound = ({status, conditional}: PerturbationCell) => (status === 'certified' ? `${percentUp(conditional)} ${SIGN.certified}` : SIGN[status])
    lines.push(...section(`${perturbationName(perturbation)}: of the copies within δ of their example at most this share changes in loss by ${setting(grid.eta)} or more`, boundTable(grid, options.columns, bound)))
  }
  return finish(lines)
}

function perturbationTable(perturbations: readonly PerturbationMetrics[]): Table {
  const etas = perturbations[0]!.changes.map(({eta}) => eta)
  return {
    head: ['perturbation', ...etas.flatMap((eta) => [`η ${setting(eta)}`, 'observed']), 'mean loss', 'accuracy'],
    align: ['left', ...etas.flatMap(() => ['right', 'right'] as const), 'right', 'right'],
    rows: perturbations.map((each) => [
      perturbationName(each),
      ...each.changes.flatMap(({upper, observed}) => [percentUp(upper), percent(observed)]),
      `${number(each.meanLoss.original)} → ${number(each.meanLoss.perturbed)}`,
      orDash(each.accuracy, percent),
    ]),
  }
}

export const perturbationName = ({name, strength}: PerturbationMetrics): string => (strength === null ? name : `${name} ${setting(strength)}`)

function layerTable({layers}: CertifyMetrics): Table {
  const max = Math.max(...layers.map((layer) => layer.epsilon.scaleFree.estimate))
  return {
    head: ['layer', 'dim', 'ε', 'upper', 'interval', ''],
    align: ['left', 'right', 'right', 'right', 'right', 'left'],
    rows: layers.map(({name, dim, epsilon: {scaleFree}}) => [
      name,
      count(dim),
      number(scaleFree.estimate),
      orDash(scaleFree.upper),
      interval(scaleFree.asymptotic),
      bar(scaleFree.estimate, max, 10),
    ]),
  }
}

function boundTitle({eta}: CellGrid): string {
  return `At most this share of random pairs within δ differs in loss by ${setting(eta)} or more`
}

/** As many radii as fit, smallest first. Layers with radii of their own get a line for them. */
function boundTable<C extends Placed>({columns, sharedRadii, rows}: CellGrid<C>, width: number, bound: (cell: C) => string): Table {
  const shown = columns.slice(0, Math.max(1, Math.floor((width - 20) / 9)))
  const line = (name: string, cells: readonly C[], text: (cell: C) => string) => [name, ...shown.map((_, g) => (cells[g] === undefined ? '' : text(cells[g])))]
  return {
    head: [sharedRadii ? 'layer' : 'closest pairs', ...shown],
    align: ['left', ...shown.map(() => 'right' as const)],
    rows: rows.flatMap(({layer, cells}) => {
      const bounds = line(layer, cells, bound)
      return sharedRadii ? [bounds] : [bounds, line('  within δ', cells, (cell) => setting(cell.delta))]
    }),
  }
}

function boundText(cell: Cell): string {
  return cell.status === 'certified' ? `${percentUp(bestBound(cell))} ${SIGN.certified}` : SIGN[cell.status]
}

function legend(metrics: CertifyMetrics, grids: readonly CellGrid[], headline: CellGrid): string {
  const counts = statusCounts(metrics.cells)
  const others = grids.filter((grid) => grid !== headline).map((grid) => setting(grid.eta))
  const statements = `${SIGN.certified} certified (${count(counts.certified)}), ${SIGN.vacuous} vacuous (${count(counts.vacuous)}), ${SIGN.abstain} too few pairs (${count(counts.abstain)}), ${SIGN.invalid} invalid (${count(counts.invalid)}) of all ${count(metrics.cells.length)} statements, which hold together with ${percent(1 - metrics.alpha.total)} confidence.`
  return others.length === 0 ? statements : `${statements} Losses changing by ${others.join(', ')} or more are in the report.`
}
