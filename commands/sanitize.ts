import {Args, Flags} from '@oclif/core'
import {BaseCommand, type RunFlags} from '../src/cli/base-command.js'
import type {CandidateRequest} from '../src/cli/candidates-run.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {configFlags, defined, force, GROUP, outputFile, resume, shard} from '../src/cli/flags.js'
import {requireInputMemory} from '../src/cli/input-memory.js'
import {requestOf, sanitizeFlags} from '../src/cli/sanitize-flags.js'
import {requireOutput} from '../src/cli/sanitize-outputs.js'
import {
  checkStage,
  isStaged,
  readsGraph,
  runGraphStage,
  runSharedStage,
  stagedResult,
  type StageOutcome,
} from '../src/cli/stage-run.js'
import type {OpenedGraph} from '../src/cli/sanitize-run.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {visible} from '../src/frame/visible.js'
import {residentBytes} from '../src/frame/memory.js'
import type {SelectedEngine} from '../src/pairwise/select.js'
import {withChecksum} from '../src/frame/checksum.js'
import {toJson} from '../src/frame/json.js'
import type {SanitizePartial} from '../src/documents/partials.js'
import type {SanitizeReport} from '../src/documents/reports.js'
import type {SanitizeResult, SanitizeRun} from '../src/sanitize/sanitize.js'
import {type Stage, STAGES} from '../src/sanitize/stage-names.js'

export default class Sanitize extends BaseCommand {
  static override summary = 'Remove the edges that an adversary added to a graph, without training a model.'

  static override description =
    `Scores every edge by how much the graph kernel complexity falls when it is removed, by what its ends' features
and neighbourhoods say of it, and removes the most suspect ones. Only the labels of the training split are read.
The cleaned graph is written in the format of the input, or in another by extension.`

  static override examples = [
    {
      description: 'let surety choose how much to prune',
      command: '<%= config.bin %> sanitize attacked.npz --out clean.npz --scores scores.csv --html report.html',
    },
    {
      description: 'an edge list with features and labels in separate files, a tenth of the edges',
      command: '<%= config.bin %> sanitize edges.csv --features x.npy --labels y.csv --prune 10% --out clean.csv',
    },
    {
      description: 'the second of four shards, for surety merge',
      command: '<%= config.bin %> sanitize graph.npz --shard 2/4 --out part-2.json',
    },
    {
      description: 'the second of four shares of one stage of a run in stages (docs/scale.md)',
      command: '<%= config.bin %> sanitize graph.npz --resume work --stage sums --shard 2/4',
    },
    {
      description: 'transactions of today, scored against the graph of yesterday',
      command:
        '<%= config.bin %> sanitize yesterday.csv --labels accounts.csv --score-edges today.csv --scores judged.csv',
    },
    {description: 'only score, write no graph', command: '<%= config.bin %> sanitize graph.graphml --dry-run'},
  ]

  static override args = {
    graph: Args.string({
      required: true,
      description:
        'npz (DeepRobust, scipy, PyG, plain), edge table csv/tsv/txt(.gz), GraphML, GEXF, GML, Pajek, Matrix Market, JSON (graphology, node-link, Cytoscape, adjacency), OGB folder',
    }),
  }

