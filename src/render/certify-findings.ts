import type {CertifyMetrics, ChannelGroup, ClassRow} from '../certify/types.js'
import type {Cell} from '../certify/layer-types.js'
import {MULTIPLES} from '../certify/statements/forecast.js'
import {worstSlice} from './slice-view.js'
import {count, lossChange, number, percent, percentUp, plural, radius} from './format.js'

/**
 * What else the report found, one sentence each, most binding first: for every view alike. Empty where nothing else was
 * asked for.
 */
export function findings(metrics: CertifyMetrics): string[] {
  return [
    closeness(metrics),
    shift(metrics),
    forecast(metrics),
    planned(metrics),
    worstSlice(metrics),
    fresh(metrics),
    radii(metrics),
    classes(metrics),
    between(metrics),
    units(metrics),
    hints(metrics),
  ].filter((sentence) => sentence !== null)
}

/** In which layers close pairs are not shown to be more alike in loss than any two, and where they are most. */
function closeness({layers, cells, headline}: CertifyMetrics): string | null {
  const eta = headline?.eta
  const judged = cells.filter((cell) => cell.eta === eta && cell.lift !== undefined)
  if (judged.length === 0) return null
  const best = (name: string) =>
    judged
      .filter((cell) => cell.layer === name && typeof cell.lift === 'number')
      .reduce<Cell | null>((a, b) => (a === null || b.lift! < a.lift! ? b : a), null)
  const apart = layers.filter(({collapsed}) => collapsed !== true).map(({name}) => name)
  const without = apart.filter((name) => (best(name)?.lift ?? Infinity) >= 1)
  const most = apart.map(best).reduce((a, b) => ((b?.lift ?? Infinity) < (a?.lift ?? Infinity) ? b : a), null)
  const gain =
    most === null || most.lift! >= 1
      ? ''
      : `in ${most.layer} pairs within δ ${radius(most.delta)} differ in loss by ${lossChange(most.eta)} or more at most ${number(most.lift!, 'up')} times as often as any two`
  const none =
    without.length === 0
      ? ''
      : `in ${without.length === apart.length && apart.length > 1 ? 'every layer' : without.join(', ')} close pairs are not shown to be more alike in loss than any two`
  const parts = [gain, none].filter((part) => part !== '')
  return parts.length === 0 ? null : `Closeness: ${parts.join('; ')}.`
}

/** How much drift the headline survives. */
function shift({headline}: CertifyMetrics): string | null {
  const point = headline?.shift
  if (point === undefined || point === null) return null
  return `Shift: the bound of ${percentUp(headline!.bound)} stays below ${percent(point.limit)} for every law of such close pairs within ${number(point.kl, 'down')} nats (KL) of the sampled one, or with a density within a factor ${number(point.ratio, 'down')} of it (certified).`
}

/** What more rows would give. */
function forecast({headline, nearest}: CertifyMetrics): string | null {
  const shown = (bounds: readonly number[]) =>
    bounds.map((bound, k) => `${percentUp(bound)} with ${MULTIPLES[k]!}`).join(', ')
  const parts = [
    ...(headline?.forecast === undefined || headline.status === 'abstain'
      ? []
      : [
          `close pairs ${headline.status === 'certified' ? percentUp(headline.bound) : 'nothing'}, then ${shown(headline.forecast)}`,
        ]),
    ...(nearest?.forecast === undefined
      ? []
      : [`nearest anchors ${percentUp(nearest.bound)}, then ${shown(nearest.forecast)}`]),
  ]
  return parts.length === 0
    ? null
    : `With more rows the bounds would be about (times the rows; estimate): ${parts.join('; ')}.`
}

/** How many rows the bound that was asked for would take. */
function planned({planning, rows}: CertifyMetrics): string | null {
  if (planning === undefined) return null
  const {target, headline, nearest} = planning
  const needed = (count_: number | null) =>
    count_ === null
      ? 'no number of rows: more than that was observed'
      : count_ <= rows
        ? 'it is reached'
        : `about ${count(count_)} rows`
  return `For a bound of ${percent(target)} it would take (estimate; now ${count(rows)} rows): of close pairs ${needed(headline)}${nearest === undefined ? '' : `; of nearest anchors ${needed(nearest)}`}.`
}

