import type {CertifyMetrics} from '../../certify/types.js'
import type {PerturbationMetrics} from '../../certify/perturbation-types.js'
import type {Comparison} from '../../certify/comparison-types.js'
import {comparisonCaveats} from '../comparison-view.js'
import {perturbationName} from '../certify-view.js'
import {
  confidence,
  count,
  lossChange,
  number,
  orDash,
  percentDown,
  percentUp,
  radius,
  setting,
  signedInterval,
} from '../format.js'
import {SURVIVAL_TITLE, survivalView} from '../survival-view.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {dataTable, foldedTable} from './table.js'

const KIND: Record<PerturbationMetrics['kind'], string> = {
  random: 'drawn at random, not chosen',
  attack: 'one attack\u2019s output; no bound for another adversary',
  supplied: 'given with the data',
}

/** What holds of examples and their perturbed copies: all perturbations at a glance, then each with its close pairs. */
export function perturbationSection(perturbations: readonly PerturbationMetrics[]): HtmlContent {
  const etas = perturbations[0]!.changes.map(({eta}) => eta)
  const overview = dataTable({
    caption: 'At most this share of fresh examples changes in loss by η or more when perturbed, whatever the distance',
    columns: [
      {title: 'perturbation', kind: 'text'},
      ...etas.flatMap(
        (eta) =>
          [
            {title: `η = ${lossChange(eta)}`, kind: 'number'},
            {title: 'observed', kind: 'number'},
          ] as const,
      ),
      {title: 'mean loss', kind: 'word'},
      {title: 'accuracy', kind: 'number'},
      {title: 'what was done', kind: 'reason'},
    ],
    rows: perturbations.map((each) => [
      perturbationName(each),
      ...each.changes.flatMap(({upper, observed}) => [percentUp(upper), percentUp(observed)]),
      `${number(each.meanLoss.original, 'up')} → ${number(each.meanLoss.perturbed, 'up')}`,
      orDash(each.accuracy, percentDown),
      `${each.description} (${KIND[each.kind]})`,
    ]),
  })
  return markup`<p class="lead">Independent pairs of an example and its perturbed copy. Each figure is an upper bound for fresh examples; all hold together with the rest of this report.</p>${overview}${survivalTable(perturbations)}${perturbations.map(details)}`
}

function details(each: PerturbationMetrics): Markup {
  const layers = dataTable({
    caption: 'ε along the perturbation: mean change of loss per unit of distance, with its exact upper bound',
    columns: [
      {title: 'layer', kind: 'text'},
      {title: 'ε, scale-free', kind: 'number'},
      {title: 'upper bound', kind: 'number'},
      {title: 'τ', kind: 'number'},
      {title: 'median distance, raw', kind: 'number'},
    ],
    rows: each.layers.map(({name, epsilon: {scaleFree}, floor, medianPairDistance}) => [
      name,
      number(scaleFree.estimate, 'up'),
      number(scaleFree.upper, 'up'),
      setting(floor),
      number(medianPairDistance),
    ]),
  })
  const cells = foldedTable(`All bounds of ${perturbationName(each)}`, {
    caption: `Upper bounds from ${count(each.pairs)} independent pairs; the status is that of the bound given d ≤ δ`,
    columns: [
      {title: 'layer', kind: 'text'},
      {title: 'δ', kind: 'number'},
      {title: 'η', kind: 'number'},
      {title: 'pairs within δ', kind: 'number'},
      {title: 'of all', kind: 'number'},
      {title: 'observed', kind: 'number'},
      {title: 'change given d ≤ δ', kind: 'number'},
      {title: 'change and d ≤ δ', kind: 'number'},
      {title: 'the same from ε alone', kind: 'number'},
      {title: 'status', kind: 'word'},
    ],
    rows: each.cells.map((c) => [
      c.layer,
      radius(c.delta),
      lossChange(c.eta),
      count(c.pairs),
      percentUp(c.fraction),
      orDash(c.observed, percentUp),
      percentUp(c.conditional),
      percentUp(c.joint),
      percentUp(c.markov),
      c.status,
    ]),
  })
  return markup`<h3>${perturbationName(each)}</h3>${layers}${cells}`
}

/** PR(γ); null where no perturbation has it. */
function survivalTable(perturbations: readonly PerturbationMetrics[]): Markup | null {
  const {columns, rows} = survivalView(perturbations)
  if (rows.length === 0) return null
  return dataTable({
    caption: SURVIVAL_TITLE,
    columns: [{title: 'perturbation', kind: 'text'}, ...columns.map((title) => ({title, kind: 'number' as const}))],
    rows: rows.map(({name, cells}) => [name, ...cells]),
  })
}

/** This checkpoint against an earlier one on the same examples. */
export function comparisonSection({comparison}: CertifyMetrics & {comparison: Comparison}): HtmlContent {
  const {alpha, layers, cells, pairing, onlyHere, onlyThere} = comparison
  const unmatched = [
    ...onlyHere.map((name) => `${name} (only here)`),
    ...onlyThere.map((name) => `${name} (only there)`),
  ]
  const epsilon = dataTable({
    caption: `Scale-free ε; exact intervals hold for all layers at once with ${confidence(alpha)} confidence, asymptotic ones are not certificates`,
    columns: [
      {title: 'layer', kind: 'text'},
      {title: 'then', kind: 'number'},
      {title: 'now', kind: 'number'},
      {title: 'difference', kind: 'number'},
      {title: 'exact', kind: 'number'},
      {title: 'asymptotic', kind: 'number'},
    ],
    rows: layers.map((l) => [
      l.name,
      number(l.earlier, 'up'),
      number(l.epsilon, 'up'),
      number(l.difference),
      l.exact === null ? '–' : signedInterval(l.exact),
      signedInterval(l.asymptotic),
    ]),
  })
  const bounds =
    cells.length === 0
      ? markup`<p>The grids of the two reports differ, so their cells are not compared.</p>`
      : foldedTable('Cell by cell', {
          caption:
            'Share of close pairs whose loss changes by η or more; the interval of the difference is exact, for all cells at once, given the anchors',
          columns: [
            {title: 'layer', kind: 'text'},
            {title: 'η', kind: 'number'},
            {title: 'δ then', kind: 'number'},
            {title: 'δ now', kind: 'number'},
            {title: 'observed then', kind: 'number'},
            {title: 'now', kind: 'number'},
            {title: 'difference', kind: 'number'},
            {title: 'bound then', kind: 'number'},
            {title: 'bound now', kind: 'number'},
          ],
          rows: cells.map((c) => [
            c.layer,
            lossChange(c.eta),
            radius(c.earlierDelta),
            radius(c.delta),
            orDash(c.earlierObserved, percentUp),
            orDash(c.observed, percentUp),
            c.exact === null ? '–' : signedInterval(c.exact),
            percentUp(c.earlierBound),
            percentUp(c.bound),
          ]),
        })
  return markup`<p class="lead">Differences to the earlier report, paired on the same anchors and references (${pairing === 'input-hash' ? 'the data files have the same hash' : 'hidden states in two files: the labels agree row by row'}). Negative is better.</p>${comparisonCaveats(comparison).map((sentence) => markup`<p>${sentence}</p>`)}${epsilon}${bounds}${unmatched.length === 0 ? null : markup`<p>Without a counterpart: ${unmatched.join(', ')}.</p>`}`
}
