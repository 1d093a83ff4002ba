import {Args} from '@oclif/core'
import {verifyCertificate} from '../src/certify/verify.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {terminalOf} from '../src/cli/terminal.js'
import {readInput} from '../src/data/read-file.js'
import {InputError} from '../src/errors.js'
import {parseReport} from '../src/report/read-report.js'
import type {VerifyReport} from '../src/report/reports.js'
import {verifyText} from '../src/report/terminal/verify.js'

export default class Verify extends BaseCommand {
  static override summary = 'Recompute a certificate from its evidence, without the model.'

  static override description = `Every bound of a certify report is computed again from the sufficient statistics that the report carries. Exit code 0
if all agree, 1 if anything differs.`

  static override examples = [{description: 'a report that certify --out wrote', command: '<%= config.bin %> verify report.json'}]

  static override args = {report: Args.string({required: true, description: 'report of certify, as JSON'})}

  async run(): Promise<VerifyReport> {
    const {args, flags} = await this.parse(Verify)
    const {bytes, file} = await readInput(args.report)
    const {metrics, evidence} = parseReport(bytes, args.report, 'certify')
    if (evidence === undefined) throw new InputError(`${args.report}: carries no evidence, so there is nothing to verify`, ['certify with a split: --no-split certifies nothing'])
    const discrepancies = verifyCertificate(metrics, evidence)
    const checked = metrics.cells.length
    const report: VerifyReport = {
      ...this.report({
        inputs: [file],
        config: {},
        engine: {report: {name: 'none', precision: 'fp64', tried: []}, threads: 1},
        metrics: {cells: checked, layers: metrics.layers.length, discrepancies},
        verdict: {
          status: discrepancies.length === 0 ? 'pass' : 'fail',
          summary: discrepancies.length === 0 ? `All ${checked} cells and ${metrics.layers.length} layers follow from the report's evidence.` : `${discrepancies.length} ${discrepancies.length === 1 ? 'statement does' : 'statements do'} not follow from the report's evidence.`,
          meaning: ['That the evidence came from the model and the data is not checked here: that needs both.'],
        },
        notes: [],
      }, flags.seed),
      command: 'verify',
    }
    this.finish(report, verifyText(report, terminalOf(process.stdout)))
    return report
  }
}
