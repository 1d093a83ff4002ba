import {didYouMean} from '../frame/did-you-mean.js'
import {UsageError} from '../errors.js'
import {BOUNDED_FIELDS} from './judged.js'
import type {Segment} from './metric-path.js'

/** The part of draft-07 that the report schema uses. */
export interface Schema {
  $ref?: string
  type?: string
  const?: unknown
  allOf?: Schema[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema | Schema[]
  definitions?: Record<string, Schema>
}

/**
 * Whether a metric path names a number, or an object with a bound, of the reports of `command`: it may be absent from
 * one report, but not from all of them.
 *
 * Throws  UsageError  an unknown member (with what is known there), or something that is not a number.
 */
export function requireKnownMetric(path: string, segments: readonly Segment[], command: string, schema: Schema): void {
  const report = `${command.charAt(0).toUpperCase()}${command.slice(1)}Report`
  const walk = new Walk(schema.definitions ?? {}, path)
  let places = walk.alternatives({$ref: `#/definitions/${report}`})
  for (const [k, {member, conditions}] of segments.entries()) {
    places = walk.member(places, member)
    const last = k === segments.length - 1
    if (conditions.length > 0) walk.requireList(places, member)
    for (const condition of conditions)
      if (condition.kind === 'compared') walk.member(walk.elements(places), condition.key)
    if (!last || conditions.length > 0 || places.some(({type}) => type === 'array')) places = walk.elements(places)
  }
  walk.requireNumber(places)
}

class Walk {
  constructor(
    private readonly definitions: Record<string, Schema>,
    private readonly path: string,
  ) {}

  /** References followed, unions and intersections taken apart, null left out. */
  alternatives(schema: Schema): Schema[] {
    if (schema.$ref !== undefined)
      return this.alternatives(this.definitions[schema.$ref.replace('#/definitions/', '')] ?? {})
    const parts = schema.anyOf ?? schema.allOf
    if (parts !== undefined) return parts.flatMap((part) => this.alternatives(part))
    return schema.type === 'null' ? [] : [schema]
  }

  member(places: readonly Schema[], name: string): Schema[] {
    const found = places.flatMap(({properties, additionalProperties}) => {
      if (properties !== undefined && Object.hasOwn(properties, name)) return this.alternatives(properties[name]!)
      return typeof additionalProperties === 'object' ? this.alternatives(additionalProperties) : []
    })
    if (found.length > 0) return found
    const known = [...new Set(places.flatMap(({properties}) => Object.keys(properties ?? {})))].sort()
    throw new UsageError(
      `the metric path ${JSON.stringify(this.path)} is unknown: no report of this command has ${JSON.stringify(name)} there`,
      [
        ...didYouMean(name, known),
        known.length === 0 ? 'name a number of the report' : `known there: ${known.join(', ')}`,
      ],
    )
  }

  /** Lists give their elements, anything else itself. */
  elements(places: readonly Schema[]): Schema[] {
    return places.flatMap((place) => {
      if (place.type !== 'array') return [place]
      const items = Array.isArray(place.items) ? place.items : [place.items ?? {}]
      return this.elements(items.flatMap((item) => this.alternatives(item)))
    })
  }

  requireList(places: readonly Schema[], member: string): void {
    if (places.some(({type}) => type === 'array')) return
    throw new UsageError(
      `the metric path ${JSON.stringify(this.path)} chooses elements of ${JSON.stringify(member)}, which is not a list`,
      ['leave out the brackets'],
    )
  }

  requireNumber(places: readonly Schema[]): void {
    if (
      places.some(
        ({type, properties}) =>
          type === 'number' ||
          BOUNDED_FIELDS.some((field) => properties !== undefined && Object.hasOwn(properties, field)),
      )
    )
      return
    const known = [...new Set(places.flatMap(({properties}) => Object.keys(properties ?? {})))].sort()
    throw new UsageError(
      `the metric path ${JSON.stringify(this.path)} does not name a number`,
      known.length === 0 ? ['name a number of the report'] : [`go on with one of ${known.join(', ')}`],
    )
  }
}
