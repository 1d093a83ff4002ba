import {Args, Flags, type Interfaces} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {configFlags, defined, GROUP, names, number, numbers, outputFile} from '../src/cli/flags.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {UsageError} from '../src/errors.js'
import {withChecksum} from '../src/frame/checksum.js'
import {HARDEN_DEFAULTS, type HardenOptions} from '../src/harden/options.js'
import {SOURCES} from '../src/pairwise/sources.js'
import {hardenHtml} from '../src/render/html/harden.js'
import {toJson} from '../src/frame/json.js'
import type {HardenReport} from '../src/documents/reports.js'
import {hardenText} from '../src/render/terminal/harden.js'

export default class Harden extends BaseCommand {
  static override summary = 'Train a checkpoint so that its loss changes less between inputs that are close.'

  static override description = `Trains a TF.js LayersModel with the knowledge-continuity regularizer (KCReg): loss +
λ · volatility of a hidden layer drawn for each batch. Keeps the epoch that is best
on the validation examples and writes a plain LayersModel. What to expect of it, and
what not, is measured in docs/harden.md.`

  static override examples = [
    {
      description: 'train on, and compare with plain training',
      command: '<%= config.bin %> harden model/ --data train.npz --val val.npz --out hardened --control',
    },
    {
      description: 'close pairs of two layers, with accuracy under attack',
      command:
        '<%= config.bin %> harden model/ --data train.npz --val val.npz --out hardened --layers h1,h2 --window 0.2 --attack-radius 0.1',
    },
    {
      description: 'go on where a run was interrupted',
      command: '<%= config.bin %> harden model/ --data train.npz --val val.npz --out hardened --resume',
    },
  ]

  static override args = {
    checkpoint: Args.string({required: true, description: 'TF.js LayersModel: model.json or its folder'}),
  }

  static override flags = fromEnvironment('harden', {
    data: Flags.string({
      required: true,
      helpGroup: GROUP.input,
      description: 'training examples: npz with inputs and labels, or csv',
    }),
    val: Flags.string({
      required: true,
      helpGroup: GROUP.input,
      description: 'validation examples, for choosing the epoch and for measuring',
    }),
    'labels-name': Flags.string({
      helpGroup: GROUP.input,
      description: 'array or column that holds the class numbers (default: labels, or label)',
    }),
    'inputs-name': Flags.string({
      helpGroup: GROUP.input,
      description: 'the one array to use as input (default: every array but the labels)',
    }),
    lambda: number({
      min: 0,
      helpGroup: GROUP.method,
      description: `λ, weight of the volatility; 0 is plain training (default: ${HARDEN_DEFAULTS.lambda})`,
    }),
    'warm-up': number({
      min: 0,
      helpGroup: GROUP.method,
      description: `epochs over which λ rises from 0 (default: ${HARDEN_DEFAULTS.warmUp})`,
    }),
    draw: Flags.string({
      options: ['beta', 'all'],
      helpGroup: GROUP.method,
      description: 'one layer per batch, its depth drawn from a Beta distribution (default), or all layers each time',
    }),
    'beta-a': number({
      min: 0,
      helpGroup: GROUP.method,
      description: `α of Beta(α, β): large draws late layers (default: ${HARDEN_DEFAULTS.betaA})`,
    }),
    'beta-b': number({
      min: 0,
      helpGroup: GROUP.method,
      description: `β of Beta(α, β): large draws early layers (default: ${HARDEN_DEFAULTS.betaB})`,
    }),
    layers: names({
      helpGroup: GROUP.method,
      description: 'layer names or glob patterns, comma-separated (default: those that certify reports)',
    }),
    'penalty-loss': Flags.string({
      options: ['cross-entropy', 'one-minus-p'],
      helpGroup: GROUP.method,
      description: `loss whose changes are penalised (default: ${HARDEN_DEFAULTS.loss})`,
    }),
    scale: Flags.string({
      options: ['median', 'none'],
      helpGroup: GROUP.method,
      description: 'divide distances by the median pair distance of the batch (default), or not',
    }),
    floor: number({
      min: 0,
      helpGroup: GROUP.method,
      description: `τ: distances below it count as τ, in scaled units (default: ${HARDEN_DEFAULTS.floor})`,
    }),
    window: number({
      min: 0,
      max: 1,
      helpGroup: GROUP.method,
      description: 'share of the pairs of a batch that count, closest first (default: 1)',
    }),
    pairs: Flags.string({
      options: ['all', 'cross-label'],
      helpGroup: GROUP.method,
      description: 'all pairs (default), or those whose labels differ',
    }),
    epochs: Flags.integer({
      min: 1,
      helpGroup: GROUP.method,
      description: `passes over the training examples (default: ${HARDEN_DEFAULTS.epochs})`,
    }),
    'batch-size': Flags.integer({
      min: 2,
      helpGroup: GROUP.method,
      description: `examples in a batch, whose pairs are compared (default: ${HARDEN_DEFAULTS.batchSize})`,
    }),
    'learning-rate': number({
      min: 0,
      helpGroup: GROUP.method,
      description: `of Adam (default: ${HARDEN_DEFAULTS.learningRate})`,
    }),
    'weight-decay': number({
      min: 0,
      helpGroup: GROUP.method,
      description: `of Adam (default: ${HARDEN_DEFAULTS.weightDecay})`,
    }),
    select: Flags.string({
      options: ['objective', 'loss', 'accuracy', 'last'],
      helpGroup: GROUP.method,
      description:
        'figure of the validation examples that chooses the epoch (default: objective, loss + λ · volatility)',
    }),
    control: Flags.boolean({
      default: false,
      helpGroup: GROUP.method,
      description: 'train again with λ = 0, to separate the effect of the penalty from that of training',
    }),
    'attack-radius': numbers({
      min: 0,
      helpGroup: GROUP.method,
      description: 'measure accuracy under FGSM and PGD-20 within these L∞ radii, in the unit of the inputs',
    }),
    'input-range': numbers({
      helpGroup: GROUP.method,
      dependsOn: ['attack-radius'],
      description: 'smallest and largest value of an attacked input (default: those of the training examples)',
    }),
    out: Flags.string({
      required: true,
      helpGroup: GROUP.output,
      description: 'folder for the model and the training state; new, unless --resume',
    }),
    resume: Flags.boolean({
      default: false,
      helpGroup: GROUP.run,
      description: 'go on from the training state in --out, if there is one',
    }),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    ...configFlags,
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
  })

