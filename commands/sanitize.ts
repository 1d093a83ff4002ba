import {Args, Flags, type Interfaces} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {bytes, defined, fromEnvironment, GROUP, names, nodePair, number, outputFile, positiveOrInfinite, shard} from '../src/cli/flags.js'
import {requireInputMemory} from '../src/cli/input-memory.js'
import {openGraph, outcomeOf, settingOf, writeFiles} from '../src/cli/sanitize-run.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {UsageError} from '../src/errors.js'
import {residentBytes} from '../src/linalg/memory.js'
import {toJson} from '../src/report/json.js'
import {type SanitizePartial, sealPartial} from '../src/report/partials.js'
import type {SanitizeReport} from '../src/report/reports.js'
import {partialText} from '../src/report/terminal/partial.js'
import {planText} from '../src/report/terminal/plan.js'
import {sanitizeText} from '../src/report/terminal/sanitize.js'
import type {SanitizeRequest} from '../src/sanitize/request.js'
import type {SanitizeOptions} from '../src/sanitize/settings.js'

export default class Sanitize extends BaseCommand {
  static override summary = 'Remove the edges that an adversary added to a graph, without training a model.'

  static override description = `Scores every edge by how much the graph kernel complexity falls when it is removed, by what its ends' features
and neighbourhoods say of it, and removes the most suspect ones. Only the labels of the training split are read.
The cleaned graph is written in the format of the input, or in another by extension.`

  static override examples = [
    {description: 'let surety choose how much to prune', command: '<%= config.bin %> sanitize attacked.npz --out clean.npz --scores scores.csv --html report.html'},
    {description: 'an edge list with features and labels in files of their own, a tenth of the edges', command: '<%= config.bin %> sanitize edges.csv --features x.npy --labels y.csv --prune-ratio 0.1 --out clean.csv'},
    {description: 'the second of four shards, for surety merge', command: '<%= config.bin %> sanitize graph.npz --shard 2/4 --out part-2.json'},
    {description: 'look, but write nothing', command: '<%= config.bin %> sanitize graph.graphml --dry-run'},
  ]

  static override args = {
    graph: Args.string({required: true, description: 'npz (DeepRobust, scipy, plain), edge list csv/tsv/txt(.gz), GraphML, GEXF, graphology or node-link JSON'}),
  }

