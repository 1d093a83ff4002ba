import type {CertifyMetrics} from '../../certify/types.js'
import {dropText, unitRange} from '../certify-findings.js'
import {count, interval, number, numberUp, orDash, percent} from '../format.js'
import {poolingSentence} from '../pooling.js'
import {lineChart, lineLegend, type LineSeries} from '../svg/line-chart.js'
import {linearScale} from '../svg/scale.js'
import {shorten} from '../../frame/visible.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {dataTable, foldedTable} from './table.js'

const WIDTH = 560
/** Drawing units a character of a tick label takes, with a margin for the larger type of narrow screens. */
const CHARACTER = 9

/** Volatility over depth, then everything measured of each layer. */
export function layerProfile(metrics: CertifyMetrics): HtmlContent {
  const pooling = poolingSentence(metrics)
  return markup`<p class="lead">ε is the mean change of loss per unit of distance over random pairs, the knowledge continuity of a layer. It is scale-free: distances are divided by the median pair distance, so a network cannot lower it by inflating its hidden states.</p>
<figure class="beside wide">${depthChart(metrics)}<figcaption>${lineLegend(depthSeries(metrics))}<p>Whiskers: bootstrap interval over points, asymptotic and no certificate. The upper bound holds for the sample size at hand.</p></figcaption></figure>
${layerTable(metrics)}${pooling === null ? null : markup`<p>${pooling}</p>`}${groupTables(metrics)}`
}

function depthSeries({layers}: CertifyMetrics): LineSeries[] {
  const apart = layers.filter(({collapsed}) => !collapsed)
  const estimate = apart.map(({relativeDepth: x, epsilon: {scaleFree}}) => ({
    x,
    y: scaleFree.estimate,
    interval: scaleFree.asymptotic,
  }))
  const upper = apart.map(({relativeDepth: x, epsilon: {scaleFree}}) => ({x, y: scaleFree.upper}))
  const series: LineSeries[] = [{name: 'estimate of ε', style: 'primary', points: estimate}]
  return upper.every(({y}) => y === null)
    ? series
    : [{name: 'upper bound of ε', style: 'secondary', points: upper}, ...series]
}

function depthChart(metrics: CertifyMetrics): Markup {
  const {layers, localization} = metrics
  const top = Math.max(
    ...layers.flatMap(({epsilon: {scaleFree: e}}) => [e.estimate, e.upper ?? 0, e.asymptotic?.[1] ?? 0]),
  )
  const room = Math.floor(WIDTH / Math.max(1, layers.length) / CHARACTER)
  const names = new Map(
    layers.map(({relativeDepth, name}, i) => [relativeDepth, room < 6 ? String(i + 1) : shorten(name, room)]),
  )
  const most = localization.ranking[0]
  return lineChart({
    id: 'depth',
    title: 'Scale-free volatility by depth',
    description:
      most === undefined
        ? 'No layers.'
        : `${count(layers.length)} layers, first to last. The most volatile is ${most.layer} with ε = ${number(most.scaleFree, 'up')}.`,
    width: WIDTH,
    height: 300,
    x: (range) => ({
      scale: {...linearScale([-0.1, 1.1], range), ticks: [...names.keys()]},
      label: 'depth, first layer to last',
      format: (depth) => names.get(depth)!,
    }),
    y: (range) => ({scale: linearScale([0, top], range), label: 'ε, scale-free'}),
    series: depthSeries(metrics),
  })
}

/** Which groups of hidden units carry the volatility of close pairs. */
function groupTables({layers}: CertifyMetrics): Markup[] {
  return layers.flatMap(({name, groups = []}) =>
    groups.length === 0
      ? []
      : [
          foldedTable(`Which units carry it, in ${name}`, {
            caption: `Groups of neighbouring units of layer ${name}: their part of the volatility of close pairs, their part of the same pairs' distance, and how scale-free ε changes without them. Estimates`,
            columns: [
              {title: 'units', kind: 'word'},
              {title: 'of the volatility', kind: 'number'},
              {title: 'of the distance', kind: 'number'},
              {title: 'ratio', kind: 'number'},
              {title: 'ε without them', kind: 'number'},
            ],
            rows: groups.map((group) => [
              unitRange(group),
              orDash(group.volatilityShare, percent),
              orDash(group.distanceShare, percent),
              group.volatilityShare === null || !group.distanceShare
                ? '–'
                : number(group.volatilityShare / group.distanceShare),
              dropText(group.dropChange),
            ]),
          }),
        ],
  )
}

