import {Flags} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {defined, GROUP} from '../src/cli/flags.js'
import {installParts} from '../src/cli/install-parts.js'
import {terminalOf} from '../src/cli/terminal.js'
import type {DoctorReport} from '../src/documents/reports.js'
import {GPU_PARTS, type PartName, partNames} from '../src/packages.js'
import {doctorText} from '../src/render/terminal/doctor.js'

export default class Doctor extends BaseCommand {
  static override summary = 'Show the packages, devices and engines that this machine offers.'

  static override description =
    `Every engine is compared with fp64 definitions and timed on a small input. The output contains no user names or paths, so
that it can be pasted into a bug report. What a base install leaves out (ONNX, TF.js, HDF5, Parquet, images, texts) is listed
with the command that installs it; --fix runs that command.`

  static override examples = [
    {description: 'show everything', command: '<%= config.bin %> doctor'},
    {
      description: 'install everything that is missing, except GPU engines',
      command: '<%= config.bin %> doctor --fix',
    },
    {description: 'install what ONNX checkpoints need', command: '<%= config.bin %> doctor --fix --part onnx'},
    {description: 'a software adapter too, such as SwiftShader', command: '<%= config.bin %> doctor --device webgpu'},
  ]

  static override flags = fromEnvironment('doctor', {
    fix: Flags.boolean({
      helpGroup: GROUP.run,
      description: 'install missing parts next to surety, with npm; GPU engines only if --part names them',
    }),
    part: Flags.string({
      multiple: true,
      options: partNames,
      dependsOn: ['fix'],
      helpGroup: GROUP.run,
      description: 'install only this part; may be given several times',
    }),
  })

  async run(): Promise<DoctorReport> {
    const {flags} = await this.parse(Doctor)
    if (flags.fix)
      await installParts(
        (flags.part as PartName[] | undefined) ?? partNames.filter((name) => !GPU_PARTS.includes(name)),
      )
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
