import {Args, Flags} from '@oclif/core'
import {type CertifyOptions, DEFAULT_OPTIONS, FRESH_BOUNDS, MAX_BOOTSTRAP} from '../src/certify/options.js'
import type {FreshBound, LossName, MetricName} from '../src/certify/types.js'
import type {Checkpoint} from '../src/checkpoint/index.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {inputFlags, readSubject, statesFlags} from '../src/cli/certify-inputs.js'
import {compareWith, readEarlier} from '../src/cli/earlier-report.js'
import {fromEnvironment, GROUP, names, number, numbers, outputFile, perturbations, shard} from '../src/cli/flags.js'
import {namedRows} from '../src/cli/pictures.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {certifyHtml} from '../src/report/html/certify.js'
import {withChecksum} from '../src/report/checksum.js'
import {toJson} from '../src/report/json.js'
import {type CertifyPartial, sealPartial} from '../src/report/partials.js'
import type {CertifyReport} from '../src/report/reports.js'
import {layerListing, type LayerListing} from '../src/report/subject.js'
import {certifyText} from '../src/report/terminal/certify.js'
import {layersText} from '../src/report/terminal/layers.js'
import {partialText} from '../src/report/terminal/partial.js'
import {VERSION} from '../src/version.js'

export default class Certify extends BaseCommand {
  static override summary = 'Bound how much a checkpoint\'s loss changes between inputs that are close.'

  static override description = `Reads a TF.js or Keras model, an ONNX model, or a file of embeddings, and bounds, for every layer and radius δ, the share
of random pairs within δ whose losses differ by η or more. All bounds of a report hold together with confidence 1 − α.
They concern random pairs of the sampled distribution, not an adversary.`

  static override examples = [
    {description: 'an ONNX classifier on its test set', command: '<%= config.bin %> certify model.onnx --data test.npz --out report.json --html report.html'},
    {description: 'two layers of a TF.js model, losses in nats', command: '<%= config.bin %> certify model/model.json --data test.npz --layers dense_1,dense_2 --loss cross-entropy'},
    {description: 'hidden states dumped from any framework', command: '<%= config.bin %> certify embeddings.safetensors --delta 0.1,0.2,0.5'},
    {description: 'perturbed images too: noise, turns, and what one attack does', command: '<%= config.bin %> certify model/model.json --data test.npz --perturb noise:0.1,rotate:15,pgd:0.03 --image-shape 28,28'},
    {description: 'perturbed texts: words left out, letters mistyped', command: '<%= config.bin %> certify model.onnx --data mails.jsonl --tokenizer tokenizer.json --perturb word-drop,typos:0.05'},
    {description: 'the difference to the last checkpoint, on the same data', command: '<%= config.bin %> certify new.onnx --data test.npz --against old-report.json'},
    {description: 'the second of four shards, for surety merge', command: '<%= config.bin %> certify embeddings.npz --shard 2/4 --out part-2.json'},
  ]

  static override args = {
    checkpoint: Args.string({required: true, description: 'TF.js model.json or its folder, Keras .keras or .h5, ONNX, or embeddings (npz, npy folder, safetensors, parquet, HDF5)'}),
  }

  static override flags = fromEnvironment({
    ...inputFlags,
    layers: names({helpGroup: GROUP.method, description: 'layer names, glob patterns or auto, comma-separated (default: auto, one a block)'}),
    'list-layers': Flags.boolean({helpGroup: GROUP.input, description: 'print the layers that can be asked for, and stop'}),
    output: Flags.string({options: ['logits', 'probabilities'], helpGroup: GROUP.input, description: 'what the model\'s output is (default: decided from the model)'}),
    loss: Flags.string({options: ['zero-one', 'one-minus-p', 'brier', 'cross-entropy', 'file'], helpGroup: GROUP.method, description: 'loss whose change is bounded (default: the file\'s own, else 1 − p of the true class)'}),
    'loss-max': number({min: 0, helpGroup: GROUP.method, description: 'L_max: losses above it count as it inside ε (default: the largest loss of an anchor); only for losses without a largest value'}),
    metric: Flags.string({options: ['l2', 'l1', 'linf', 'angle', 'cosine'], default: 'l2', helpGroup: GROUP.method, description: 'distance between hidden states (cosine is refused: it is no metric, angle is)'}),
    pool: Flags.string({options: ['flatten', 'mean', 'last', 'first', 'channel'], helpGroup: GROUP.method, description: 'how a state with more than one axis becomes a vector'}),
    scale: Flags.string({options: ['median', 'none'], default: 'median', helpGroup: GROUP.method, description: 'divide distances by the median anchor pair distance, or not'}),
    floor: number({min: 0, helpGroup: GROUP.method, description: 'τ: distances below it count as τ, in scaled units (default: the smallest δ)'}),
    delta: numbers({min: 0, helpGroup: GROUP.method, description: 'radii δ in scaled units, comma-separated (default: quantiles of the anchor distances)'}),
    eta: numbers({min: 0, helpGroup: GROUP.method, description: 'loss changes η, comma-separated'}),
    alpha: number({min: 1e-12, max: 0.5, default: 0.05, helpGroup: GROUP.method, description: 'the whole report holds with probability 1 − α'}),
    split: Flags.boolean({default: true, allowNo: true, helpGroup: GROUP.method, description: 'split rows into anchors and references; --no-split gives plain statistics of all pairs, no certificate'}),
    anchors: number({min: 0.01, max: 0.9, helpGroup: GROUP.method, description: 'share of the rows that become anchors (default: a quarter)'}),
    bounds: names({helpGroup: GROUP.method, description: `further bounds, of two fresh examples, which share α with the others: ${FRESH_BOUNDS.join(', ')}`}),
    examples: Flags.integer({min: 0, default: DEFAULT_OPTIONS.examples, helpGroup: GROUP.method, description: 'how many single examples get a radius; 0: none'}),
    risk: number({min: 0, max: 1, default: DEFAULT_OPTIONS.risk, helpGroup: GROUP.method, description: 'β: the radius of an example is the largest δ at which its bound is at most this'}),
    bootstrap: Flags.integer({min: 0, max: MAX_BOOTSTRAP, default: 1000, helpGroup: GROUP.method, description: 'rounds of the asymptotic intervals; 0: none'}),
    perturb: perturbations({helpGroup: GROUP.method, exclusive: ['shard'], description: 'certify perturbed copies of the inputs too: noise, shift, rotate, brightness, word-drop, word-swap, typos, fgsm, pgd; name or name:strength, comma-separated'}),
    pairs: Flags.string({helpGroup: GROUP.input, exclusive: ['shard'], description: 'perturbed copies made elsewhere: a file like --data (or of embeddings), row by row those of the data, with the same labels'}),
    'image-shape': numbers({min: 1, helpGroup: GROUP.input, description: 'height,width and channels of the images, where the inputs are flat: to perturb them, and to draw witnesses in the report'}),
    'input-range': numbers({helpGroup: GROUP.input, description: 'low,high: what an input value can truly be (default: 0,255 for bytes, else from the anchors); perturbed copies stay inside'}),
    against: Flags.string({helpGroup: GROUP.method, exclusive: ['shard'], description: 'an earlier report of certify, on the same examples: the paired difference to it, layer by layer and cell by cell'}),
    ...statesFlags,
    shard: shard({helpGroup: GROUP.run, dependsOn: ['out'], exclusive: ['html'], description: 'i/n: do the i-th of n shares of the work and write a partial result to --out; surety merge joins them'}),
    out: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON, with --shard the partial result'}),
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
  })

