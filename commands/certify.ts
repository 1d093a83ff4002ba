import {Args, Flags} from '@oclif/core'
import type {Checkpoint} from '../src/checkpoint/index.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {certifyPartial, certifyReport, type CertifyInvocation} from '../src/cli/certify-run.js'
import {certifyFlags} from '../src/cli/certify-flags.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {configFlags, GROUP, number, outputFile, resume, shard} from '../src/cli/flags.js'
import {requireInputMemory} from '../src/cli/input-memory.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {writeRule} from '../src/certify/nearest/rule-file.js'
import {certifyHtml} from '../src/render/html/certify.js'
import {toJson} from '../src/frame/json.js'
import type {CertifyPartial} from '../src/documents/partials.js'
import type {CertifyReport} from '../src/documents/reports.js'
import {layerListing, type LayerListing} from '../src/documents/subject.js'
import {certifyText} from '../src/render/terminal/certify.js'
import {layersText} from '../src/render/terminal/layers.js'
import {partialText} from '../src/render/terminal/partial.js'
import {VERSION} from '../src/version.js'

export default class Certify extends BaseCommand {
  static override summary = "Bound how much a checkpoint's loss changes between inputs that are close."

  static override description =
    `Reads a TF.js or Keras model, an ONNX model, or a file of embeddings, and bounds, for every layer and radius δ, the share
of random pairs within δ whose losses differ by η or more. All bounds of a report hold together with confidence 1 − α.
They concern random pairs of the sampled distribution, not an adversary.`

  static override examples = [
    {
      description: 'an ONNX classifier on its test set',
      command: '<%= config.bin %> certify model.onnx --data test.npz --report report.json --html report.html',
    },
    {
      description: 'two layers of a TF.js model, losses in nats',
      command:
        '<%= config.bin %> certify model/model.json --data test.npz --layers dense_1,dense_2 --loss cross-entropy',
    },
    {
      description: 'hidden states dumped from any framework',
      command: '<%= config.bin %> certify embeddings.safetensors --delta 0.1,0.2,0.5',
    },
    {
      description: 'perturbed images too: noise, turns, and what one attack does',
      command:
        '<%= config.bin %> certify model/model.json --data test.npz --perturb noise:0.1,rotate:15,pgd:0.03 --image-shape 28,28',
    },
    {
      description: 'perturbed texts: words left out, letters mistyped',
      command:
        '<%= config.bin %> certify model.onnx --data mails.jsonl --tokenizer tokenizer.json --perturb word-drop,typos:0.05',
    },
    {
      description: 'the difference to the last checkpoint, on the same data',
      command: '<%= config.bin %> certify new.onnx --data test.npz --against old-report.json',
    },
    {
      description: 'a rule that accepts new inputs or abstains: at most 2 % of accepted ones are wrong',
      command: '<%= config.bin %> certify embeddings.npz --loss zero-one --risk 0.02 --rule rule.npz',
    },
    {
      description: 'the second of four shards, for surety merge',
      command: '<%= config.bin %> certify embeddings.npz --shard 2/4 --out part-2.json',
    },
  ]

  static override args = {
    checkpoint: Args.string({
      required: true,
      description:
        'TF.js model.json or its folder, Keras .keras or .h5, ONNX, or embeddings (npz, npy folder, safetensors, parquet, HDF5)',
    }),
  }

  static override flags = fromEnvironment('certify', {
    ...certifyFlags,
    'list-layers': Flags.boolean({
      helpGroup: GROUP.input,
      description: 'print the layers that --layers can name, and stop',
    }),
    resume: resume({exclusive: ['shard', 'list-layers']}),
    shard: shard({
      helpGroup: GROUP.run,
      dependsOn: ['out'],
      exclusive: ['html'],
      description:
        'i/n: do the i-th of n shares of the work and write a partial result to --out; surety merge joins them',
    }),
    rule: outputFile({
      helpGroup: GROUP.output,
      exclusive: ['shard', 'list-layers'],
      description:
        'write a rule (.npz) that accepts new inputs or abstains, for surety check: of accepted ones at most --risk are wrong',
    }),
    'min-coverage': number({
      min: 0,
      max: 0.999,
      dependsOn: ['rule'],
      helpGroup: GROUP.method,
      description: 'the rule must be shown to accept at least this share of fresh inputs (default: 0)',
    }),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    out: outputFile({
      helpGroup: GROUP.output,
      description: 'with --shard: write the partial result; else the old name of --report',
    }),
    image: Flags.string({
      helpGroup: GROUP.input,
      description:
        'how images become inputs, in one flag: size=224,mean=imagenet, with size, fit, resize, channels, layout, range, mean, std (each also a separate flag, --image-size …)',
    }),
    ...configFlags,
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
  })

  async run(): Promise<CertifyReport | CertifyPartial | LayerListing> {
    const {args, flags} = await this.parse(Certify)
    requireInputMemory([args.checkpoint, flags.data], flags['max-memory'])
    const {openCheckpoint} = await import('../src/checkpoint/index.js')
    const checkpoint = await openCheckpoint(args.checkpoint)
    try {
      if (flags['list-layers']) return await this.list(checkpoint)
      const run: CertifyInvocation = {
        path: args.checkpoint,
        flags,
        engine: () => this.engine(flags),
        frames: this.frames,
        onProgress: this.progress.update,
      }
      if (flags.shard !== undefined) {
        const partial = await certifyPartial(checkpoint, run, flags.shard)
        await writeFileAtomic(flags.out!, toJson(partial))
        this.show(partialText(partial, flags.out!, terminalOf(process.stdout)), partial.notes)
        return partial
      }
      const report = await certifyReport(checkpoint, run, {
        resume: flags.resume,
        rule:
          flags.rule === undefined
            ? undefined
            : {
                request: {minCoverage: flags['min-coverage'] ?? 0, loss: 'auto'},
                write: async (rule) => writeFileAtomic(flags.rule!, writeRule(rule)),
              },
      })
      const path = this.reportPath(flags)
      if (path !== undefined) await writeFileAtomic(path, toJson(report))
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