  static override flags = fromEnvironment('sanitize', {
    ...sanitizeFlags,
    'explain-plan': Flags.boolean({
      helpGroup: GROUP.run,
      description: 'print how the scores would be computed, and what the alternatives would cost, and stop',
    }),
    'score-edges': Flags.string({
      helpGroup: GROUP.run,
      exclusive: ['only-new', 'out', 'report', 'html', 'shard', 'resume', 'soft', 'explain-plan'],
      description:
        'csv of pairs of nodes, in the graph or not: score these against the graph and write --scores for them; prunes nothing and needs no kernel',
    }),
    'only-new': Flags.string({
      helpGroup: GROUP.run,
      exclusive: ['score-edges', 'out', 'report', 'html', 'shard', 'resume', 'soft', 'explain-plan'],
      description: "csv of an earlier --scores: the same for the graph's edges that are not in it",
    }),
    resume: resume({exclusive: ['explain-plan']}),
    stage: Flags.string({
      helpGroup: GROUP.run,
      options: [...STAGES],
      dependsOn: ['resume'],
      exclusive: ['dry-run', 'explain-plan', 'out', 'scores', 'report', 'html', 'soft', 'score-edges', 'only-new'],
      description:
        'do one stage of a run through landmarks in the folder of --resume, sums, scores and after each by as many --shard as you like; the same command without a stage, after all of them, writes the result',
    }),
    shard: shard({
      helpGroup: GROUP.run,
      exclusive: ['dry-run', 'explain-plan', 'scores', 'report', 'html', 'soft'],
      description:
        'i/n: do the i-th of n shares of the work and write a partial result to --out; surety merge joins them',
    }),
    'dry-run': Flags.boolean({helpGroup: GROUP.output, description: 'score and report, but write no graph'}),
    out: outputFile({
      helpGroup: GROUP.output,
      description:
        'write the cleaned graph, the extension chooses the format (.pyg.npz: edge_index for PyTorch Geometric); with --shard the partial result',
    }),
    force: force(),
    soft: Flags.boolean({
      default: false,
      helpGroup: GROUP.output,
      description: 'keep every edge in --out and give it a weight from 0 to 1 instead',
    }),
    scores: outputFile({helpGroup: GROUP.output, description: "write every part of every edge's score as csv"}),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    ...configFlags,
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
  })