function layerTable({layers}: CertifyMetrics): Markup {
  const fresh = layers[0]?.epsilon.scaleFree.fresh?.map(({method}) => method) ?? []
  const bca = layers.some(({epsilon}) => epsilon.scaleFree.bca)
  return dataTable({
    caption: 'Every layer, first to last',
    columns: [
      {title: 'layer', kind: 'text'},
      {title: 'units', kind: 'number'},
      {title: 'ε', kind: 'number'},
      {title: 'upper bound', kind: 'number'},
      {title: 'interval', kind: 'number'},
      ...(bca ? [{title: 'BCa interval', kind: 'number'} as const] : []),
      ...fresh.map((method) => ({title: `two fresh examples, ${method}`, kind: 'number'}) as const),
      {title: 'raw ε', kind: 'number'},
      {title: 'raw upper', kind: 'number'},
      {title: 'cross-label share', kind: 'number'},
      {title: 'median distance', kind: 'number'},
      {title: 'diameter', kind: 'number'},
      {title: 'pairs at distance 0', kind: 'number'},
      {title: 'of these, losses differ', kind: 'number'},
      {title: 'legacy score', kind: 'number'},
    ],
    rows: layers.map((l) => [
      l.name,
      count(l.dim),
      ...(l.collapsed
        ? ['collapsed', ...new Array<string>(2 + (bca ? 1 : 0) + fresh.length).fill('–')]
        : [
            number(l.epsilon.scaleFree.estimate, 'up'),
            orDash(l.epsilon.scaleFree.upper, numberUp),
            interval(l.epsilon.scaleFree.asymptotic),
            ...(bca ? [interval(l.epsilon.scaleFree.bca ?? null)] : []),
            ...fresh.map((method) =>
              orDash(l.epsilon.scaleFree.fresh?.find((bound) => bound.method === method)?.upper ?? null, numberUp),
            ),
          ]),
      number(l.epsilon.raw.estimate, 'up'),
      orDash(l.epsilon.raw.upper, numberUp),
      orDash(l.crossLabelShare, percent),
      number(l.medianDistance),
      number(l.diameter),
      count(l.zeroDistancePairs),
      count(l.zeroDistanceLossPairs),
      orDash(l.legacyVulnerability),
    ]),
  })
}

/** The most volatile inputs of each layer, and whether layers agree on them. */
export function volatileInputs({layers, localization}: CertifyMetrics): HtmlContent {
  const tables = layers.map((layer) =>
    foldedTable(`Most volatile inputs in ${layer.name}`, {
      caption: `Inputs with the largest volatility in layer ${layer.name}`,
      columns: [
        {title: 'row', kind: 'word'},
        {title: 'volatility', kind: 'number'},
        {title: 'loss', kind: 'number'},
        {title: 'label', kind: 'number'},
      ],
      rows: layer.mostVolatile.map((input) => [
        input.row,
        number(input.volatility),
        number(input.loss),
        orDash(input.label, String),
      ]),
    }),
  )
  const overlap = dataTable({
    caption:
      'Overlap of the most volatile 5 % of inputs between layers: 100 % where two layers single out the same inputs',
    columns: [{title: 'layer', kind: 'text'}, ...layers.map(({name}) => ({title: name, kind: 'layer'}) as const)],
    rows: layers.map(({name}, i) => [name, ...(localization.overlap[i] ?? []).map((share) => percent(share))]),
  })
  return markup`<p class="lead">Inputs whose loss differs most from that of their neighbours.</p>${tables}${layers.length > 1 ? overlap : null}`
}