  static override flags = fromEnvironment({
    edges: Flags.string({helpGroup: GROUP.input, description: 'array of a plain npz that holds the edges (default: edges)'}),
    features: Flags.string({helpGroup: GROUP.input, description: 'node features in a file of their own: npy, npz or csv'}),
    labels: Flags.string({helpGroup: GROUP.input, description: 'node labels in a file of their own: npy, npz or csv'}),
    split: Flags.string({helpGroup: GROUP.input, description: 'train/validation/test nodes: json or npz; only labels of train are read'}),
    'split-numbers': Flags.string({options: ['file', 'component'], default: 'file', helpGroup: GROUP.input, description: 'whose nodes the split numbers: the file\'s, or those of its largest component'}),
    'label-attribute': Flags.string({helpGroup: GROUP.input, description: 'node attribute that holds the label (GraphML, GEXF, JSON)'}),
    'feature-attributes': names({helpGroup: GROUP.input, description: 'node attributes that hold features, comma-separated'}),
    'largest-component': Flags.boolean({default: false, helpGroup: GROUP.input, description: 'keep only the largest connected component'}),
    weights: Flags.string({options: ['ignore', 'sum', 'max'], default: 'ignore', helpGroup: GROUP.input, description: 'edge weights: ignored, or combined over repeated edges'}),
    truth: Flags.string({helpGroup: GROUP.input, description: 'array of the npz with known adversarial edges; used to grade the result, never to make it'}),
    preset: Flags.string({options: ['surety', 'paper'], default: 'surety', helpGroup: GROUP.method, description: 'surety: fused ranks over all nodes; paper: the literal KC score on labelled nodes'}),
    'node-set': Flags.string({options: ['all', 'labelled'], helpGroup: GROUP.method, description: 'nodes whose kernel complexity counts'}),
    coding: Flags.string({options: ['centred', 'one-hot', 'signed'], helpGroup: GROUP.method, description: 'how a label becomes a row of Y'}),
    norm: Flags.string({options: ['row', 'sym'], helpGroup: GROUP.method, description: 'normalisation of the adjacency matrix'}),
    hops: Flags.integer({min: 1, max: 2, helpGroup: GROUP.method, description: 'aggregation steps before the kernel'}),
    ridge: positiveOrInfinite({helpGroup: GROUP.method, description: 'λ added to the diagonal of the kernel; infinity: kernel–label alignment, without a solve'}),
    sign: Flags.string({options: ['signed', 'absolute'], helpGroup: GROUP.method, description: 'KC score: change of complexity, or its size'}),
    method: Flags.string({options: ['exact', 'first-order', 'auto'], helpGroup: GROUP.method, description: 'KC score by exact removal or in closed form (default: auto, exact up to 1,000 nodes in the node set)'}),
    solver: Flags.string({options: ['auto', 'gram', 'landmarks', 'stream'], helpGroup: GROUP.method, description: 'Gram matrices in memory, Nyström landmarks, or passes over all pairs (default: by size, see --explain-plan)'}),
    landmarks: Flags.integer({min: 1, helpGroup: GROUP.method, description: 'landmark nodes of the solver of that name (default: 1024)'}),
    prune: Flags.string({options: ['auto'], helpGroup: GROUP.method, exclusive: ['prune-ratio', 'prune-count', 'threshold'], description: 'choose the cut without ground truth (the default)'}),
    'prune-ratio': number({min: 0, max: 1, helpGroup: GROUP.method, exclusive: ['prune-count', 'threshold'], description: 'share of the edges to remove'}),
    'prune-count': Flags.integer({min: 0, helpGroup: GROUP.method, exclusive: ['prune-ratio', 'threshold'], description: 'number of edges to remove'}),
    threshold: number({helpGroup: GROUP.method, exclusive: ['prune-ratio', 'prune-count'], description: 'remove edges with this score or more'}),
    protect: Flags.string({helpGroup: GROUP.method, description: 'csv of nodes, one a line, whose edges are never pruned'}),
    focus: Flags.string({helpGroup: GROUP.method, description: 'csv of nodes, one a line: score only the edges that reach these'}),
    suppress: Flags.string({helpGroup: GROUP.method, description: 'JSON list of {source, target, reason, expires}: edges that are never pruned, until they expire'}),
    explain: nodePair({multiple: true, helpGroup: GROUP.output, description: 'u,v: say in words why this edge is suspect or not; may be repeated'}),
    'min-degree': Flags.integer({min: 0, default: 1, helpGroup: GROUP.method, description: 'never leave a node with fewer neighbours by pruning'}),
    repair: Flags.integer({min: 0, default: 0, helpGroup: GROUP.method, exclusive: ['soft'], description: 'after pruning, add up to so many edges to a node: between mutually most alike nodes, where neighbours were lost'}),
    'max-memory': bytes({helpGroup: GROUP.run, description: 'what the whole process may take, for example 4GiB; what needs more is refused before it starts (default: half of what is free)'}),
    'explain-plan': Flags.boolean({helpGroup: GROUP.run, description: 'print how the scores would be computed, and what the alternatives would cost, and stop'}),
    shard: shard({helpGroup: GROUP.run, dependsOn: ['out'], exclusive: ['dry-run', 'explain-plan', 'scores', 'report', 'html', 'soft'], description: 'i/n: do the i-th of n shares of the work and write a partial result to --out; surety merge joins them'}),
    'dry-run': Flags.boolean({helpGroup: GROUP.output, description: 'score and report, but write no graph'}),
    out: outputFile({helpGroup: GROUP.output, description: 'write the cleaned graph, the extension chooses the format (.pyg.npz: edge_index for PyTorch Geometric); with --shard the partial result'}),
    soft: Flags.boolean({default: false, helpGroup: GROUP.output, description: 'keep every edge in --out and give it a weight from 0 to 1 instead'}),
    scores: outputFile({helpGroup: GROUP.output, description: 'write every part of every edge\'s score as csv'}),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
  })

