import type {CertifyMetrics} from '../../certify/types.js'
import type {PerturbationCell, PerturbationMetrics} from '../../certify/perturbation-types.js'
import {cellGrids, headlineGrid, perturbationName} from '../certify-view.js'
import {
  confidence,
  lossChange,
  number,
  orDash,
  percentDown,
  percentUp,
  pointsInterval,
  radius,
  signedInterval,
  signedNumber,
} from '../format.js'
import {SURVIVAL_TITLE, survivalView} from '../survival-view.js'
import {boundTable, SIGN} from './bound-table.js'
import type {TerminalTable} from './table.js'

interface Titled {
  title: string
  table: TerminalTable
}

/** Perturbed copies: all of them at a glance, then the close pairs of each. Empty without perturbations. */
export function perturbationTables({perturbations = []}: CertifyMetrics, columns: number): Titled[] {
  if (perturbations.length === 0) return []
  const bound = ({status, conditional}: PerturbationCell) =>
    status === 'certified' ? `${percentUp(conditional)} ${SIGN.certified}` : SIGN[status]
  return [
    {
      title:
        'Perturbed copies: at most this share of fresh examples changes in loss by η or more, whatever the distance',
      table: overview(perturbations),
    },
    ...survivalTable(perturbations),
    ...perturbations.map((perturbation) => {
      const grid = headlineGrid(cellGrids(perturbation))!
      return {
        title: `${perturbationName(perturbation)}: of the copies within δ of their example at most this share changes in loss by ${lossChange(grid.eta)} or more`,
        table: boundTable(grid, columns, bound),
      }
    }),
  ]
}

/** PR(γ) of each perturbation; empty where there is none. */
function survivalTable(perturbations: readonly PerturbationMetrics[]): Titled[] {
  const {columns, rows} = survivalView(perturbations)
  if (rows.length === 0) return []
  return [
    {
      title: SURVIVAL_TITLE,
      table: {
        head: ['', ...columns],
        align: ['left', ...columns.map(() => 'right' as const)],
        rows: rows.map(({name, cells}) => [name, ...cells]),
      },
    },
  ]
}

function overview(perturbations: readonly PerturbationMetrics[]): TerminalTable {
  const etas = perturbations[0]!.changes.map(({eta}) => eta)
  return {
    head: ['', ...etas.flatMap((eta) => [`η ${lossChange(eta)}`, 'observed']), 'mean loss', 'accuracy'],
    align: ['left', ...etas.flatMap(() => ['right', 'right'] as const), 'right', 'right'],
    rows: perturbations.map((each) => [
      perturbationName(each),
      ...each.changes.flatMap(({upper, observed}) => [percentUp(upper), percentUp(observed)]),
      `${number(each.meanLoss.original, 'up')} → ${number(each.meanLoss.perturbed, 'up')}`,
      orDash(each.accuracy, percentDown),
    ]),
  }
}

/** The difference to an earlier report, layer by layer. Empty without one. */
export function comparisonTables({comparison}: CertifyMetrics): Titled[] {
  if (comparison === undefined) return []
  const {layers, cells, alpha} = comparison
  const eta = cells[Math.floor(cells.length / 2)]?.eta
  const title = `Against the earlier report, same examples: scale-free ε now − then, exact interval (all layers at once, ${confidence(alpha)})`
  const epsilon = {
    title,
    table: {
      head: ['layer', 'then', 'now', 'difference', 'exact', 'asymptotic'],
      align: ['left', 'right', 'right', 'right', 'right', 'right'] as const,
      rows: layers.map(({name, earlier, epsilon: now, difference, exact, asymptotic}) => [
        name,
        number(earlier, 'up'),
        number(now, 'up'),
        signedNumber(difference),
        exact === null ? '–' : signedInterval(exact),
        signedInterval(asymptotic),
      ]),
    },
  }
  if (eta === undefined) return [epsilon]
  return [
    epsilon,
    {
      title: `Against the earlier report: share of close pairs whose loss changes by ${lossChange(eta)} or more, exact interval of the difference in points (all cells at once), certified bound then and now`,
      table: {
        head: ['layer', 'δ then', 'δ now', 'then', 'now', 'points', 'bound', ''],
        align: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'] as const,
        rows: cells
          .filter((cell) => cell.eta === eta)
          .map((cell) => [
            cell.layer,
            radius(cell.earlierDelta),
            radius(cell.delta),
            orDash(cell.earlierObserved, percentUp),
            orDash(cell.observed, percentUp),
            cell.exact === null ? '–' : pointsInterval(cell.exact),
            `${percentUp(cell.earlierBound)} → ${percentUp(cell.bound)}`,
            '',
          ]),
      },
    },
  ]
}
