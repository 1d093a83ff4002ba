import type {Random} from '../../../src/stats/random.js'
import {changeList, type Mutator, pick} from './mutator.js'
import {WORDS} from './text.js'

type Value = null | boolean | number | string | Value[] | {[key: string]: Value}

const VALUES: (() => Value)[] = [
  () => null,
  () => true,
  () => false,
  () => 0,
  () => -1,
  () => 0.5,
  () => 1e308,
  () => 2 ** 31,
  () => 2 ** 32,
  () => 2 ** 53,
  () => '',
  () => [],
  () => ({}),
  () => '1',
  () => [[]],
  () => [null],
  () => ({length: -1}),
  () => nested(60),
]

const nested = (depth: number): Value => {
  let value: Value = []
  for (let k = 0; k < depth; k++) value = k % 2 === 0 ? [value] : {a: value}
  return value
}

/**
 * One change to a JSON tree: a member lost, repeated, moved, renamed, or its value exchanged for another type or for a
 * part of `other`. No JSON: unchanged.
 */
export const mutateJson: Mutator = (input, other, random) => {
  const tree = parse(input)
  return tree === undefined ? input : Buffer.from(JSON.stringify(changed(tree, parse(other) ?? null, random)))
}

function parse(bytes: Uint8Array): Value | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Value
  } catch {
    return undefined
  }
}

/** The tree with a change at one place, each place about as likely as any other. */
function changed(tree: Value, other: Value, random: Random): Value {
  const isTree = typeof tree === 'object' && tree !== null
  if (!isTree || random.integer(size(tree)) === 0) return anew(tree, other, random)
  if (Array.isArray(tree)) {
    if (random.integer(4) === 0)
      return changeList(tree, Array.isArray(other) ? other : [other], (value) => anew(value, other, random), random)
    const at = weighted(tree, random)
    return tree.with(at, changed(tree[at]!, other, random))
  }
  const entries = Object.entries(tree)
  const at = weighted(
    entries.map(([, value]) => value),
    random,
  )
  const [key, value] = entries[at]!
  const kind = random.integer(8)
  if (kind === 0) entries.splice(at, 1)
  else if (kind === 1) entries[at] = [pick([...WORDS, ...entries.map(([name]) => name)], random), value]
  else entries[at] = [key, changed(value, other, random)]
  return Object.fromEntries(entries)
}

function anew(old: Value, other: Value, random: Random): Value {
  const kind = random.integer(6)
  if (kind === 0) return subtree(other, random)
  if (kind === 1) return pick(WORDS, random)
  if (typeof old === 'number' && kind < 4) return old + pick([1, -1, 0.5, -2 * old, old, 1e9, 1e17], random)
  if (typeof old === 'string' && kind < 4)
    return pick([old.slice(1), `${old}${old}`, old.slice(0, -1), `${old}=`, [...old].reverse().join('')], random)
  return pick(VALUES, random)()
}

function subtree(tree: Value, random: Random): Value {
  if (typeof tree !== 'object' || tree === null) return tree
  const parts = Object.values(tree)
  return parts.length === 0 || random.integer(3) === 0 ? tree : subtree(pick(parts, random), random)
}

/** Of a leaf 1, as of an empty list. */
const size = (tree: Value): number =>
  typeof tree !== 'object' || tree === null ? 1 : Object.values(tree).reduce<number>((sum, part) => sum + size(part), 1)

/** A member, likelier the more it holds. */
function weighted(parts: readonly Value[], random: Random): number {
  let left = random.integer(parts.reduce<number>((sum, part) => sum + size(part), 0))
  return Math.max(
    0,
    parts.findIndex((part) => (left -= size(part)) < 0),
  )
}
