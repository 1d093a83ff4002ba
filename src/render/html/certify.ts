import {performanceFigure} from '../performance-view.js'
import type {CertifyMetrics} from '../../certify/types.js'
import {statusCounts} from '../certify-view.js'
import {confidence, count, interval, lossChange, number, orDash, percentUp, plural, radius, setting} from '../format.js'
import type {CertifyReport} from '../../documents/reports.js'
import {bounds} from './certify-bounds.js'
import {classSection, exampleSection} from './certify-families.js'
import {layerProfile, volatileInputs} from './certify-layers.js'
import {hasNearest, nearestSection} from './certify-nearest.js'
import {comparisonSection, perturbationSection} from './certify-pairs.js'
import {hasShift, shiftSection} from './certify-shift.js'
import {sliceSection} from './certify-slices.js'
import {certifyAnswer} from '../certify-answer.js'
import {firstWitnesses, hintSection, rowNames, witnessSection} from './certify-witnesses.js'
import {type KeyFigure, page} from './page.js'

/**
 * The certificate as one self-contained HTML file, complete without its script; every number of its charts is in a
 * table.
 */
export function certifyHtml(report: CertifyReport): string {
  const {metrics} = report
  const names = rowNames(report)
  const {labelHints = []} = metrics.localization
  return page({
    report,
    answer: certifyAnswer(report, names.label),
    first: firstWitnesses(metrics, names),
    figures: figures(metrics),
    sections: [
      {id: 'bounds', title: 'What is certified', body: bounds(metrics)},
      ...(hasNearest(metrics) ? [{id: 'nearest', title: 'Nearest anchors', body: nearestSection(metrics)}] : []),
      ...(metrics.slices === undefined ? [] : [{id: 'slices', title: 'Slices', body: sliceSection(metrics, names)}]),
      ...(hasShift(metrics) ? [{id: 'shift', title: 'Under shift', body: shiftSection(metrics)}] : []),
      ...(metrics.examples === undefined
        ? []
        : [{id: 'examples', title: 'Single examples', body: exampleSection(metrics)}]),
      ...(metrics.classes === undefined && metrics.layers.every(({classPairs = []}) => classPairs.length === 0)
        ? []
        : [{id: 'classes', title: 'Classes', body: classSection(metrics, names)}]),
      ...(metrics.perturbations === undefined
        ? []
        : [{id: 'perturbations', title: 'Perturbed copies', body: perturbationSection(metrics.perturbations)}]),
      ...(metrics.comparison === undefined
        ? []
        : [
            {
              id: 'comparison',
              title: 'Against the earlier report',
              body: comparisonSection({...metrics, comparison: metrics.comparison}),
            },
          ]),
      {id: 'layers', title: 'Volatility by layer', body: layerProfile(metrics)},
      ...(metrics.witnesses.length === 0
        ? []
        : [{id: 'witnesses', title: 'Witness pairs', body: witnessSection(metrics.witnesses, names)}]),
      {id: 'inputs', title: 'Most volatile inputs', body: volatileInputs(metrics)},
      ...(labelHints.length === 0
        ? []
        : [{id: 'hints', title: 'Hints at wrong labels', body: hintSection(labelHints, names)}]),
    ],
  })
}

function figures(metrics: CertifyMetrics): KeyFigure[] {
  const counts = statusCounts(metrics.cells)
  const most = metrics.localization.ranking[0]
  const {loss, alpha, anchors, references, performance, headline} = metrics
  const all: (KeyFigure | null)[] = [
    performance === undefined ? null : performanceFigure(performance),
    headline === undefined
      ? null
      : {
          name: `Of the closest ${percentUp(headline.closeness)} of pairs differ`,
          value: headline.status === 'certified' ? `at most ${percentUp(headline.bound)}` : 'nothing shown',
          detail: `by ${lossChange(headline.eta)} or more in loss, in layer ${headline.layer}, the worst, within δ = ${radius(headline.delta)}; ${orDash(headline.observed, percentUp)} observed, ${percentUp(headline.arbitrary.observed)} at any distance`,
        },
    {
      name: 'Statements certified',
      value: `${count(counts.certified)} of ${count(metrics.cells.length)}`,
      detail: `${count(counts.vacuous)} vacuous, ${count(counts.abstain)} with too few pairs, ${count(counts.invalid)} invalid`,
    },
    {name: 'Confidence', value: confidence(alpha.total), detail: `all ${count(alpha.statements)} statements at once`},
    most === undefined
      ? null
      : {
          name: 'Most volatile layer',
          value: number(most.scaleFree, 'up'),
          detail: `ε of ${most.layer}${most.interval === null ? '' : `, ${interval(most.interval)}`}`,
        },
    {
      name: 'Examples',
      value: count(metrics.rows),
      detail: `${anchors === null || references === null ? 'not split' : `${count(anchors)} anchors, ${count(references)} references`}; ${metrics.duplicatesRemoved > 0 ? `${count(metrics.duplicatesRemoved)} duplicates removed` : `${plural(metrics.duplicates ?? 0, 'equal row')} counted`}`,
    },
    {
      name: 'Mean loss',
      value: number(loss.mean, 'up'),
      detail: `${loss.name}${loss.max === null ? '' : `, clipped at ${setting(loss.max)}`}${loss.tailUpper === null ? '' : `; above that at most ${percentUp(loss.tailUpper)}`}`,
    },
  ]
  return all.filter((figure) => figure !== null)
}