  async run(): Promise<SanitizeReport | SanitizePartial | undefined> {
    const {args, flags} = await this.parse(Sanitize)
    if (flags.out === undefined && !flags['dry-run'] && !flags['explain-plan']) {
      throw new UsageError('there is no --out for the cleaned graph', ['name a file with --out, or use --dry-run to look without writing'])
    }
    requireInputMemory([args.graph, flags.features], flags['max-memory'])
    const opened = await openGraph(requestOf(args.graph, flags))
    const {explainPlan, sanitize} = await import('../src/sanitize/sanitize.js')
    const {graph} = opened.normalised
    const limits = {...defined({threads: flags.threads, memoryLimitBytes: flags['max-memory']}), heldBytes: residentBytes()}
    if (flags['explain-plan']) {
      const plan = explainPlan(graph, opened.options, limits)
      process.stdout.write(this.jsonEnabled() ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan, terminalOf(process.stdout)))
      return undefined
    }
    const engine = await this.engine(flags)
    const run = {...limits, threads: engine.threads, onProgress: this.progress.update}
    if (flags.shard !== undefined) {
      const {sanitizeShard} = await import('../src/sanitize/shards.js')
      const share = await sanitizeShard(graph, opened.options, engine.engine, flags.shard, run).finally(() => engine.engine.close())
      const partial = sealPartial({...this.frame(settingOf(opened, engine), flags.seed), kind: 'partial' as const, command: 'sanitize' as const, shard: flags.shard, request: opened.request, ...share})
      await writeFileAtomic(flags.out!, toJson(partial))
      this.show(partialText(partial, flags.out!, terminalOf(process.stdout)), partial.notes)
      return partial
    }
    const result = await sanitize(graph, opened.options, engine.engine, run).finally(() => engine.engine.close())
    const files = {...flags, out: flags['dry-run'] ? undefined : flags.out}
    const {outcome, written} = outcomeOf(opened, settingOf(opened, engine), result, files.out, flags.soft)
    const report: SanitizeReport = {...this.report(outcome, flags.seed), command: 'sanitize'}
    await writeFiles(files, opened, result, report, written)
    this.finish(report, sanitizeText(report, terminalOf(process.stdout)))
    return report
  }
}

type SanitizeFlags = Interfaces.InferredFlags<typeof Sanitize.flags> & {seed: number}

function requestOf(graph: string, flags: SanitizeFlags): SanitizeRequest {
  return {
    graph,
    reading: {
      edges: flags.edges ?? null,
      features: flags.features ?? null,
      labels: flags.labels ?? null,
      split: flags.split ?? null,
      splitNumbers: flags['split-numbers'] as 'file' | 'component',
      labelAttribute: flags['label-attribute'] ?? null,
      featureAttributes: flags['feature-attributes'] ?? null,
      largestComponent: flags['largest-component'],
      weights: flags.weights as SanitizeRequest['reading']['weights'],
    },
    truth: flags.truth ?? null,
    protect: flags.protect ?? null,
    focus: flags.focus ?? null,
    suppress: flags.suppress ?? null,
    today: new Date().toISOString().slice(0, 10),
    explain: (flags.explain ?? []) as [string, string][],
    options: {
      preset: flags.preset as SanitizeOptions['preset'],
      nodeSet: (flags['node-set'] as SanitizeOptions['nodeSet']) ?? null,
      coding: (flags.coding as SanitizeOptions['coding']) ?? null,
      norm: (flags.norm as SanitizeOptions['norm']) ?? null,
      hops: (flags.hops as SanitizeOptions['hops']) ?? null,
      ridge: flags.ridge === Infinity ? 'infinity' : (flags.ridge ?? null),
      sign: (flags.sign as SanitizeOptions['sign']) ?? null,
      method: (flags.method as SanitizeOptions['method']) ?? null,
      solver: (flags.solver as SanitizeOptions['solver']) ?? null,
      landmarks: flags.landmarks ?? null,
      prune: pruneRule(flags),
      minDegree: flags['min-degree'],
      repair: flags.repair,
      seed: flags.seed,
    },
  }
}

function pruneRule(flags: {'prune-ratio': number | undefined; 'prune-count': number | undefined; threshold: number | undefined}): SanitizeOptions['prune'] {
  if (flags['prune-ratio'] !== undefined) return {rule: 'ratio', value: flags['prune-ratio']}
  if (flags['prune-count'] !== undefined) return {rule: 'count', value: flags['prune-count']}
  if (flags.threshold !== undefined) return {rule: 'threshold', value: flags.threshold}
  return {rule: 'auto'}
}
