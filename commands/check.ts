import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {checkOutcome, decide, decideByModel, DECISION_FORMS, decisionsAs} from '../src/cli/check-run.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP, outputFile} from '../src/cli/flags.js'
import {terminalOf} from '../src/cli/terminal.js'
import {readRule} from '../src/certify/nearest/rule-file.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {readInput} from '../src/data/read-file.js'
import type {CheckReport} from '../src/documents/reports.js'
import {UsageError} from '../src/errors.js'
import {checkText} from '../src/render/terminal/check.js'

export default class Check extends BaseCommand {
  static override summary = 'Accept new inputs or abstain, by a rule that certify wrote.'

  static override description =
    `An input is accepted if one of the rule's anchors is near it and the nearest has a small loss; no label is needed. At most
the stated share of accepted inputs is wrong, with the confidence of the certificate, as long as inputs come from the same
distribution. Reads the hidden states of the rule's layer: npz, npy, csv, tsv or JSON lines; the last three are streamed.
With --model it runs the model on inputs in the formats of certify --data, and refuses a model other than the rule's.`

  static override examples = [
    {
      description: 'make the rule, then use it',
      command:
        '<%= config.bin %> certify embeddings.npz --loss zero-one --risk 0.02 --rule rule.npz && <%= config.bin %> check new-states.npz --rule rule.npz --out decisions.csv',
    },
  ]

  static override args = {
    inputs: Args.string({
      required: true,
      description: "hidden states of the rule's layer, one row per input; with --model the inputs themselves",
    }),
  }

  static override flags = fromEnvironment('check', {
    rule: Flags.string({required: true, helpGroup: GROUP.input, description: 'the rule that certify --rule wrote'}),
    model: Flags.string({
      helpGroup: GROUP.input,
      description:
        'the model that the rule was made from: INPUTS are then its inputs, without labels, prepared as for the rule',
    }),
    out: outputFile({
      helpGroup: GROUP.output,
      description: 'write the decision about each row, with its nearest anchor: .csv, .jsonl or .npz',
    }),
  })

  async run(): Promise<CheckReport> {
    const {args, flags} = await this.parse(Check)
    const form = DECISION_FORMS.find((each) => flags.out?.toLowerCase().endsWith(`.${each}`) === true)
    if (flags.out !== undefined && form === undefined)
      throw new UsageError(`--out ${flags.out} ends with none of .csv, .jsonl and .npz`, ['choose one of these forms'])
    const {bytes, file} = await readInput(flags.rule)
    const rule = readRule(bytes, flags.rule)
    const selected = await this.engine(flags)
    const onRows = (done: number) => this.progress.update('rows', done, 0)
    const {model} = flags
    const {decisions, files, notes} = await (model === undefined
      ? decide(args.inputs, rule, selected.engine, onRows)
      : decideByModel({model, inputs: args.inputs}, rule, selected.engine, onRows)
    ).finally(() => selected.engine.close())
    const outcome = checkOutcome(rule, decisions)
    if (flags.out !== undefined && form !== undefined) await writeFileAtomic(flags.out, decisionsAs(form, decisions))
    const report: CheckReport = {
      ...this.report(
        {
          inputs: [file, ...files],
          config: {},
          engine: selected,
          ...outcome,
          notes: [...notes, ...outcome.notes],
        },
        flags.seed,
      ),
      command: 'check',
    }
    this.finish(report, checkText(report, terminalOf(process.stdout)))
    return report
  }
}
