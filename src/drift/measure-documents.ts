import {InputError} from '../errors.js'
import {workerEntry} from '../frame/open-worker.js'
import {WorkerError, WorkerPool} from '../frame/worker-pool.js'
import {type AlignedDocument, type Alignment, alignOutputs} from '../outputs/align.js'
import {openOutputs} from '../outputs/open.js'
import type {RecordedOutputs} from '../outputs/recorded.js'
import {measurePosition, measuresFor, scratchFor} from './divergence.js'
import {measureTop} from './top-bounds.js'
import type {Measures} from './types.js'

/** Two files of recorded outputs and how they are read; plain, so that a worker can open them too. */
export interface DriftPair {
  old: string
  fresh: string
  shift: 0 | 1 | null
  trustOrder: boolean
}

export interface OpenPair {
  old: RecordedOutputs
  fresh: RecordedOutputs
  alignment: Alignment
  close: () => void
}

/** The measures of a document, or the first position whose row is not a distribution. */
export type MeasuredDocument = Measures | {fault: number}

/** What a worker receives: the pair, and the documents in the order requested. */
export interface MeasureJob extends DriftPair {
  which: readonly number[]
}

export interface MeasureOptions {
  threads: number
  /** places of the documents to measure; default: all */
  which?: readonly number[]
  /** number of values in both files from which workers are started */
  worthWorkers?: number
}

/** Number of values in both files from which starting workers (≈ 0.3 s) pays off. */
const WORTH_WORKERS = 5e7

const ENTRY = workerEntry('worker', import.meta.url)

/**
 * Opens and aligns both files.
 *
 * Throws  InputError  as openOutputs and alignOutputs; one holds whole distributions, the other the most likely tokens.
 */
export async function openPair({old: before, fresh: after, shift, trustOrder}: DriftPair): Promise<OpenPair> {
  const open: RecordedOutputs[] = []
  const close = () => open.forEach((each) => each.close())
  try {
    for (const path of [before, after]) open.push(await openOutputs(path, {shift}))
    const [old, fresh] = open as [RecordedOutputs, RecordedOutputs]
    if (old.kind !== fresh.kind)
      throw new InputError(`${old.path} holds ${inWords(old)} and ${fresh.path} ${inWords(fresh)}`, [
        'record both models in the same way',
      ])
    return {old, fresh, alignment: alignOutputs(old, fresh, trustOrder), close}
  } catch (error) {
    close()
    throw error
  }
}

const inWords = ({kind}: RecordedOutputs) => (kind === 'full' ? 'whole distributions' : 'the most likely tokens only')

/** Every position of one document, in newly allocated arrays. */
export function measureDocument(
  {old, fresh}: OpenPair,
  {old: one, fresh: other, positions}: AlignedDocument,
): MeasuredDocument {
  const measures = measuresFor(positions)
  const scratch = scratchFor(old.kind === 'full' ? old.vocabulary! : 0)
  const tokens = old.documents[one]!.tokens
  for (let t = 0; t < positions; t++) {
    if (old.kind === 'top') {
      measureTop(old.top(one, t), fresh.top(other, t), measures, t)
      continue
    }
    const taken = tokens === null ? -1 : Number(tokens[t])
    if (!measurePosition(old.row(one, t), fresh.row(other, t), taken, scratch, measures, t)) return {fault: t}
  }
  return measures
}

/**
 * Calls `deliver` with the measures of every document that is asked for, in order. Large files are measured on worker threads, each of which
 * opens both files; the numbers do not depend on how many there are.
 *
 * Throws  InputError  a distribution that holds NaN, +Infinity or no finite number (names document and position).
 */
export async function measureDocuments(
  pair: DriftPair,
  open: OpenPair,
  {threads, which, worthWorkers = WORTH_WORKERS}: MeasureOptions,
  deliver: (document: AlignedDocument, measures: Measures) => void,
): Promise<void> {
  const {documents: all} = open.alignment
  const documents = which === undefined ? all : which.map((document) => all[document]!)
  let done = 0
  const take = (measured: MeasuredDocument) => {
    const document = documents[done]!
    if ('fault' in measured) throw notADistribution(open, document, measured.fault)
    done++
    deliver(document, measured)
  }
  const isCheapToOpen = !open.old.isUnpacked && !open.fresh.isUnpacked
  if (threads > 1 && isCheapToOpen && documents.length > 1 && valuesOf(open, documents) >= worthWorkers) {
    const job = {...pair, which: which ?? all.map((_, document) => document)}
    const pool = new WorkerPool<MeasureJob, MeasuredDocument>(Math.min(threads, documents.length), ENTRY)
    try {
      await pool.run(job, documents.length, (_, measured) => take(measured))
    } catch (error) {
      // Documents already delivered stay valid; the rest is measured in this thread.
      if (!(error instanceof WorkerError)) throw error
    } finally {
      await pool.close()
    }
  }
  while (done < documents.length) take(measureDocument(open, documents[done]!))
}

const valuesOf = ({old}: OpenPair, documents: readonly AlignedDocument[]): number =>
  old.kind === 'top' ? 0 : 2 * old.vocabulary! * documents.reduce((sum, {positions}) => sum + positions, 0)

const notADistribution = ({old, fresh}: OpenPair, {name}: AlignedDocument, position: number) =>
  new InputError(
    `document ${JSON.stringify(name)}, position ${position}: a row of ${old.path} or ${fresh.path} holds NaN, +Infinity, or no finite number`,
    ['leave such positions out with a mask', 'look for an overflow where the logits were written'],
  )
