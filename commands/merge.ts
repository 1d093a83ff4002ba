import {constants} from 'node:buffer'
import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {mergeShares} from '../src/certify/shards.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {defined, force, GROUP, maxMemory, outputFile, requireAbsent} from '../src/cli/flags.js'
import {namedRows} from '../src/cli/pictures.js'
import {openSameGraph, outcomeOf, type SanitizeFiles, settingOf, writeFiles} from '../src/cli/sanitize-run.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {readInput} from '../src/data/read-file.js'
import {UsageError} from '../src/errors.js'
import {graphExtension} from '../src/graph/extensions.js'
import {mergeDriftShares} from '../src/drift/shards.js'
import {certifyHtml} from '../src/render/html/certify.js'
import {driftHtml} from '../src/render/html/drift.js'
import {withChecksum} from '../src/frame/checksum.js'
import {toJson} from '../src/frame/json.js'
import type {CertifyPartial, DriftPartial, SanitizePartial} from '../src/documents/partials.js'
import {parsePartial} from '../src/documents/read-partial.js'
import type {CertifyReport, DriftReport, SanitizeReport} from '../src/documents/reports.js'
import {type PartialFile, shardSet, type ShardSet} from '../src/documents/shard-set.js'
import {certifyText} from '../src/render/terminal/certify.js'
import {driftText} from '../src/render/terminal/drift.js'
import {sanitizeText} from '../src/render/terminal/sanitize.js'
import {VERSION} from '../src/version.js'

interface MergeFlags extends SanitizeFiles {
  threads: number | undefined
  'require-gpu': boolean
  'max-memory': number | undefined
  soft: boolean
  force: boolean
}

export default class Merge extends BaseCommand {
  static override summary = 'Join the partial results of all shards into the report of one run.'

  static override description =
    `The report is the same as without --shard, except the run block. Partial results of different runs, versions or inputs are
refused, and so is a set with a missing shard. Those of certify and drift need neither the model nor the data; those of
sanitize need the graph again, at the same path. An existing graph is not overwritten without --force.`

  static override examples = [
    {
      description: 'four shards of certify',
      command: '<%= config.bin %> merge part-1.json part-2.json part-3.json part-4.json --out report.json',
    },
    {
      description: 'four shards of sanitize',
      command:
        '<%= config.bin %> merge part-1.json part-2.json part-3.json part-4.json --out clean.npz --report report.json',
    },
  ]

  static override strict = false

  static override args = {
    partials: Args.string({
      required: true,
      description: 'the files that --shard wrote, one for each shard, in any order',
    }),
  }

  static override flags = fromEnvironment('merge', {
    out: outputFile({
      helpGroup: GROUP.output,
      description: 'for certify the report as JSON, for sanitize the cleaned graph',
    }),
    force: force(),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    soft: Flags.boolean({
      default: false,
      helpGroup: GROUP.output,
      description: 'for sanitize: keep every edge in --out and give it a weight from 0 to 1 instead',
    }),
    scores: outputFile({
      helpGroup: GROUP.output,
      description: "for sanitize: write every part of every edge's score as csv",
    }),
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
    'max-memory': maxMemory(),
  })

  async run(): Promise<CertifyReport | SanitizeReport | DriftReport> {
    const {argv, flags} = await this.parse(Merge)
    const inputs = new Set((argv as string[]).map((path) => resolve(path)))
    for (const path of [flags.out, flags.report, flags.scores, flags.html]) {
      if (path !== undefined && inputs.has(resolve(path)))
        throw new UsageError(`${path} is one of the partial results and would be overwritten`, [
          'write to another file',
        ])
    }
    const files: PartialFile[] = []
    for (const path of argv as string[])
      files.push({path, partial: parsePartial((await readInput(path, constants.MAX_STRING_LENGTH)).bytes, path)})
    const set = shardSet(files, VERSION)
    if (set.command === 'sanitize') return this.sanitize(set as ShardSet<SanitizePartial>, flags)
    refuseSanitizeFlags(flags, set.command)
    return set.command === 'certify'
      ? this.certify(set as ShardSet<CertifyPartial>, flags)
      : this.drift(set as ShardSet<DriftPartial>, flags)
  }

