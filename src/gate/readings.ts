import type {Reading} from './judged.js'
import {meets, nameOf, type Segment} from './metric-path.js'

/** Members of the report itself; every other path starts at its metrics. */
const TOP = ['metrics', 'verdict', 'run', 'engine', 'config', 'seed', 'inputs', 'notes', 'evidence', 'subject']

export const fromTheTop = (segments: readonly Segment[]): Segment[] =>
  TOP.includes(segments[0]!.member) ? [...segments] : [{member: 'metrics', conditions: []}, ...segments]

/** All values that a path names, in the order of the report; one reading without a value where it names none. */
export function readings(report: object, segments: readonly Segment[]): Reading[] {
  let found: Reading[] = [{at: '', value: report, parent: null, field: ''}]
  for (const {member, conditions} of segments) {
    found = found.flatMap((reading) => into(reading, member, conditions))
  }
  found = found.flatMap(spread)
  return found.length > 0 ? found : [{at: '', value: undefined, parent: null, field: segments.at(-1)!.member}]
}

function into(reading: Reading, member: string, conditions: Segment['conditions']): Reading[] {
  return spread(reading).flatMap(({at, value, unjudged}): Reading[] => {
    const parent = typeof value === 'object' && value !== null ? value : null
    const inner: unknown =
      parent !== null && Object.hasOwn(parent, member) ? (parent as Record<string, unknown>)[member] : undefined
    const finding = parent !== null && 'finding' in parent ? parent.finding : undefined
    const above = unjudged ?? (finding === UNJUDGED ? UNJUDGED : undefined)
    const mark = above === undefined ? {} : {unjudged: above}
    const place = at === '' || at === 'metrics' ? member : `${at}.${member}`
    if (!Array.isArray(inner)) return [{at: place, value: inner, parent, field: member, ...mark}]
    if (conditions.length === 0) return [{at: place, value: inner, parent, field: member, ...mark}]
    return elements(place, inner, member).filter(({value: element}, k) => meets(element, k, conditions))
  })
}

/** Of the random edges of a graph (`metrics.randomEdges.finding`). */
const UNJUDGED = 'not enough evidence to judge'

const spread = (reading: Reading): Reading[] =>
  Array.isArray(reading.value) ? elements(reading.at, reading.value, reading.field).flatMap(spread) : [reading]

function elements(place: string, list: readonly unknown[], field: string): Reading[] {
  return list.map((element, k) => ({at: `${place}[${label(element, k)}]`, value: element, parent: null, field}))
}

/** What tells an element from its neighbours, in the form in which a path names it. */
function label(element: unknown, index: number): string {
  if (typeof element === 'object' && element !== null && 'delta' in element && 'eta' in element)
    return cellLabel(element as Parameters<typeof cellLabel>[0])
  const name = nameOf(element)
  return name === null ? String(index) : elementLabel(name)
}

export const elementLabel = (name: string): string => (/^[\w./-]+$/.test(name) ? name : JSON.stringify(name))

export const cellLabel = ({
  layer,
  delta,
  eta,
  label: of,
}: {
  layer?: string
  delta: number
  eta: number
  label?: number
}): string =>
  [
    layer === undefined ? [] : `layer=${elementLabel(layer)}`,
    of === undefined ? [] : `label=${of}`,
    `delta=${delta}`,
    `eta=${eta}`,
  ]
    .flat()
    .join(',')
