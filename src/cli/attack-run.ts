import {attack} from '../attack/attack.js'
import {attackMetrics, attackVerdict} from '../attack/summary.js'
import type {AttackOptions} from '../attack/types.js'
import {UsageError} from '../errors.js'
import type {GraphDocument, NormalisedGraph, WriteResult} from '../graph/document.js'
import {normalise} from '../graph/normalise.js'
import {readGraph} from '../graph/read-graph.js'
import type {ReadOptions} from '../graph/read-options.js'
import {namedTargets, readTargets} from '../graph/targets.js'
import {writeAttacked} from '../graph/write-attacked.js'
import type {AttackReport} from '../documents/reports.js'
import type {InputFile} from '../frame/report.js'
import {random} from '../stats/random.js'
import type {RunFlags} from './base-command.js'
import type {CommandOutcome} from './run-frame.js'
import type {OnProgress} from './progress.js'

/** An attack as requested by the flags. */
export interface AttackRequest {
  graph: string
  reading: ReadOptions
  largestComponent: boolean
  /** an array of the npz, or node names */
  targets: {array: string} | {names: readonly string[]} | null
  /** a share of the edges, or a number of them */
  budget: {share: number} | {count: number} | null
  options: Omit<AttackOptions, 'count' | 'targets'>
}

/** Attacks run on the CPU: a device requested by name is refused, not silently ignored. */
export function requireProcessor(flags: RunFlags): void {
  if (flags.device !== 'auto' && flags.device !== 'cpu')
    throw new UsageError(`attacks run on the processor, not on ${flags.device}`, ['leave --device out'])
  if (flags['require-gpu'])
    throw new UsageError('attacks run on the processor, and --require-gpu asks for a GPU', ['leave --require-gpu out'])
}

export async function runAttack(
  request: AttackRequest,
  seed: number,
  threads: number,
  onProgress: OnProgress,
): Promise<{outcome: CommandOutcome<AttackReport['metrics']>; written: WriteResult}> {
  const document = await readGraph(request.graph, request.reading)
  const normalised = normalise(document, {largestComponent: request.largestComponent})
  const options = await optionsOf(request, document.inputs[0]!, normalised)
  const result = await attack(normalised.graph, options, random(seed), {threads, onProgress})
  const metrics = {...attackMetrics(normalised.graph, options, result), reading: {...normalised.counts}}
  const written = writeAttacked(document, normalised, result, options.targets)
  return {
    outcome: {
      ...settingOf(document, options, threads),
      metrics,
      verdict: attackVerdict(options, metrics),
      notes: [...document.notes, ...written.notes],
    },
    written,
  }
}

async function optionsOf(
  {targets, budget, options}: AttackRequest,
  graph: InputFile,
  normalised: NormalisedGraph,
): Promise<AttackOptions> {
  const edges = normalised.graph.edges.length / 2
  const nodes =
    targets === null
      ? null
      : 'array' in targets
        ? await readTargets(graph, targets.array, normalised)
        : namedTargets(targets.names, normalised)
  return {
    ...options,
    targets: nodes,
    count: budget === null ? null : 'count' in budget ? budget.count : Math.floor(budget.share * edges),
  }
}

/** The options that affect this method. */
function settingOf(
  document: GraphDocument,
  {method, count, targets, perTarget, adaptive, degreeTest, flipsPerStep, iterations, candidates}: AttackOptions,
  threads: number,
) {
  const config = {
    method,
    ...(method === 'nettack' ? {perTarget} : {count}),
    targets: targets === null ? null : targets.length,
    ...(method === 'nettack' || method === 'metattack' ? {adaptive, degreeTest} : {}),
    ...(method === 'metattack' ? {flipsPerStep} : {}),
    ...(method === 'pgd' ? {iterations, candidates} : {}),
  }
  return {
    inputs: [...document.inputs],
    config,
    engine: {
      report: {
        name: 'cpu',
        precision: 'fp64' as const,
        tried: [{name: 'cpu', outcome: 'taken: attacks run on the processor'}],
      },
      threads,
    },
  }
}