  private async certify(
    {files, engine, notes, remarks}: ShardSet<CertifyPartial>,
    flags: MergeFlags,
  ): Promise<CertifyReport> {
    const {inputs, config, seed, subject} = files[0]!.partial
    const merged = mergeShares(files.map(({path, partial}) => ({place: path, share: partial})))
    const named = new Set(namedRows(merged.metrics))
    const pictures = new Map(
      files
        .flatMap(({partial}) => partial.thumbnails ?? [])
        .filter(({row}) => named.has(row))
        .map((picture) => [picture.row, picture]),
    )
    const thumbnails = [...pictures.values()].sort((a, b) => a.row - b.row)
    const report: CertifyReport = withChecksum({
      ...this.report(
        {
          inputs,
          config,
          engine: {report: engine, threads: 1},
          metrics: merged.metrics,
          verdict: merged.verdict,
          notes: [...notes, ...merged.notes],
        },
        seed,
        'certify',
      ),
      command: 'certify' as const,
      subject,
      ...(thumbnails.length === 0 ? {} : {thumbnails}),
      ...(merged.evidence === null ? {} : {evidence: merged.evidence}),
    })
    for (const path of [flags.out, flags.report]) if (path !== undefined) await writeFileAtomic(path, toJson(report))
    if (flags.html !== undefined) await writeFileAtomic(flags.html, certifyHtml(report))
    this.finish(report, certifyText(report, terminalOf(process.stdout)), remarks)
    return report
  }

  private async drift(
    {files, engine, notes, remarks}: ShardSet<DriftPartial>,
    flags: MergeFlags,
  ): Promise<DriftReport> {
    const {inputs, config, seed} = files[0]!.partial
    const merged = mergeDriftShares(files.map(({path, partial}) => ({place: path, share: partial})))
    const setting = {inputs, config, engine: {report: engine, threads: 1}, notes: [...notes, ...merged.notes]}
    const report: DriftReport = withChecksum({
      ...this.report({...setting, metrics: merged.metrics, verdict: merged.verdict}, seed, 'drift'),
      command: 'drift' as const,
    })
    for (const path of [flags.out, flags.report]) if (path !== undefined) await writeFileAtomic(path, toJson(report))
    if (flags.html !== undefined) await writeFileAtomic(flags.html, driftHtml(report))
    this.finish(report, driftText(report, terminalOf(process.stdout)), remarks)
    return report
  }

  private async sanitize(
    {files, engine, notes, remarks}: ShardSet<SanitizePartial>,
    flags: MergeFlags,
  ): Promise<SanitizeReport> {
    const {inputs, request, seed} = files[0]!.partial
    if (flags.out !== undefined) {
      graphExtension(flags.out)
      if (!flags.force) requireAbsent(flags.out)
    }
    const opened = await openSameGraph(request, inputs)
    const selected = await this.engine({...flags, seed, device: engine.name})
    const {mergeSanitizeShares} = await import('../src/sanitize/shards.js')
    const shares = files.map(({path, partial}) => ({place: path, share: partial}))
    const run = {
      ...defined({memoryLimitBytes: flags['max-memory']}),
      threads: selected.threads,
      onProgress: this.progress.update,
    }
    const result = await mergeSanitizeShares(
      opened.normalised.graph,
      opened.options,
      selected.engine,
      shares,
      run,
    ).finally(() => selected.engine.close())
    const {outcome, written} = outcomeOf(
      opened,
      {...settingOf(opened, {report: engine, threads: selected.threads}), notes},
      result,
      flags.out,
      flags.soft,
    )
    const report: SanitizeReport = withChecksum({
      ...this.report(outcome, seed, 'sanitize'),
      command: 'sanitize' as const,
    })
    await writeFiles(flags, opened, result, report, written)
    this.finish(report, sanitizeText(report, terminalOf(process.stdout)), remarks)
    return report
  }
}

function refuseSanitizeFlags(flags: MergeFlags, command: string): void {
  const foreign =
    flags.scores !== undefined
      ? 'scores'
      : flags.soft
        ? 'soft'
        : flags['max-memory'] !== undefined
          ? 'max-memory'
          : null
  if (foreign !== null)
    throw new UsageError(`--${foreign} is of sanitize, these are partial results of ${command}`, ['leave it out'])
}
