import {writeFileAtomic} from '../data/atomic-write.js'
import type {NamedArray} from '../data/named-array.js'
import {writeNpz} from '../data/npz.js'
import {type DriftPartial, sealPartial} from '../documents/partials.js'
import type {DriftReport} from '../documents/reports.js'
import {driftShard} from '../drift/shards.js'
import {Drift} from '../drift/drift.js'
import {type DriftPair, measureDocuments, openPair} from '../drift/measure-documents.js'
import type {DriftMetrics, DriftOptions} from '../drift/types.js'
import {type WeightColumns, weightsOf} from '../drift/weights.js'
import type {Frame, InputFile, Note} from '../frame/report.js'
import type {Shard} from '../frame/shard.js'
import {toJson} from '../frame/json.js'
import type {Alignment} from '../outputs/align.js'
import {describeFile} from '../outputs/open.js'
import type {RecordedOutputs} from '../outputs/recorded.js'
import {driftHtml} from '../render/html/drift.js'
import type {OnProgress} from './progress.js'
import type {CommandOutcome, Setting} from './run-frame.js'

export interface DriftRequest extends DriftPair {
  options: Omit<DriftOptions, 'partial'>
  /** whether weights are requested */
  weights: boolean
}

export interface DriftRun {
  outcome: CommandOutcome<DriftMetrics>
  /** null: not requested */
  weights: NamedArray[] | null
}

/** Opens and aligns both files, measures every position and derives the statements. */
export async function runDrift(request: DriftRequest, threads: number, onProgress: OnProgress): Promise<DriftRun> {
  const {options, weights: asked, ...pair} = request
  const open = await openPair(pair)
  try {
    const {old, fresh, alignment} = open
    const drift = new Drift({...options, partial: old.kind === 'top'}, old.vocabulary)
    const kept: WeightColumns[] = []
    const advantages: number[] = []
    let done = 0
    const inputs = Promise.all([describeFile(pair.old, 'against'), describeFile(pair.fresh, 'model')])
    // Awaited below; a failure of the measurement takes precedence.
    inputs.catch(() => undefined)
    await measureDocuments(pair, open, {threads}, ({name, old: one, fresh: other}, measures) => {
      onProgress('measuring', ++done, alignment.documents.length)
      drift.add({name, measures, pieces: old.documents[one]!.pieces ?? fresh.documents[other]!.pieces})
      if (!asked) return
      kept.push(weightsOf(measures))
      advantages.push(...(fresh.documents[other]!.advantages ?? old.documents[one]!.advantages ?? []))
    })
    const {metrics, verdict, notes} = drift.result()
    const setting = settingOf(request, threads, await inputs, [...notesOf(old, fresh, alignment), ...notes])
    return {
      outcome: {...setting, metrics, verdict},
      weights: asked ? weightArrays(alignment, kept, advantages) : null,
    }
  } finally {
    open.close()
  }
}

/** One shard of the same, with its measurements for merging. */
export async function driftPartial(
  {options, old: before, fresh: after, shift, trustOrder}: DriftRequest,
  threads: number,
  shard: Shard,
  frame: (setting: Setting) => Frame,
): Promise<DriftPartial> {
  const pair = {old: before, fresh: after, shift, trustOrder}
  const open = await openPair(pair)
  try {
    const {old, fresh, alignment} = open
    const share = await driftShard(pair, open, options, shard, threads)
    const inputs = [await describeFile(pair.old, 'against'), await describeFile(pair.fresh, 'model')]
    const setting = settingOf({options, ...pair}, threads, inputs, notesOf(old, fresh, alignment))
    return sealPartial({...frame(setting), kind: 'partial' as const, command: 'drift' as const, shard, ...share})
  } finally {
    open.close()
  }
}

function notesOf(old: RecordedOutputs, fresh: RecordedOutputs, {documents, onlyOld, onlyNew}: Alignment): Note[] {
  const notes: Note[] = []
  if (onlyOld + onlyNew > 0)
    notes.push({
      level: 'warning',
      code: 'documents-of-one-file',
      message: `${onlyOld} documents are in ${old.path} only and ${onlyNew} in ${fresh.path} only; the ${documents.length} in both are compared`,
    })
  if (old.documents[0]!.tokens === null || fresh.documents[0]!.tokens === null)
    notes.push({
      level: 'warning',
      code: 'order-is-trusted',
      message:
        'a file does not record its tokens: that both have the same positions was stated by an option, not checked',
    })
  return notes
}

function settingOf(
  {shift, trustOrder, options}: Omit<DriftRequest, 'weights'>,
  threads: number,
  inputs: InputFile[],
  notes: Note[],
): Setting {
  const {alpha, taus, losses, klCap} = options
  return {
    inputs,
    config: {alpha, tau: [...taus], loss: [...losses], 'kl-cap': klCap, shift, 'trust-order': trustOrder},
    engine: {report: {name: 'none', precision: 'fp64', tried: []}, threads},
    notes,
  }
}

function weightArrays(
  {documents}: Alignment,
  kept: readonly WeightColumns[],
  advantages: readonly number[],
): NamedArray[] {
  const offsets = [0]
  for (const {positions} of documents) offsets.push(offsets.at(-1)! + positions)
  const total = offsets.at(-1)!
  const column = (name: string, of: (columns: WeightColumns) => Float64Array): NamedArray => {
    const data = new Float64Array(total)
    kept.forEach((columns, k) => data.set(of(columns), offsets[k]))
    return {name, type: 'f8', shape: [total], data}
  }
  const arrays = [
    {name: 'documents', type: 'U' as const, shape: [documents.length], data: documents.map(({name}) => name)},
    {name: 'offsets', type: 'i8' as const, shape: [offsets.length], data: Float64Array.from(offsets)},
    column('js', ({js}) => js),
    column('kl', ({kl}) => kl),
    column('delta_log_p', ({deltaLogP}) => deltaLogP),
    column('js_weight', ({jsWeight}) => jsWeight),
    column('delta_weight', ({deltaWeight}) => deltaWeight),
  ]
  if (advantages.length !== total) return arrays
  const times = (name: string, weights: NamedArray): NamedArray => ({
    name,
    type: 'f8',
    shape: [total],
    data: Float64Array.from(advantages, (advantage, k) => advantage * (weights.data as Float64Array)[k]!),
  })
  return [...arrays, times('js_weighted_advantage', arrays[5]!), times('delta_weighted_advantage', arrays[6]!)]
}

export interface DriftFiles {
  out?: string | undefined
  html?: string | undefined
  weights?: string | undefined
}

export async function writeDrift(files: DriftFiles, report: DriftReport, weights: NamedArray[] | null): Promise<void> {
  if (files.weights !== undefined && weights !== null) await writeFileAtomic(files.weights, writeNpz(weights))
  if (files.html !== undefined) await writeFileAtomic(files.html, driftHtml(report))
  if (files.out !== undefined) await writeFileAtomic(files.out, toJson(report))
}