/** What --bounds added, in the last layer. */
function fresh({layers, cells}: CertifyMetrics): string | null {
  const last = layers.at(-1)
  const epsilons = (last?.epsilon.scaleFree.fresh ?? [])
    .filter(({upper}) => upper !== null)
    .map(({method, upper}) => `ε ≤ ${number(upper!, 'up')} (${method})`)
  const cell = cells
    .filter((c) => c.layer === last?.name && c.clopperPearson !== undefined)
    .reduce<Cell | null>((a, b) => (a === null || b.clopperPearson! < a.clopperPearson! ? b : a), null)
  const share =
    cell === null
      ? []
      : [
          `at most ${percentUp(cell.clopperPearson!)} of pairs within δ ${radius(cell.delta)} differ in loss by ${lossChange(cell.eta)} or more (clopper-pearson)`,
        ]
  const all = [...epsilons, ...share]
  return all.length === 0
    ? null
    : `Two fresh examples, in ${last!.name}: ${all.join(', ')}; certified with all the others.`
}

/** The layer in which most single examples have a radius. */
function radii({examples, layers}: CertifyMetrics): string | null {
  const apart = examples?.layers.filter((_, k) => layers[k]!.collapsed !== true) ?? []
  if (examples === undefined || apart.length === 0) return null
  const best = apart.reduce((a, b) => (b.abstained < a.abstained ? b : a))
  const all = examples.rows.length
  const claim = `Single examples: ${count(Math.round(all * (1 - best.abstained)))} of ${count(all)} have a radius in ${best.layer} within which at most ${percentUp(examples.risk)} of fresh examples differ in loss by ${lossChange(examples.eta)} or more`
  return `${claim}${best.medianRadius === null ? '' : `; half have δ ${radius(best.medianRadius)} or more`} (certified).`
}

function classes({classes: rows}: CertifyMetrics): string | null {
  const certified = (rows ?? []).filter((row) => row.status === 'certified')
  const worst = certified.reduce<ClassRow | null>((a, b) => (a === null || b.bound > a.bound ? b : a), null)
  if (worst === null) return null
  return `Classes: ${count(certified.length)} of ${count(rows!.length)} rows are certified; the largest bound is ${percentUp(worst.bound)}, class ${worst.label} in ${worst.layer} within δ ${radius(worst.delta)} (observed ${percentUp(worst.observed ?? 0)}).`
}

function between({layers}: CertifyMetrics): string | null {
  const last = layers.at(-1)
  const most = last?.classPairs?.[0]
  if (last === undefined || most === undefined) return null
  const [a, b] = most.labels
  return `Close pairs that differ in loss: ${percent(most.share)} of them in ${last.name} lie ${a === b ? `inside class ${a}` : `between classes ${a} and ${b}`}, more than in any other two classes (estimate).`
}

/** The group whose part of the volatility exceeds its part of the distance most. */
export function heaviest({layers}: CertifyMetrics): {layer: string; group: ChannelGroup} | null {
  const all = layers.flatMap(({name, groups}) => (groups ?? []).map((group) => ({layer: name, group})))
  const excess = ({group}: (typeof all)[number]) =>
    group.volatilityShare === null ? -1 : group.volatilityShare - group.distanceShare!
  const first = all.reduce<(typeof all)[number] | null>((a, b) => (a === null || excess(b) > excess(a) ? b : a), null)
  return first !== null && excess(first) > 0 ? first : null
}

function units(metrics: CertifyMetrics): string | null {
  const found = heaviest(metrics)
  if (found === null) return null
  const {layer, group} = found
  return `Units: ${unitRange(group)} of ${layer} carry ${percent(group.volatilityShare!)} of the volatility of close pairs with ${percent(group.distanceShare!)} of their distance (estimate).`
}

export const unitRange = ({units: [first, last]}: ChannelGroup): string =>
  first === last ? String(first) : `${first}–${last}`

function hints({localization: {labelHints}}: CertifyMetrics): string | null {
  if (labelHints === undefined || labelHints.length === 0) return null
  const shown = labelHints
    .slice(0, 3)
    .map((hint) => `row ${hint.row} (${hint.label}, neighbours say ${hint.suggested})`)
  const more = labelHints.length - shown.length
  return `Labels to look at, hints only: ${shown.join(', ')}${more > 0 ? ` and ${plural(more, 'other')}` : ''}.`
}

/** A relative change with its sign, for `dropChange`. */
export const dropText = (x: number | null): string =>
  x === null ? '–' : `${x > 0 ? '+' : ''}${number(100 * x)}\u00a0%`