  async run(): Promise<CertifyReport | CertifyPartial | LayerListing> {
    const {args, flags} = await this.parse(Certify)
    const {openCheckpoint} = await import('../src/checkpoint/index.js')
    const checkpoint = await openCheckpoint(args.checkpoint)
    try {
      if (flags['list-layers']) return await this.list(checkpoint)
      const {states, pairs, pictures, subject, inputs, config} = await readSubject(checkpoint, args.checkpoint, flags, this.progress.update)
      const options: CertifyOptions = {
        loss: (flags.loss as LossName | undefined) ?? 'auto',
        metric: flags.metric as MetricName,
        scale: flags.scale as 'median' | 'none',
        floor: flags.floor ?? 'auto',
        deltas: flags.delta ?? 'auto',
        etas: flags.eta ?? 'auto',
        alpha: flags.alpha,
        split: flags.split ? (flags.anchors ?? DEFAULT_OPTIONS.split) : null,
        seed: flags.seed,
        bootstrap: flags.bootstrap,
        lossMax: flags['loss-max'] ?? 'auto',
        bounds: (flags.bounds as FreshBound[] | undefined) ?? [],
        examples: flags.examples,
        risk: flags.risk,
      }
      const engine = await this.engine(flags)
      const setting = () => ({
        inputs: [...inputs, ...(earlier === null ? [] : [earlier.file])],
        config: {...options, deltas: listOrAuto(options.deltas), etas: listOrAuto(options.etas), bounds: [...options.bounds], ...config},
        engine,
        notes: checkpoint.notes,
      })
      const earlier = flags.against === undefined ? null : await readEarlier(flags.against)
      const onBlock = (done: number, total: number) => this.progress.update('blocks of pairs', done, total)
      if (flags.shard !== undefined) {
        const {certifyShard, mayBeNamed} = await import('../src/certify/shards.js')
        const share = await certifyShard(states, options, engine.engine, flags.shard, onBlock).finally(() => engine.engine.close())
        const thumbnails = await pictures(mayBeNamed(share))
        const partial = sealPartial({...this.frame(setting(), flags.seed), kind: 'partial' as const, command: 'certify' as const, shard: flags.shard, subject, ...(thumbnails.length === 0 ? {} : {thumbnails}), ...share})
        await writeFileAtomic(flags.out!, toJson(partial))
        this.show(partialText(partial, flags.out!, terminalOf(process.stdout)), partial.notes)
        return partial
      }
      const {certify} = await import('../src/certify/certify.js')
      const {metrics, verdict, notes, evidence} = await certify(states, options, engine.engine, {onBlock, perturbations: pairs}).finally(() => engine.engine.close())
      if (earlier !== null) metrics.comparison = compareWith(earlier, {metrics, evidence, inputs: setting().inputs}, options.alpha)
      const thumbnails = await pictures(namedRows(metrics))
      const report = withChecksum({
        ...this.report({...setting(), metrics, verdict, notes: [...checkpoint.notes, ...notes]}, flags.seed),
        command: 'certify' as const,
        subject,
        ...(thumbnails.length === 0 ? {} : {thumbnails}),
        ...(evidence === null ? {} : {evidence}),
      })
      if (flags.out !== undefined) await writeFileAtomic(flags.out, toJson(report))
      if (flags.html !== undefined) await writeFileAtomic(flags.html, certifyHtml(report))
      this.finish(report, certifyText(report, terminalOf(process.stdout)))
      return report
    } finally {
      await checkpoint.close()
    }
  }

  private async list(checkpoint: Checkpoint): Promise<LayerListing> {
    const layers = (await checkpoint.describeLayers?.()) ?? checkpoint.listLayers()
    this.show(layersText(layers, terminalOf(process.stdout)), checkpoint.notes)
    return layerListing(checkpoint, layers, VERSION)
  }
}

const listOrAuto = (values: readonly number[] | 'auto') => (values === 'auto' ? values : [...values])
