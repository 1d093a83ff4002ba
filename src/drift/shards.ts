import {pack, unpack} from '../data/packed.js'
import {InputError} from '../errors.js'
import {blocksOfShard, type Shard} from '../frame/shard.js'
import {Drift, type DriftResult} from './drift.js'
import {type DriftPair, measureDocuments, type OpenPair} from './measure-documents.js'
import type {DriftOptions, Measures} from './types.js'

/** What all shards of a run must agree in. */
export interface DriftPlan {
  options: {alpha: number; taus: number[]; losses: number[]; klCap: number; partial: boolean}
  vocabulary: number | null
  documents: {name: string; positions: number}[]
}

/** The measures of one document; text is a packed array (data/packed). Upper ends are absent where they are the lower. */
export interface PackedDocument {
  /** its place among the documents of the plan */
  block: number
  pieces: string[] | null
  js: string
  kl: string
  jsUpper?: string
  klUpper?: string
  deltaLogP: string
  entropyOld: string
  entropyNew: string
  rankOld: string
  rankNew: string
  sameTop: string
}

export interface DriftShare {
  plan: DriftPlan
  blocks: PackedDocument[]
}

const AGAIN = ['write the partial result again with surety drift --shard']
const LARGEST_JS = Math.LN2 + 1e-9

/** The plan of a run, the same for every shard. */
const driftPlan = ({old, alignment}: OpenPair, options: Omit<DriftOptions, 'partial'>): DriftPlan => ({
  options: {...options, taus: [...options.taus], losses: [...options.losses], partial: old.kind === 'top'},
  vocabulary: old.vocabulary,
  documents: alignment.documents.map(({name, positions}) => ({name, positions})),
})

/** The documents of one shard, dealt out in turn; a shard does not change how one is measured. Throws what measureDocuments throws. */
export async function driftShard(
  pair: DriftPair,
  open: OpenPair,
  options: Omit<DriftOptions, 'partial'>,
  shard: Shard,
  threads: number,
): Promise<DriftShare> {
  const plan = driftPlan(open, options)
  const blocks: PackedDocument[] = []
  const which = blocksOfShard(plan.documents.length, shard)
  await measureDocuments(pair, open, {threads, which}, ({old, fresh}, measures) => {
    const pieces = open.old.documents[old]!.pieces ?? open.fresh.documents[fresh]!.pieces
    blocks.push(packDocument(which[blocks.length]!, measures, pieces, plan.options.partial))
  })
  return {plan, blocks}
}

/**
 * The result of a whole run from the shares of all shards.
 *
 * Throws  InputError  an array of another length, a value that no measure can have, a document that is missing or there
 *         twice; starts with the place of the share.
 */
export function mergeDriftShares(shares: readonly {place: string; share: DriftShare}[]): DriftResult {
  const {plan} = shares[0]!.share
  const found = new Map<number, {place: string; packed: PackedDocument}>()
  for (const {place, share} of shares) {
    for (const packed of share.blocks) {
      if (plan.documents[packed.block] === undefined)
        throw new InputError(`${place}: there is no document ${packed.block} of ${plan.documents.length}`, AGAIN)
      if (found.has(packed.block)) throw new InputError(`${place}: holds document ${packed.block} again`, AGAIN)
      found.set(packed.block, {place, packed})
    }
  }
  const drift = new Drift(plan.options, plan.vocabulary)
  plan.documents.forEach(({name, positions}, block) => {
    const one = found.get(block)
    if (one === undefined)
      throw new InputError(`${shares[0]!.place} and its other shards: document ${block} is missing`, AGAIN)
    const place = `${one.place}, document ${JSON.stringify(name)}`
    drift.add({name, measures: unpackDocument(one.packed, positions, plan, place), pieces: one.packed.pieces})
  })
  return drift.result()
}

function packDocument(
  block: number,
  measures: Measures,
  pieces: readonly string[] | null,
  partial: boolean,
): PackedDocument {
  return {
    block,
    pieces: pieces === null ? null : [...pieces],
    js: pack(measures.js),
    kl: pack(measures.kl),
    ...(partial ? {jsUpper: pack(measures.jsUpper), klUpper: pack(measures.klUpper)} : {}),
    deltaLogP: pack(measures.deltaLogP),
    entropyOld: pack(measures.entropyOld),
    entropyNew: pack(measures.entropyNew),
    rankOld: pack(measures.rankOld),
    rankNew: pack(measures.rankNew),
    sameTop: pack(measures.sameTop),
  }
}

/** Unpacks what packDocument packed, bit for bit, and checks every length and value. Throws InputError. */
function unpackDocument(packed: PackedDocument, positions: number, {options}: DriftPlan, place: string): Measures {
  const checked = <Values extends Float64Array | Int32Array | Uint8Array>(
    name: string,
    values: Values,
    possible: (x: number, t: number) => boolean,
  ): Values => {
    const bad = (values as unknown as Float64Array).findIndex((x, t) => !possible(x, t))
    if (bad !== -1) throw new InputError(`${place}: ${name}[${bad}] is ${values[bad]!}`, AGAIN)
    return values
  }
  const read = (name: string, text: string, possible: (x: number, t: number) => boolean) =>
    checked(name, unpack(text, 'f8', positions, `${place}: ${name}`, AGAIN), possible)
  const ranks = (name: 'rankOld' | 'rankNew') =>
    checked(name, unpack(packed[name], 'i4', positions, `${place}: ${name}`, AGAIN), (x) => x >= 0)
  if ((packed.jsUpper !== undefined) !== options.partial || (packed.klUpper !== undefined) !== options.partial)
    throw new InputError(`${place}: upper ends are there in the plan or in the document only`, AGAIN)
  if (packed.pieces !== null && packed.pieces.length !== positions)
    throw new InputError(`${place}: has ${packed.pieces.length} pieces of text for ${positions} positions`, AGAIN)
  const isJs = (x: number) => x >= 0 && x <= LARGEST_JS
  const js = read('js', packed.js, isJs)
  const kl = read('kl', packed.kl, (x) => x >= 0)
  const isEntropy = (x: number) => Number.isNaN(x) || x >= 0
  return {
    positions,
    js,
    kl,
    jsUpper: packed.jsUpper === undefined ? js : read('jsUpper', packed.jsUpper, (x, t) => isJs(x) && x >= js[t]!),
    klUpper: packed.klUpper === undefined ? kl : read('klUpper', packed.klUpper, (x, t) => x >= kl[t]!),
    deltaLogP: read('deltaLogP', packed.deltaLogP, () => true),
    entropyOld: read('entropyOld', packed.entropyOld, isEntropy),
    entropyNew: read('entropyNew', packed.entropyNew, isEntropy),
    rankOld: ranks('rankOld'),
    rankNew: ranks('rankNew'),
    sameTop: checked('sameTop', unpack(packed.sameTop, 'u1', positions, `${place}: sameTop`, AGAIN), (x) => x <= 2),
  }
}
