import {availableParallelism} from 'node:os'
import {type CertifyOptions, DEFAULT_OPTIONS} from '../certify/options.js'
import {compareWith} from '../certify/evidence/pairing.js'
import {ruleSource} from './rule-source.js'
import type {RuleRequest} from '../certify/nearest/make-rule.js'
import type {Rule} from '../certify/nearest/rule.js'
import type {PackedBlockSums} from '../certify/evidence/partial-blocks.js'
import type {FreshBound, LossName, MetricName} from '../certify/types.js'
import type {Checkpoint} from '../checkpoint/index.js'
import type {Shard} from '../frame/shard.js'
import type {SelectedEngine} from '../pairwise/select.js'
import {withChecksum} from '../frame/checksum.js'
import {type CertifyPartial, sealPartial} from '../documents/partials.js'
import type {CertifyReport} from '../documents/reports.js'
import {readSubject} from './certify-inputs.js'
import {readEarlier} from './earlier-report.js'
import type {CertifyFlags} from './certify-flags.js'
import {defined} from './flags.js'
import {namedRows} from './pictures.js'
import type {OnProgress} from './progress.js'
import {keptIn} from './resumption.js'
import type {RunFrame} from './run-frame.js'

export interface CertifyInvocation {
  /** path of the checkpoint, as given */
  path: string
  flags: CertifyFlags
  engine: () => Promise<SelectedEngine>
  frames: RunFrame
  onProgress: OnProgress
}

/** Options of the command that a gate does not have. */
export interface CertifyExtras {
  /** folder for storing partial work, and for resuming it */
  resume?: string | undefined
  /** a deployment rule, and how to write it */
  rule?: {request: RuleRequest; write: (rule: Rule) => Promise<void>} | undefined
}

/**
 * A checkpoint's certificate. `resume`: folder for storing partial work, and for resuming it. Throws what its readers
 * and certify throw.
 */
export async function certifyReport(
  checkpoint: Checkpoint,
  run: CertifyInvocation,
  {resume, rule}: CertifyExtras = {},
): Promise<CertifyReport> {
  const {states, pairs, pictures, subject, options, engine, setting} = await prepare(checkpoint, run)
  const {flags, frames, onProgress} = run
  const earlier = flags.against === undefined ? null : await readEarlier(flags.against)
  const {certify} = await import('../certify/certify.js')
  const kept =
    resume === undefined
      ? undefined
      : keptIn<PackedBlockSums>(resume, 'PackedBlockSums', frames.frame(setting, flags.seed))
  const result = await certify(states, options, engine.engine, {
    onBlock: blocks(onProgress),
    perturbations: pairs,
    ...defined({kept, rule: rule?.request}),
  }).finally(() => engine.engine.close())
  const {metrics, verdict, notes, evidence} = result
  if (result.rule !== undefined) {
    const source = ruleSource(flags, setting.inputs)
    await rule!.write({...result.rule, ...(source === null ? {} : {source})})
  }
  const inputs = [...setting.inputs, ...(earlier === null ? [] : [earlier.file])]
  if (earlier !== null) metrics.comparison = compareWith(earlier, {metrics, evidence, inputs}, options.alpha)
  const thumbnails = await pictures(namedRows(metrics))
  return withChecksum({
    ...frames.report({...setting, inputs, metrics, verdict, notes: [...checkpoint.notes, ...notes]}, flags.seed),
    command: 'certify' as const,
    subject,
    ...(thumbnails.length === 0 ? {} : {thumbnails}),
    ...(evidence === null ? {} : {evidence}),
  })
}

/** One shard of a certificate. */
export async function certifyPartial(
  checkpoint: Checkpoint,
  run: CertifyInvocation,
  shard: Shard,
): Promise<CertifyPartial> {
  const {states, pictures, subject, options, engine, setting} = await prepare(checkpoint, run)
  const {certifyShard, mayBeNamed} = await import('../certify/shards.js')
  const share = await certifyShard(states, options, engine.engine, shard, blocks(run.onProgress)).finally(() =>
    engine.engine.close(),
  )
  const thumbnails = await pictures(mayBeNamed(share))
  return sealPartial({
    ...run.frames.frame(setting, run.flags.seed),
    kind: 'partial' as const,
    command: 'certify' as const,
    shard,
    subject,
    ...(thumbnails.length === 0 ? {} : {thumbnails}),
    ...share,
  })
}

const blocks = (onProgress: OnProgress) => (done: number, total: number) => onProgress('blocks of pairs', done, total)

async function prepare(checkpoint: Checkpoint, {path, flags, engine: select, onProgress}: CertifyInvocation) {
  const {states, pairs, pictures, subject, inputs, config} = await readSubject(checkpoint, path, flags, onProgress)
  const options = optionsOf(flags)
  const {requireCertifyMemory} = await import('../certify/plan/memory.js')
  requireCertifyMemory(states, options, {
    threads: flags.threads ?? availableParallelism(),
    perturbations: pairs.length,
    ...defined({memoryLimitBytes: flags['max-memory']}),
  })
  const engine = await select()
  const setting = {
    inputs,
    config: {
      ...options,
      deltas: listOrAuto(options.deltas),
      etas: listOrAuto(options.etas),
      bounds: [...options.bounds],
      ...config,
    },
    engine,
    notes: checkpoint.notes,
  }
  return {states, pairs, pictures, subject, options, engine, setting}
}

const optionsOf = (flags: CertifyFlags): CertifyOptions => ({
  loss: (flags.loss as LossName | undefined) ?? 'auto',
  metric: flags.metric as MetricName,
  scale: flags.scale as 'median' | 'none',
  floor: flags.floor ?? 'auto',
  deltas: flags.delta ?? 'auto',
  etas: flags.eta ?? 'auto',
  alpha: flags.alpha,
  split: flags['no-split'] ? null : (flags.split ?? DEFAULT_OPTIONS.split),
  seed: flags.seed,
  bootstrap: flags.bootstrap,
  lossMax: flags['loss-max'] ?? 'auto',
  bounds: (flags.bounds as FreshBound[] | undefined) ?? [],
  examples: flags.examples ?? (flags.group === undefined ? DEFAULT_OPTIONS.examples : 0),
  risk: flags.risk,
  duplicates: flags['drop-duplicates'] ? 'drop' : 'keep',
  group: flags.group ?? null,
  slice: flags.slice ?? null,
  plan: flags.plan ?? null,
  maxShare: flags['max-share'] ?? null,
  minAccuracy: flags['min-accuracy'] ?? null,
  allowUninformative: flags['allow-uninformative'],
})

const listOrAuto = (values: readonly number[] | 'auto') => (values === 'auto' ? values : [...values])
