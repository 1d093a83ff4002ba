import type {Cell, CellStatus, CertifyMetrics, PerturbationMetrics} from '../../certify/types.js'
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
  for (const perturbation of metrics.perturbations ?? []) {
    const grid = headlineGrid(cellGrids(perturbation))!
    lines.push(...section(perturbationTitle(perturbation, grid.eta), boundTable(grid, options.columns, ({status, conditional}) => (status === 'certified' ? `${percentUp(conditional)} ${SIGN.certified}` : SIGN[status]))))
    lines.push('', ...wrap(perturbationLegend(perturbation), options.columns - 2).map((line) => `  ${paint.dim(line)}`))
  }
  return finish(lines)
}

function perturbationTitle({description}: PerturbationMetrics, eta: number): string {
  return `Perturbed copies, ${description}: at most this share of copies within δ of their example changes in loss by ${setting(eta)} or more`
}

function perturbationLegend({changes, layers, pairs, accuracy, kind}: PerturbationMetrics): string {
  const whatever = changes.map(({eta, upper, observed}) => `${percentUp(upper)} by ${setting(eta)} or more (observed ${percent(observed)})`).join(', ')
  const epsilon = layers.map(({name, epsilon: {scaleFree}}) => `${name} ${number(scaleFree.estimate)} (≤ ${number(scaleFree.upper)})`).join(', ')
  const right = accuracy === null ? '' : ` Accuracy on the copies ${percent(accuracy)}.`
  return `Whatever the distance, at most these shares of examples change in loss: ${whatever}; ${count(pairs)} pairs${kind === 'attack' ? ' of this one attack, no bound for another adversary' : ''}.${right} ε along the perturbation: ${epsilon}.`
}

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
