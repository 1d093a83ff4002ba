import {join} from 'node:path'
import {existsSync} from 'node:fs'
import {UsageError} from '../errors.js'
import type {Frame} from '../frame/report.js'
import type {Shard} from '../frame/shard.js'
import type {SelectedEngine} from '../pairwise/select.js'
import type {SanitizeResult, SanitizeRun} from '../sanitize/sanitize.js'
import {isShared, type Stage, STAGES} from '../sanitize/stage-names.js'
import {piecesIn} from './pieces.js'
import {claimRun, joinRun} from './resumption.js'
import type {OpenedGraph} from './sanitize-run.js'

/** A run in stages belongs to its folder as a whole run does, but not to the same one. */
const PLAN = {stages: [...STAGES]}

/** What a process of a stage did. */
export interface StageOutcome {
  stage: Stage
  shard: Shard | null
  folder: string
  /** groups of nodes that this process did, and that were done before; null: the stage has no groups */
  groups: {done: number; kept: number} | null
}

/** Whether the stage needs the graph; the others need what `draw` left in the folder. */
export const readsGraph = (stage: Stage): stage is 'draw' | 'cut' => stage === 'draw' || stage === 'cut'

/** Whether a folder of --resume is that of a run in stages. */
export const isStaged = (folder: string): boolean => existsSync(join(folder, 'draw.safetensors'))

/** Throws UsageError: --shard or --resume do not go with the stage. */
export function checkStage({stage, shard, out, resume}: StageFlags): void {
  if (shard !== undefined && stage === undefined) {
    if (out === undefined) throw new UsageError('--shard needs --out for its partial result', ['add --out part-1.json'])
    if (resume !== undefined)
      throw new UsageError('--shard with --resume needs --stage, which says of what a share is done', [
        'add --stage sums, or leave --resume out',
      ])
  }
  if (stage === undefined) return
  if (shard !== undefined && !isShared(stage))
    throw new UsageError(`the stage ${stage} is one process: it has no shards`, ['leave --shard out'])
}

export interface StageFlags {
  stage: Stage | undefined
  shard: Shard | undefined
  out: string | undefined
  resume: string | undefined
}

/** A stage that needs no graph. */
export async function runSharedStage(
  {stage, folder, shard}: {stage: Exclude<Stage, 'draw' | 'cut'>; folder: string; shard: Shard | undefined},
  frame: Frame,
  {engine}: SelectedEngine,
  run: SanitizeRun,
): Promise<StageOutcome> {
  const pieces = piecesIn(folder, await joinRun(folder, frame))
  const {sharedStage, solveStage} = await import('../sanitize/shared-stages.js')
  if (stage === 'solve') {
    await solveStage(engine, pieces, run)
    return {stage, shard: null, folder, groups: null}
  }
  const groups = await sharedStage(stage, engine, pieces, shard ?? {index: 1, count: 1}, run)
  return {stage, shard: shard ?? null, folder, groups}
}

/** A stage of one process that reads the graph. */
export async function runGraphStage(
  {stage, folder}: {stage: 'draw' | 'cut'; folder: string},
  {normalised: {graph}, options}: OpenedGraph,
  frame: Frame,
  {engine}: SelectedEngine,
  run: SanitizeRun,
): Promise<StageOutcome> {
  const name = stage === 'draw' ? await claimRun(folder, frame, PLAN) : await joinAgain(folder, frame)
  const {cutStage, drawStage} = await import('../sanitize/stages.js')
  await (stage === 'draw' ? drawStage : cutStage)(graph, options, engine, piecesIn(folder, name), run)
  return {stage, shard: null, folder, groups: null}
}

/** The result of a run in stages, from what is in its folder. */
export async function stagedResult(
  folder: string,
  {normalised: {graph}, options}: OpenedGraph,
  frame: Frame,
  {engine}: SelectedEngine,
  run: SanitizeRun,
): Promise<SanitizeResult> {
  const pieces = piecesIn(folder, await joinAgain(folder, frame))
  const {concludeStages} = await import('../sanitize/stages.js')
  return concludeStages(graph, options, engine, pieces, run)
}

/** The run of the folder for a process that read the inputs: they must be the same files. */
async function joinAgain(folder: string, frame: Frame): Promise<string> {
  await joinRun(folder, frame)
  return claimRun(folder, frame, PLAN)
}
