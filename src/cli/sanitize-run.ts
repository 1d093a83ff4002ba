import {existsSync} from 'node:fs'
import {writeFileAtomic} from '../data/atomic-write.js'
import {InputError, UsageError} from '../errors.js'
import {edgeKeys} from '../graph/edge-keys.js'
import type {GraphDocument, NormalisedGraph, WriteResult} from '../graph/document.js'
import {kindsOf} from '../graph/kinds.js'
import {normalise} from '../graph/normalise.js'
import {readGraph} from '../graph/read-graph.js'
import {nodeFinder, readNodeList, readSuppressions} from '../graph/targeting.js'
import {isFolder} from '../graph/formats/ogb-folder.js'
import {readNamedPairs} from '../graph/pair-table.js'
import {readTruth} from '../graph/truth.js'
import {writeGraph} from '../graph/write-graph.js'
import {toJson} from '../frame/json.js'
import type {SanitizeReport} from '../documents/reports.js'
import {scoresCsv} from '../render/scores-csv.js'
import type {InputFile, Json, Note} from '../frame/report.js'
import type {SanitizeRequest} from '../sanitize/request.js'
import type {SanitizeResult} from '../sanitize/sanitize.js'
import {resolveSettings, type SanitizeOptions} from '../sanitize/settings.js'
import {readOptionsOf} from './reading-flags.js'
import type {CommandOutcome, Setting} from './run-frame.js'

/** The graph of a request, read. */
export interface OpenedGraph {
  request: SanitizeRequest
  document: GraphDocument
  normalised: NormalisedGraph
  options: SanitizeOptions
}

export interface SanitizeFiles {
  out?: string | undefined
  scores?: string | undefined
  report?: string | undefined
  html?: string | undefined
}

export async function openGraph(request: SanitizeRequest): Promise<OpenedGraph> {
  const {largestComponent, weights, ...reading} = request.reading
  const document = await readGraph(request.graph, readOptionsOf(reading))
  const normalised = normalise(document, {largestComponent, weights})
  const kinds = reading.within ? kindsOf(document, normalised, reading.within) : null
  const {protect, focus, suppress, truth, explain} = request
  const [kept, seen] = [
    protect === null ? null : await readNodeList(protect, normalised),
    focus === null ? null : await readNodeList(focus, normalised),
  ]
  const suppressed = suppress === null ? null : await readSuppressions(suppress, normalised, request.today)
  // A file of pairs, or an array name.
  const known =
    truth !== null && existsSync(truth) && !isFolder(truth)
      ? await readNamedPairs(truth, normalised, {
          idsAsText: reading.idsAsText,
          sourceColumn: reading.sourceColumn ?? undefined,
          targetColumn: reading.targetColumn ?? undefined,
        })
      : null
  const options: SanitizeOptions = {
    ...request.options,
    protect: kept?.nodes ?? null,
    focus: seen?.nodes ?? null,
    suppressed: suppressed?.edges ?? null,
    kinds,
    explain: pairsOf(explain, normalised),
    truth:
      truth === null ? null : known === null ? await readTruth(document.inputs[0]!, truth, normalised) : known.pairs,
  }
  const unused: Note[] =
    weights === 'ignore' && normalised.writeWeights !== null
      ? [
          {
            level: 'info',
            code: 'weights-ignored',
            message: 'edge weights are ignored: every edge counts as 1; kept edges are written with their weights',
          },
        ]
      : []
  if (known !== null && known.leftOut > 0)
    unused.push({
      level: 'warning',
      code: 'truth-left-out',
      message: `${truth!}: ${known.leftOut} rows name a node that the graph does not have; they are not used for grading`,
    })
  const files = [kept, seen, suppressed, known].flatMap((read) => (read === null ? [] : [read.file]))
  return {
    request,
    document: {
      ...document,
      inputs: [...document.inputs, ...files],
      notes: [...document.notes, ...(suppressed?.notes ?? []), ...(kinds?.notes ?? []), ...unused],
    },
    normalised,
    options,
  }
}

function pairsOf(pairs: readonly [string, string][], normalised: NormalisedGraph): Uint32Array {
  const find = nodeFinder(normalised)
  return Uint32Array.from(
    pairs.flatMap((pair) =>
      pair
        .map((name) => {
          const node = find(name)
          if (node === undefined)
            throw new UsageError(`--explain: ${JSON.stringify(name)} is not a node of the graph`, [
              'name both ends as in the graph',
            ])
          return node
        })
        .sort((a, b) => a - b),
    ),
  )
}

