import {UsageError} from '../errors.js'

/** One condition on the elements of a list. */
export type Condition =
  | {kind: 'named'; value: string}
  | {kind: 'compared'; key: string; operator: '=' | '!=' | '<' | '<=' | '>' | '>='; value: string}

export interface Segment {
  member: string
  /** all must hold; empty: every element */
  conditions: Condition[]
}

/**
 * A metric path: members joined by dots, elements of lists chosen in brackets.
 *
 *     layers[h1].epsilon.scaleFree             the element called h1
 *     cells[layer=h1,eta>=0.5,delta<=1]        all elements for which all conditions hold
 *     layers[*].epsilon.raw, layers.epsilon    every element
 *     layers["block.1/out"].dim                names with dots, commas or brackets in quotes
 *     interval[1]                              the second number of a list
 *
 * Throws  UsageError  not of this form (names the path).
 */
export function parseMetricPath(path: string): Segment[] {
  const segments: Segment[] = []
  let rest = path
  do {
    const [, member, bracket = ''] = /^([A-Za-z_]\w*)(\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\])?/.exec(rest) ?? []
    if (member === undefined) throw malformed(path, rest)
    rest = rest.slice(member.length + bracket.length)
    segments.push({member, conditions: bracket === '' ? [] : conditionsOf(bracket.slice(1, -1), path)})
    if (rest !== '' && !rest.startsWith('.')) throw malformed(path, rest)
    rest = rest.slice(1)
    if (rest === '' && path.endsWith('.')) throw malformed(path, '.')
  } while (rest !== '')
  return segments
}

/** Whether an element of a list is meant; `index` is its place. */
export function meets(element: unknown, index: number, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => {
    if (condition.kind === 'compared')
      return compare(memberOf(element, condition.key), condition.operator, condition.value)
    const name = nameOf(element)
    return name === null ? String(index) === condition.value : name === condition.value
  })
}

/** What the elements of a list are called, in the order in which a name is looked for. */
export const NAME_KEYS = ['name', 'layer', 'graph', 'check', 'label', 'row'] as const

export function nameOf(element: unknown): string | null {
  for (const key of NAME_KEYS) {
    const value = memberOf(element, key)
    if (typeof value === 'string' || typeof value === 'number') return String(value)
  }
  return null
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined

function conditionsOf(text: string, path: string): Condition[] {
  const parts = text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g)
  if (parts === null) throw malformed(path, `[${text}]`)
  return parts.flatMap((part): Condition[] => {
    const trimmed = part.trim()
    if (trimmed === '*') return []
    const [, key, operator, value] = /^([A-Za-z_]\w*)\s*(!=|<=|>=|=|<|>)\s*(.+)$/.exec(trimmed) ?? []
    if (key !== undefined) return [{kind: 'compared', key, operator: operator as '=', value: unquoted(value!)}]
    if (trimmed === '') throw malformed(path, `[${text}]`)
    return [{kind: 'named', value: unquoted(trimmed)}]
  })
}

const unquoted = (text: string) => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text)

/** Numbers are equal up to one part in 10⁹: a report may round them. */
function compare(found: unknown, operator: string, wanted: string): boolean {
  if (typeof found === 'number' && wanted.trim() !== '' && !Number.isNaN(Number(wanted))) {
    const limit = Number(wanted)
    const same = Math.abs(found - limit) <= 1e-9 * Math.max(Math.abs(found), Math.abs(limit))
    switch (operator) {
      case '=':
        return same
      case '!=':
        return !same
      case '<':
        return found < limit && !same
      case '<=':
        return found < limit || same
      case '>':
        return found > limit && !same
      default:
        return found > limit || same
    }
  }
  const same = String(found) === wanted
  return operator === '=' ? same : operator === '!=' ? !same : false
}

const malformed = (path: string, rest: string) =>
  new UsageError(`the metric path ${JSON.stringify(path)} cannot be read at ${JSON.stringify(rest)}`, [
    'write members with dots and elements in brackets, as layers[h1].epsilon.scaleFree or cells[layer=h1,eta>=0.5]',
  ])
