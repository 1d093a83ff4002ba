import {availableParallelism} from 'node:os'
import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {driftPartial, type DriftRequest, runDrift, writeDrift} from '../src/cli/drift-run.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP, number, numbers, outputFile, shard} from '../src/cli/flags.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import type {DriftPartial} from '../src/documents/partials.js'
import type {DriftReport} from '../src/documents/reports.js'
import {withChecksum} from '../src/frame/checksum.js'
import {toJson} from '../src/frame/json.js'
import {driftText} from '../src/render/terminal/drift.js'
import {partialText} from '../src/render/terminal/partial.js'

export default class Drift extends BaseCommand {
  static override summary = 'Bound how much the next-token distributions of two checkpoints differ.'

  static override description =
    `Compares recorded outputs of two models on the same text, position by position: Jensen–Shannon and KL divergence, the change
of log p of the taken token, its rank, the most likely token. All certified statements hold simultaneously for a fresh
document; positions of one document may be dependent.`

  static override examples = [
    {
      description: 'logits [documents, positions, vocabulary] beside input_ids, in both files',
      command: '<%= config.bin %> drift before.npz after.npz',
    },
    {
      description: 'JSON lines with prompt_logprobs of vLLM; a page with the texts',
      command: '<%= config.bin %> drift base.jsonl tuned.jsonl --html drift.html',
    },
    {
      description: 'columns to train with',
      command: '<%= config.bin %> drift before.safetensors after.safetensors --weights weights.npz',
    },
  ]

  static override args = {
    old: Args.string({
      required: true,
      description:
        'outputs of the old model: npz, npy, safetensors, Parquet, JSON lines of vLLM, OpenAI or lm-evaluation-harness, or a base file of llama-perplexity',
    }),
    new: Args.string({required: true, description: 'outputs of the new model on the same text'}),
  }

  static override flags = fromEnvironment('drift', {
    shift: Flags.string({
      options: ['0', '1'],
      helpGroup: GROUP.input,
      description: 'whether row t predicts the token in place t of the array tokens (0) or in place t + 1 (1)',
    }),
    'trust-order': Flags.boolean({
      default: false,
      helpGroup: GROUP.input,
      description: 'compare files that do not record their tokens, if you know that they have the same positions',
    }),
    tau: numbers({
      min: 0,
      max: 1,
      default: [0.001, 0.01, 0.05, 0.1, 0.2],
      helpGroup: GROUP.method,
      description: 'thresholds of the Jensen–Shannon divergence, in nats',
    }),
    loss: numbers({
      min: 0,
      default: [0.1, 0.5, 1, 2],
      helpGroup: GROUP.method,
      description: 'losses of log p of the taken token, in nats',
    }),
    'kl-cap': number({
      min: 0,
      default: 10,
      helpGroup: GROUP.method,
      description: 'where KL is cut for the interval of its mean, in nats',
    }),
    alpha: number({
      min: 0.000001,
      max: 0.999999,
      default: 0.05,
      helpGroup: GROUP.method,
      description: 'all statements hold simultaneously with probability 1 − alpha',
    }),
    shard: shard({
      helpGroup: GROUP.run,
      dependsOn: ['out'],
      exclusive: ['html', 'weights'],
      description:
        'i/n: do the i-th of n shares of the work and write a partial result to --out; surety merge joins them',
    }),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    out: outputFile({
      helpGroup: GROUP.output,
      description: 'with --shard: write the partial result; else the old name of --report',
    }),
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
    weights: outputFile({
      helpGroup: GROUP.output,
      description:
        'write divergences, Δ log p and weights of every position as npz; with advantages in the input, weighted ones too',
    }),
  })

  async run(): Promise<DriftReport | DriftPartial> {
    const {args, flags} = await this.parse(Drift)
    const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b)
    const request: DriftRequest = {
      old: args.old,
      fresh: args.new,
      shift: flags.shift === undefined ? null : flags.shift === '0' ? 0 : 1,
      trustOrder: flags['trust-order'],
      options: {
        alpha: flags.alpha,
        taus: ascending(flags.tau),
        losses: ascending(flags.loss),
        klCap: flags['kl-cap'],
      },
      weights: flags.weights !== undefined,
    }
    const threads = flags.threads ?? availableParallelism()
    if (flags.shard !== undefined) {
      const partial = await driftPartial(request, threads, flags.shard, (setting) => this.frame(setting, flags.seed))
      await writeFileAtomic(flags.out!, toJson(partial))
      this.show(partialText(partial, flags.out!, terminalOf(process.stdout)), partial.notes)
      return partial
    }
    const {outcome, weights} = await runDrift(request, threads, this.progress.update)
    const report: DriftReport = withChecksum({...this.report(outcome, flags.seed), command: 'drift' as const})
    await writeDrift({...flags, out: this.reportPath(flags)}, report, weights)
    this.finish(report, driftText(report, terminalOf(process.stdout)))
    return report
  }
}