/**
 * Opens the graph of partial results, which must be the one that the shards read.
 *
 * Throws  InputError  a file has changed (names it), or what readGraph throws.
 */
export async function openSameGraph(request: SanitizeRequest, inputs: readonly InputFile[]): Promise<OpenedGraph> {
  const opened = await openGraph(request)
  const changed = opened.document.inputs.find(({sha256}, k) => sha256 !== inputs[k]?.sha256)
  if (changed !== undefined)
    throw new InputError(`${changed.path}: is not the file that the shards read`, [
      'merge with the file that the shards read, or run all shards again',
    ])
  return opened
}

/** Every choice of a request as the report says it; the graph is not read for it. */
export function configOf(request: SanitizeRequest): Record<string, Json> {
  const {reading, truth, options} = request
  const settings = resolveSettings({...options, truth: null})
  return {
    ...settings,
    ridge: Number.isFinite(settings.ridge) ? settings.ridge : 'infinity',
    prune: options.prune,
    minDegree: options.minDegree,
    labelFree: options.labelFree ?? null,
    repair: options.repair ?? 0,
    enoughNeighbours: options.enoughNeighbours ?? null,
    edges: reading.edges ?? 'edges',
    ...(reading.arrays !== undefined && {arrays: {...reading.arrays}}),
    labelAttribute: reading.labelAttribute,
    featureAttributes: reading.featureAttributes,
    splitNumbers: reading.splitNumbers,
    idColumn: reading.idColumn ?? null,
    idsAsText: reading.idsAsText ?? false,
    firstId: reading.firstId ?? null,
    rowsInOrder: reading.rowsInOrder ?? false,
    sourceColumn: reading.sourceColumn ?? null,
    targetColumn: reading.targetColumn ?? null,
    header: reading.header ?? null,
    protect: request.protect,
    focus: request.focus,
    suppress: request.suppress,
    weights: reading.weights,
    largestComponent: reading.largestComponent,
    ...(reading.within && {within: reading.within}),
    truth,
  }
}

/** The origin of a result for this graph. */
export const settingOf = ({request, document}: OpenedGraph, engine: Setting['engine']): Setting => ({
  inputs: [...document.inputs],
  config: configOf(request),
  engine,
  notes: [...document.notes],
})

/** A result as the outcome of a command, and the cleaned graph's bytes if a file is requested. */
export function outcomeOf(
  {document, normalised}: OpenedGraph,
  setting: Setting,
  result: SanitizeResult,
  out: string | undefined,
  soft = false,
): {outcome: CommandOutcome<SanitizeReport['metrics']>; written: WriteResult | null} {
  const written =
    out === undefined
      ? null
      : soft
        ? writeGraph(document, normalised, new Uint8Array(result.scores.pruned.length), out, result.scores.weight)
        : writeGraph(document, normalised, result.scores.pruned, out, null, result.repair.added)
  const metrics = {...result.metrics, reading: {...normalised.counts}}
  return {
    outcome: {
      ...setting,
      metrics,
      verdict: result.verdict,
      notes: [...setting.notes, ...result.notes, ...(written?.notes ?? [])],
    },
    written,
  }
}

/** Writes the cleaned graph last: if it exists, all other files do too. */
export async function writeFiles(
  files: SanitizeFiles,
  {normalised, document}: OpenedGraph,
  {scores, repair}: SanitizeResult,
  report: SanitizeReport,
  written: WriteResult | null,
): Promise<void> {
  if (files.scores !== undefined)
    await writeFileAtomic(
      files.scores,
      scoresCsv(scores, repair, normalised.graph.nodeNames, edgeKeys(document, normalised)),
    )
  if (files.report !== undefined) await writeFileAtomic(files.report, toJson(report))
  if (files.html !== undefined) {
    // Loaded on demand, because its drawing code loads slowly.
    const {sanitizeHtml} = await import('../render/html/sanitize.js')
    await writeFileAtomic(files.html, sanitizeHtml(report))
  }
  if (written !== null) await writeFileAtomic(files.out!, written.bytes)
}
