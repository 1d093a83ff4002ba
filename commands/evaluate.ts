import {Args, Flags, type Interfaces} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {type EvaluateRequest, evaluationOutcome, openEvaluation, writeEvaluation} from '../src/cli/evaluate-run.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {defined, GROUP, maxMemory, number, numbers, outputFile} from '../src/cli/flags.js'
import {readingFlags, readingOf, within} from '../src/cli/reading-flags.js'
import {requireInputMemory} from '../src/cli/input-memory.js'
import {terminalOf} from '../src/cli/terminal.js'
import {MODEL_NAMES, type ModelName} from '../src/learn/models.js'
import type {EvaluateReport} from '../src/documents/reports.js'
import {withChecksum} from '../src/frame/checksum.js'
import {evaluateText} from '../src/render/terminal/evaluate.js'
import type {SanitizeRequest} from '../src/sanitize/request.js'
import {DEFENDING_ENOUGH, DEFENDING_REPAIR, type SanitizeOptions} from '../src/sanitize/settings.js'

const BUDGETS = [0.05, 0.1, 0.2, 0.3]

export default class Evaluate extends BaseCommand {
  static override summary = 'Measure what sanitizing a graph is worth to a network trained on it.'

  static override description =
    `Measures what sanitizing is worth: accuracy on test nodes, or on the targets of an attack, over several seeds, compared with
a network that never sees the graph. With known adversarial edges it grades every part of the score, and with --compare also
simple controls that a claim must beat. Labels of test nodes are only used for grading.`

  static override examples = [
    {
      description: 'an attacked graph that holds its clean edges too',
      command: '<%= config.bin %> evaluate attacked.npz --edges edges_attacked --clean edges',
    },
    {
      description: 'beside every control, with pictures',
      command:
        '<%= config.bin %> evaluate attacked.npz --edges edges_attacked --clean edges --compare --html report.html',
    },
    {
      description: 'a targeted attack, another model',
      command: '<%= config.bin %> evaluate attacked.npz --edges edges_attacked --targets target_idx --model sgc',
    },
  ]

  static override args = {
    graph: Args.string({required: true, description: 'any graph that surety sanitize reads'}),
  }

  static override flags = fromEnvironment('evaluate', {
    ...readingFlags,
    within,
    clean: Flags.string({helpGroup: GROUP.input, description: 'array of the npz with the edges before the attack'}),
    truth: Flags.string({
      helpGroup: GROUP.input,
      description:
        'known adversarial edges: array of the npz, or csv of pairs (default: those that --clean does not hold)',
    }),
    targets: Flags.string({
      helpGroup: GROUP.input,
      description: 'array of the npz with the nodes that an attack targeted: accuracy is reported there too',
    }),
    split: Flags.string({
      helpGroup: GROUP.input,
      description:
        'train/validation/test nodes: json or npz (default: that of the file, or 10/10/80 % drawn with the seed)',
    }),
    model: Flags.string({
      options: MODEL_NAMES,
      default: 'gcn',
      helpGroup: GROUP.method,
      description: 'what is trained: gcn and gat have two layers, sgc is linear',
    }),
    seeds: Flags.integer({
      min: 1,
      default: 5,
      helpGroup: GROUP.method,
      description: 'trainings per graph, with seeds from --seed on',
    }),
    compare: Flags.boolean({
      default: false,
      helpGroup: GROUP.method,
      description: 'also rank and prune with every control; trains many times',
    }),
    budgets: numbers({
      min: 0,
      max: 1,
      helpGroup: GROUP.method,
      description: `shares of the edges to prune for the curves (default with --compare: ${BUDGETS.join(',')})`,
    }),
    preset: Flags.string({
      options: ['surety', 'paper'],
      default: 'surety',
      helpGroup: GROUP.method,
      description: 'of surety sanitize',
    }),
    prune: Flags.string({
      options: ['auto'],
      helpGroup: GROUP.method,
      exclusive: ['prune-ratio'],
      description: 'choose the cut without ground truth (the default)',
    }),
    'prune-ratio': number({min: 0, max: 1, helpGroup: GROUP.method, description: 'share of the edges to remove'}),
    defend: Flags.boolean({
      default: false,
      helpGroup: GROUP.method,
      description: `measure surety sanitize --defend too, which adds edges after the cut (--repair ${DEFENDING_REPAIR}, up to ${DEFENDING_ENOUGH} neighbours)`,
    }),
    'min-degree': Flags.integer({
      min: 0,
      default: 1,
      helpGroup: GROUP.method,
      description: 'never leave a node with fewer neighbours by pruning',
    }),
    'max-memory': maxMemory(),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    out: outputFile({helpGroup: GROUP.output, description: 'the old name of --report'}),
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
  })

  async run(): Promise<EvaluateReport> {
    const {args, flags} = await this.parse(Evaluate)
    requireInputMemory([args.graph, flags.features], flags['max-memory'])
    const opened = await openEvaluation(requestOf(args.graph, flags))
    const {evaluate} = await import('../src/evaluate/evaluate.js')
    const engine = await this.engine(flags)
    const run = {
      ...defined({memoryLimitBytes: flags['max-memory']}),
      threads: engine.threads,
      onProgress: this.progress.update,
    }
    const evaluation = await evaluate(opened.opened.normalised.graph, opened.options, engine.engine, run).finally(() =>
      engine.engine.close(),
    )
    const report: EvaluateReport = withChecksum({
      ...this.report(evaluationOutcome(opened, engine, evaluation), flags.seed),
      command: 'evaluate' as const,
    })
    await writeEvaluation({...flags, out: this.reportPath(flags)}, report)
    this.finish(report, evaluateText(report, terminalOf(process.stdout)))
    return report
  }
}

type EvaluateFlags = Interfaces.InferredFlags<typeof Evaluate.flags> & {seed: number}

function requestOf(graph: string, flags: EvaluateFlags): EvaluateRequest {
  const ratio = flags['prune-ratio']
  const sanitize: SanitizeRequest = {
    graph,
    reading: {...readingOf(flags), weights: 'ignore'},
    truth: flags.truth ?? null,
    protect: null,
    focus: null,
    suppress: null,
    explain: [],
    today: new Date().toISOString().slice(0, 10),
    options: {
      preset: flags.preset as SanitizeOptions['preset'],
      prune: ratio === undefined ? {rule: 'auto'} : {rule: 'ratio', value: ratio},
      minDegree: flags['min-degree'],
      repair: flags.defend ? DEFENDING_REPAIR : 0,
      enoughNeighbours: flags.defend ? DEFENDING_ENOUGH : null,
      seed: flags.seed,
    },
  }
  return {
    sanitize,
    clean: flags.clean ?? null,
    targets: flags.targets ?? null,
    options: {
      model: flags.model as ModelName,
      seeds: flags.seeds,
      compare: flags.compare,
      budgets: flags.budgets ?? (flags.compare ? BUDGETS : []),
    },
  }
}