  async run(): Promise<HardenReport> {
    const {args, flags} = await this.parse(Harden)
    const folder = flags.out
    const [run, {openTrainable}, {readDataSet}, {openHarden, harden}] = await Promise.all([
      import('../src/cli/harden-run.js'),
      import('../src/checkpoint/trainable.js'),
      import('../src/checkpoint/index.js'),
      import('../src/harden/harden.js'),
    ])
    run.checkFolder(folder, flags.resume)
    const reading = defined({labels: flags['labels-name'], inputs: flags['inputs-name']})
    const [train, validation] = await Promise.all([readDataSet(flags.data, reading), readDataSet(flags.val, reading)])
    // Training runs on TensorFlow.js, so of the GPU engines only its own.
    const engine = await this.engine(
      flags,
      SOURCES.filter(({name}) => name === 'tfjs'),
    )
    const model = await openTrainable(args.checkpoint, engine.report.name === 'tfjs' ? 'tensorflow' : undefined)
    const task = {model, train, validation, seed: flags.seed, ...methodOf(flags)}
    const opened = await openHarden(task)
    const inputs = [...model.inputFiles, ...train.inputFiles, ...validation.inputFiles]
    const agreement = run.agreementOf(task, opened, inputs)
    const state = await run.readState(folder, agreement, task.options.epochs)
    const onEpoch = (now: Parameters<typeof run.writeState>[1]) => run.writeState(folder, now, agreement)
    const {notes, ...result} = await harden(opened, task, engine.engine, {
      state,
      onEpoch,
      onProgress: this.progress.update,
    }).finally(() => engine.engine.close())
    await run.writeHardened(folder, model)
    const report: HardenReport = withChecksum({
      ...this.report({inputs, config: run.hardenConfig(task), engine, notes, ...result}, flags.seed),
      command: 'harden' as const,
    })
    if (flags.html !== undefined) await writeFileAtomic(flags.html, hardenHtml(report))
    if (flags.report !== undefined) await writeFileAtomic(flags.report, toJson(report))
    const begun =
      flags.resume && state === null
        ? [
            {
              level: 'info' as const,
              code: 'nothing-to-resume',
              message: `${folder} held no training state: the training began anew`,
            },
          ]
        : []
    this.finish(report, hardenText(report, terminalOf(process.stdout)), begun)
    return report
  }
}

type HardenFlags = Interfaces.InferredFlags<typeof Harden.flags>

function methodOf(flags: HardenFlags) {
  const range = flags['input-range']
  if (range !== undefined && !(range.length === 2 && range[0]! < range[1]!))
    throw new UsageError(`--input-range takes two numbers, the smaller first, not '${range.join(',')}'`, [
      'use --input-range 0,1',
    ])
  const given = defined({
    lambda: flags.lambda,
    warmUp: flags['warm-up'],
    draw: flags.draw as HardenOptions['draw'] | undefined,
    betaA: flags['beta-a'],
    betaB: flags['beta-b'],
    loss: flags['penalty-loss'] as HardenOptions['loss'] | undefined,
    scale: flags.scale as HardenOptions['scale'] | undefined,
    floor: flags.floor,
    window: flags.window,
    pairs: flags.pairs as HardenOptions['pairs'] | undefined,
    epochs: flags.epochs,
    batchSize: flags['batch-size'],
    learningRate: flags['learning-rate'],
    weightDecay: flags['weight-decay'],
    select: flags.select as HardenOptions['select'] | undefined,
  })
  return {
    options: {...HARDEN_DEFAULTS, ...given},
    ...defined({layers: flags.layers}),
    radii: flags['attack-radius'] ?? [],
    range: range === undefined ? null : ([range[0]!, range[1]!] as const),
    control: flags.control,
  }
}
