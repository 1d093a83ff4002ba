import {BaseCommand} from '../src/cli/base-command.js'
import {defined} from '../src/cli/flags.js'
import {terminalOf} from '../src/cli/terminal.js'
import type {DoctorReport} from '../src/documents/reports.js'
import {doctorText} from '../src/render/terminal/doctor.js'

export default class Doctor extends BaseCommand {
  static override summary = 'Show the packages, devices and engines that this machine offers.'

  static override description =
    `Every engine is held against definitions in fp64 and timed on a small input. The output holds no paths or names of the
user, so that it can be pasted into a bug report.`

  static override examples = [
    {description: 'everything that is there', command: '<%= config.bin %> doctor'},
    {description: 'a software adapter too, such as SwiftShader', command: '<%= config.bin %> doctor --device webgpu'},
  ]

  async run(): Promise<DoctorReport> {
    const {flags} = await this.parse(Doctor)
    const {diagnose} = await import('../src/pairwise/diagnose.js')
    const {metrics, auto} = await diagnose(flags.device, defined({threads: flags.threads}))
    const usable = metrics.engines.filter(({state}) => state === 'usable').map(({name}) => name)
    const report: DoctorReport = {
      ...this.report(
        {
          inputs: [],
          config: {device: flags.device},
          engine: auto,
          metrics,
          verdict: {
            status: 'done',
            summary: `${usable.join(', ')} can be used; --device auto takes ${auto.report.name}.`,
            meaning: [],
          },
          notes: [],
        },
        flags.seed,
      ),
      command: 'doctor',
    }
    this.finish(report, doctorText(report, terminalOf(process.stdout)))
    return report
  }
}