  async run(): Promise<SanitizeReport | SanitizePartial | undefined> {
    const {args, flags} = await this.parse(Sanitize)
    const stage = flags.stage as Stage | undefined
    checkStage({...flags, stage})
    requireOutput(args.graph, flags)
    if (stage !== undefined && !readsGraph(stage)) {
      const {configOf} = await import('../src/cli/sanitize-run.js')
      const engine = await this.engine(flags)
      const frame = this.frame(
        {inputs: [], config: configOf(requestOf(args.graph, flags)), engine, notes: []},
        flags.seed,
      )
      const outcome = await runSharedStage({stage, folder: flags.resume!, shard: flags.shard}, frame, engine, {
        ...defined({memoryLimitBytes: flags['max-memory']}),
        threads: engine.threads,
        onProgress: this.progress.update,
      }).finally(() => engine.engine.close())
      await this.told(outcome)
      return undefined
    }
    requireInputMemory([args.graph, flags.features], flags['max-memory'])
    // Errors that do not need the graph are reported before loading its readers.
    const {openGraph, outcomeOf, settingOf, writeFiles} = await import('../src/cli/sanitize-run.js')
    const opened = await openGraph(requestOf(args.graph, flags))
    const {graph} = opened.normalised
    if (flags.out !== undefined && flags.shard === undefined && !flags['dry-run']) {
      const {conversionNotes} = await import('../src/graph/write-graph.js')
      for (const {level, message} of conversionNotes(opened.document, opened.normalised, flags.out))
        if (level === 'warning') process.stderr.write(`${flags.out}: ${visible(message)}\n`)
    }
    const limits = {
      ...defined({threads: flags.threads, memoryLimitBytes: flags['max-memory']}),
      heldBytes: residentBytes(),
    }
    if (flags['explain-plan']) {
      const [{explainPlan}, {planText}] = await Promise.all([
        import('../src/sanitize/sanitize.js'),
        import('../src/render/terminal/plan.js'),
      ])
      const plan = explainPlan(graph, opened.options, limits)
      process.stdout.write(
        this.jsonEnabled() ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan, terminalOf(process.stdout)),
      )
      return undefined
    }
    const candidates =
      flags['score-edges'] !== undefined
        ? {pairs: flags['score-edges']}
        : flags['only-new'] !== undefined
          ? {earlier: flags['only-new']}
          : null
    if (candidates !== null) {
      await this.scorePairs(opened, candidates, flags, limits)
      return undefined
    }
    const engine = await this.engine(flags)
    const run = {...limits, threads: engine.threads, onProgress: this.progress.update}
    if (stage !== undefined) {
      const frame = this.frame(settingOf(opened, engine), flags.seed)
      const outcome = await runGraphStage({stage, folder: flags.resume!}, opened, frame, engine, run).finally(() =>
        engine.engine.close(),
      )
      await this.told(outcome)
      return undefined
    }
    if (flags.shard !== undefined) {
      const [{sanitizeShard}, {sealPartial}, {partialText}] = await Promise.all([
        import('../src/sanitize/shards.js'),
        import('../src/documents/partials.js'),
        import('../src/render/terminal/partial.js'),
      ])
      const share = await sanitizeShard(graph, opened.options, engine.engine, flags.shard, run).finally(() =>
        engine.engine.close(),
      )
      const partial = sealPartial({
        ...this.frame(settingOf(opened, engine), flags.seed),
        kind: 'partial' as const,
        command: 'sanitize' as const,
        shard: flags.shard,
        request: opened.request,
        ...share,
      })
      await writeFileAtomic(flags.out!, toJson(partial))
      this.show(partialText(partial, flags.out!, terminalOf(process.stdout)), partial.notes)
      return partial
    }
    const result = await this.scored(opened, engine, flags, run).finally(() => engine.engine.close())
    const files = {...flags, out: flags['dry-run'] ? undefined : flags.out}
    const {outcome, written} = outcomeOf(opened, settingOf(opened, engine), result, files.out, flags.soft)
    const report: SanitizeReport = withChecksum({...this.report(outcome, flags.seed), command: 'sanitize' as const})
    await writeFiles(files, opened, result, report, written)
    const {sanitizeText} = await import('../src/render/terminal/sanitize.js')
    this.finish(report, sanitizeText(report, terminalOf(process.stdout)))
    return report
  }

  private async told(outcome: StageOutcome): Promise<void> {
    const {stageText} = await import('../src/render/terminal/stage.js')
    const next = STAGES[STAGES.indexOf(outcome.stage) + 1]
    if (this.jsonEnabled()) process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`)
    this.show(stageText(outcome, next, terminalOf(process.stdout)), [])
  }

  private async scorePairs(
    opened: OpenedGraph,
    candidates: CandidateRequest,
    flags: RunFlags & {scores: string | undefined},
    run: SanitizeRun,
  ): Promise<void> {
    const [{judgePairs, candidatesJson, writeCandidates}, {candidatesText}] = await Promise.all([
      import('../src/cli/candidates-run.js'),
      import('../src/render/terminal/candidates.js'),
    ])
    const engine = await this.engine(flags)
    const pairs = await judgePairs(opened, candidates, engine.engine, {...run, threads: engine.threads}).finally(() =>
      engine.engine.close(),
    )
    if (flags.scores !== undefined) await writeCandidates(flags.scores, pairs)
    if (this.jsonEnabled()) process.stdout.write(`${JSON.stringify(candidatesJson(pairs), null, 2)}\n`)
    else this.show(candidatesText(pairs, terminalOf(process.stdout)), opened.document.notes)
  }

  private async scored(
    opened: OpenedGraph,
    engine: SelectedEngine,
    {resume, seed}: {resume: string | undefined; seed: number},
    run: SanitizeRun,
  ): Promise<SanitizeResult> {
    const {
      normalised: {graph},
      options,
    } = opened
    if (resume === undefined) {
      const {sanitize} = await import('../src/sanitize/sanitize.js')
      return sanitize(graph, options, engine.engine, run)
    }
    const [{keptIn}, {settingOf}, {sanitizeKept}] = await Promise.all([
      import('../src/cli/resumption.js'),
      import('../src/cli/sanitize-run.js'),
      import('../src/sanitize/shards.js'),
    ])
    const frame = this.frame(settingOf(opened, engine), seed)
    if (isStaged(resume)) return stagedResult(resume, opened, frame, engine, run)
    return sanitizeKept(graph, options, engine.engine, keptIn(resume, 'PackedPart', frame), run)
  }
}
