import {InputError, option} from '../errors.js'
import type {RecordedOutputs} from './recorded.js'

/** One document of both files: its place in each. */
export interface AlignedDocument {
  name: string
  old: number
  fresh: number
  positions: number
}

export interface Alignment {
  documents: AlignedDocument[]
  /** documents of one file only */
  onlyOld: number
  onlyNew: number
}

/**
 * The documents of two files, by name where both name them, else in order, with the same token at every position.
 *
 * Throws  InputError  no document in common, a name that stands twice, another vocabulary, another number of positions, or
 *         another token at a position: two tokenisations, or two answers, cannot be compared token by token. Also where a
 *         file does not record its tokens, unless `trustOrder`.
 */
export function alignOutputs(old: RecordedOutputs, fresh: RecordedOutputs, trustOrder: boolean): Alignment {
  if (old.vocabulary !== null && fresh.vocabulary !== null && old.vocabulary !== fresh.vocabulary)
    throw new InputError(
      `${old.path} has a vocabulary of ${old.vocabulary} tokens and ${fresh.path} one of ${fresh.vocabulary}: they are tokenised differently`,
      ['compare checkpoints with the same tokenizer', 'cut padding of the vocabulary off both'],
    )
  const named = [old, fresh].every(({documents}) => documents.length > 0 && documents.every(({name}) => name !== null))
  const pairs = named ? byName(old, fresh) : inOrder(old, fresh)
  if (pairs.length === 0)
    throw new InputError(`${old.path} and ${fresh.path} have no document in common`, [
      'give the same documents the same ids',
    ])
  const documents = pairs.map(({name, one, other}): AlignedDocument => {
    requireSameTokens(old, fresh, {name, one, other}, trustOrder)
    return {name, old: one, fresh: other, positions: old.documents[one]!.positions}
  })
  const filled = documents.filter(({positions}) => positions > 0)
  if (filled.length === 0)
    throw new InputError(`${old.path}: no document has a position to compare`, ['check the mask'])
  return {
    documents: filled,
    onlyOld: old.documents.length - pairs.length,
    onlyNew: fresh.documents.length - pairs.length,
  }
}

interface Pair {
  name: string
  one: number
  other: number
}

function byName(old: RecordedOutputs, fresh: RecordedOutputs): Pair[] {
  const places = ({documents, path}: RecordedOutputs) => {
    const found = new Map<string, number>()
    documents.forEach(({name}, k) => {
      if (found.has(name!))
        throw new InputError(`${path}: two documents are called ${JSON.stringify(name)}`, [
          'give each document an id of its own',
        ])
      found.set(name!, k)
    })
    return found
  }
  const there = places(fresh)
  return [...places(old)].flatMap(([name, one]) => {
    const other = there.get(name)
    return other === undefined ? [] : [{name, one, other}]
  })
}

function inOrder(old: RecordedOutputs, fresh: RecordedOutputs): Pair[] {
  if (old.documents.length !== fresh.documents.length)
    throw new InputError(
      `${old.path} has ${old.documents.length} documents and ${fresh.path} ${fresh.documents.length}, and they are not named in both`,
      ['name the documents in both: an array ids, or custom_id'],
    )
  return old.documents.map(({name}, k) => ({name: name ?? fresh.documents[k]!.name ?? `#${k + 1}`, one: k, other: k}))
}

function requireSameTokens(
  old: RecordedOutputs,
  fresh: RecordedOutputs,
  {name, one, other}: Pair,
  trustOrder: boolean,
): void {
  const [a, b] = [old.documents[one]!, fresh.documents[other]!]
  const where = `document ${JSON.stringify(name)}`
  if (a.positions !== b.positions)
    throw new InputError(
      `${where} has ${a.positions} positions in ${old.path} and ${b.positions} in ${fresh.path}: it is tokenised or masked differently`,
      ['score the same text with the same tokenizer in both'],
    )
  if (a.tokens === null || b.tokens === null) {
    if (trustOrder) return
    throw new InputError(
      `${(a.tokens === null ? old : fresh).path}: does not record its tokens, so it is not known that both files hold the same positions`,
      ['add an array targets or input_ids', `or say ${option('trustOrder')} if you know that they do`],
    )
  }
  const k = a.tokens.findIndex((token, t) => token !== b.tokens![t])
  if (k >= 0)
    throw new InputError(
      `${where}, position ${k}: the token is ${JSON.stringify(a.tokens[k])} in ${old.path} and ${JSON.stringify(b.tokens[k])} in ${fresh.path}: they are tokenised differently, or are two answers`,
      ['score the same text with the same tokenizer in both: drift compares what two models say of one text'],
    )
}
