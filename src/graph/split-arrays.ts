import {exactJson} from '../data/json.js'
import type {NamedArray} from '../data/named-array.js'
import {InputError, option} from '../errors.js'
import type {NodeSet} from './node-set.js'
import type {Split} from './types.js'

export type SplitPart = keyof Split

const WORDS: Record<string, SplitPart> = {
  train: 'train',
  training: 'train',
  tr: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  te: 'test',
}
/** Words that may accompany such a word in the name of a split array. */
const BESIDE = new Set([
  'idx',
  'index',
  'indices',
  'inds',
  'ind',
  'ids',
  'id',
  'mask',
  'masks',
  'nodes',
  'node',
  'set',
  'split',
  'nid',
  'nids',
  'is',
])

/** The part of a split that a name such as train_mask, idxTrain or index_train denotes, or null. */
export function partOf(name: string): SplitPart | null {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  const parts = words.flatMap((word) => (Object.hasOwn(WORDS, word) ? [WORDS[word]!] : []))
  return parts.length === 1 && words.every((word) => Object.hasOwn(WORDS, word) || BESIDE.has(word)) ? parts[0]! : null
}

/** Where the members of one part were found. */
interface Found {
  name: string
  members: Uint32Array
}

/**
 * The parts of a split among arrays: lists of nodes or masks, under any name that `partOf` knows, or the arrays that
 * were asked for. Several arrays of one part must agree.
 *
 * Throws  InputError  a mask without one value per node, several splits in one array, arrays that contradict each
 *         other, or an unknown node.
 */
export function splitOfArrays(
  names: readonly string[],
  read: (name: string) => NamedArray,
  nodes: number | null,
  place: string,
  nodeNames: NodeSet | null = null,
  asked: Partial<Record<SplitPart, string | undefined>> = {},
): Split | null {
  const found: Partial<Record<SplitPart, Found>> = {}
  const isAsked = Object.values(asked).some((name) => name !== undefined)
  const named = new Map((Object.keys(asked) as SplitPart[]).map((part) => [asked[part], part]))
  for (const name of isAsked ? Object.values(asked).filter((one) => one !== undefined) : names) {
    const part = isAsked ? named.get(name)! : partOf(name)
    if (part === null) continue
    const members = membersOf(read(name), nodes, place, nodeNames)
    const before = found[part]
    if (before !== undefined && !sameNodes(before.members, members))
      throw new InputError(`${place}: arrays ${before.name} and ${name} name different nodes for the ${part} split`, [
        'remove one of them',
      ])
    found[part] ??= {name, members}
  }
  if (Object.keys(found).length === 0) return null
  const none = new Uint32Array(0)
  return {
    train: found.train?.members ?? none,
    validation: found.validation?.members ?? none,
    test: found.test?.members ?? none,
  }
}

const sameNodes = (a: Uint32Array, b: Uint32Array) =>
  a.length === b.length && a.slice().sort().join() === b.slice().sort().join()

function membersOf(array: NamedArray, nodes: number | null, place: string, nodeNames: NodeSet | null): Uint32Array {
  const {name, shape, type, data} = array
  const where = `${place}, array ${name}`
  if (shape.length === 2 && shape[1] !== 1)
    throw new InputError(
      `${where}: has the shape [${shape.join(', ')}]: ${shape[1]} splits, and it is unclear which one to use`,
      ['store one mask [nodes]', `give the nodes of one split in a file with ${option('split')}`],
    )
  const isMask = type === 'b1' || /mask/i.test(name)
  if (!isMask)
    return Uint32Array.from(data as ArrayLike<number | string>, (value, i) => {
      const node = typeof value === 'string' || nodeNames !== null ? nodeNames?.find(String(value)) : value
      if (node === undefined || !Number.isInteger(node) || node < 0 || node > 2 ** 32 - 2)
        throw new InputError(`${where}: element ${i} is ${JSON.stringify(value)}, no node of the graph`, [
          'name nodes as in the graph file, or by numbers from 0',
        ])
      return node
    })
  if (nodes !== null && data.length !== nodes)
    throw new InputError(`${where}: is a mask of ${data.length} values, the graph has ${nodes} nodes`, [
      'give one value a node',
    ])
  const members: number[] = []
  Array.from(data as ArrayLike<number | string>, (value, node) => {
    if (value === 1) members.push(node)
    else if (value !== 0)
      throw new InputError(`${where}: element ${node} is ${JSON.stringify(value)}, a mask holds 0 and 1`, [
        'store it as bool',
      ])
  })
  return Uint32Array.from(members)
}

/** The split given by one word per node: train, val, valid, validation, test; any other word means no part. */
export function splitOfWords(words: readonly unknown[]): Split | null {
  const parts: Record<SplitPart, number[]> = {train: [], validation: [], test: []}
  words.forEach((word, node) => {
    const key = typeof word === 'string' ? word.toLowerCase() : ''
    if (Object.hasOwn(WORDS, key)) parts[WORDS[key]!].push(node)
  })
  if (parts.train.length === 0) return null
  return {
    train: Uint32Array.from(parts.train),
    validation: Uint32Array.from(parts.validation),
    test: Uint32Array.from(parts.test),
  }
}

/** The split given by node attributes: flags such as train_mask, or a word in `split`; null: none. */
export function splitOfAttributes(nodes: readonly Readonly<Record<string, unknown>>[], place: string): Split | null {
  const names = [...new Set(nodes.flatMap((node) => Object.keys(node)))]
  const flags = names.filter((name) => partOf(name) !== null)
  if (flags.length === 0) {
    const word = names.find((name) => /^(split|subset|partition|set)$/i.test(name))
    return word === undefined
      ? null
      : splitOfWords(nodes.map((node) => (Object.hasOwn(node, word) ? node[word] : undefined)))
  }
  const read = (name: string): NamedArray => ({
    name: `${name} mask`,
    shape: [nodes.length],
    type: 'b1',
    data: Uint8Array.from(nodes, (node, i) => {
      const value = Object.hasOwn(node, name) ? node[name] : false
      const flag = typeof value === 'string' ? value.toLowerCase() : value
      if ([true, 1, 'true', '1'].includes(flag as never)) return 1
      if ([false, 0, 'false', '0', '', null, undefined].includes(flag as never)) return 0
      throw new InputError(`${place}: node ${i} has ${exactJson(value)} in ${name}, which looks like a split`, [
        'write true or false',
      ])
    }),
  })
  return splitOfArrays(flags, read, nodes.length, place)
}
