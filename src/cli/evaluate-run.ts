import {writeFileAtomic} from '../data/atomic-write.js'
import type {Evaluation} from '../evaluate/evaluate.js'
import type {EvaluateOptions} from '../evaluate/types.js'
import {readTargets} from '../graph/targets.js'
import {readPairs} from '../graph/truth.js'
import {evaluateHtml} from '../render/html/evaluate.js'
import {toJson} from '../frame/json.js'
import type {EvaluateReport} from '../documents/reports.js'
import type {SanitizeRequest} from '../sanitize/request.js'
import type {CommandOutcome, Setting} from './run-frame.js'
import {type OpenedGraph, openGraph, settingOf} from './sanitize-run.js'

/** An evaluation as requested by the flags; arrays are names in the graph's npz. */
export interface EvaluateRequest {
  sanitize: SanitizeRequest
  clean: string | null
  targets: string | null
  options: Pick<EvaluateOptions, 'model' | 'seeds' | 'compare' | 'budgets'>
}

export interface OpenedEvaluation {
  request: EvaluateRequest
  opened: OpenedGraph
  options: EvaluateOptions
}

export async function openEvaluation(request: EvaluateRequest): Promise<OpenedEvaluation> {
  const opened = await openGraph(request.sanitize)
  const [graph] = opened.document.inputs
  const {truth, seed, ...sanitize} = opened.options
  const clean =
    request.clean === null
      ? null
      : await readPairs(
          graph!,
          request.clean,
          opened.normalised,
          'name the array of edges before the attack with --clean',
        )
  const targets = request.targets === null ? null : await readTargets(graph!, request.targets, opened.normalised)
  return {request, opened, options: {...request.options, seed, truth, clean, targets, sanitize}}
}

export function evaluationOutcome(
  {request, opened}: OpenedEvaluation,
  engine: Setting['engine'],
  {metrics, verdict, notes}: Evaluation,
): CommandOutcome<EvaluateReport['metrics']> {
  const setting = settingOf(opened, engine)
  const {model, seeds, compare, budgets} = request.options
  const config = {
    ...setting.config,
    model,
    seeds,
    compare,
    budgets: [...budgets],
    clean: request.clean,
    targets: request.targets,
  }
  return {...setting, config, metrics, verdict, notes: [...setting.notes, ...notes]}
}

export async function writeEvaluation(
  files: {out?: string | undefined; html?: string | undefined},
  report: EvaluateReport,
): Promise<void> {
  if (files.html !== undefined) await writeFileAtomic(files.html, evaluateHtml(report))
  if (files.out !== undefined) await writeFileAtomic(files.out, toJson(report))
}
