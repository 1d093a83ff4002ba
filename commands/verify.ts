import {dirname, join, relative} from 'node:path'
import {statSync} from 'node:fs'
import {Args, Flags} from '@oclif/core'
import {verifyAttestation} from '../src/cli/attest.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {readEarlier} from '../src/cli/earlier-report.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP} from '../src/cli/flags.js'
import {terminalOf} from '../src/cli/terminal.js'
import {verifyComparison, verifyOutcome, verifyReport} from '../src/cli/verify-run.js'
import {readInput} from '../src/data/read-file.js'
import {InputError, UsageError} from '../src/errors.js'
import {readAttestation} from '../src/documents/attestation.js'
import {parseReport} from '../src/documents/read-report.js'
import type {CertifyReport, VerifyReport} from '../src/documents/reports.js'
import {verifyText} from '../src/render/terminal/verify.js'
import type {InputFile} from '../src/frame/report.js'

export default class Verify extends BaseCommand {
  static override summary = 'Recompute a certificate from its evidence; check a statement against its files.'

  static override description =
    `Recomputes and compares every figure of a certify report that its evidence determines: bounds, statuses, the split of α, the
sample, localisation, perturbations, verdict. --model and --data check that the report was made from these files. Exit code 0
if all agrees, 1 if anything differs. A forged report with matching evidence cannot be told from a true one without running
certify again on the model and the data.

A statement written with --attest, alone or in a cosign bundle, is checked against the files that it names: exit code 1 if
one changed or the statement contradicts itself, 2 if one is missing. The signature of a bundle is verified by cosign.`

  static override examples = [
    {description: 'a report that certify --out wrote', command: '<%= config.bin %> verify report.json'},
    {
      description: 'also check that it is about these files',
      command: '<%= config.bin %> verify report.json --model model.onnx --data test.npz',
    },
    {
      description: 'check that files are still those that a gate judged',
      command: '<%= config.bin %> verify surety.intoto.json',
    },
  ]

  static override args = {
    report: Args.string({required: true, description: 'report of certify, or statement of --attest, as JSON'}),
  }

  static override flags = fromEnvironment('verify', {
    model: Flags.string({
      helpGroup: GROUP.input,
      description: 'the checkpoint that the report should be about; weight files beside it are checked too',
    }),
    against: Flags.string({
      helpGroup: GROUP.input,
      description: 'the earlier report that this one compares with: the comparison is recomputed',
    }),
    data: Flags.string({
      multiple: true,
      helpGroup: GROUP.input,
      description: 'a data file that the report should be about; may be given several times (data, labels, pairs)',
    }),
  })

  async run(): Promise<VerifyReport> {
    const {args, flags} = await this.parse(Verify)
    const {bytes, file} = await readInput(args.report)
    const attestation = readAttestation(bytes, args.report)
    if (attestation !== null) {
      if (flags.against !== undefined)
        throw new UsageError(`${args.report} is a statement about files, which compares no two reports`, [
          'leave out --against',
        ])
      const given: InputFile[] = []
      for (const path of [...(flags.data ?? []), ...(flags.model === undefined ? [] : [flags.model])])
        given.push((await readInput(path)).file)
      const {read, ...outcome} = await verifyAttestation(args.report, attestation, given)
      return this.done([file, ...read], outcome, flags.seed)
    }
    const certificate = parseReport(bytes, args.report, 'certify')
    const {evidence} = certificate
    if (evidence === undefined)
      throw new InputError(`${args.report}: carries no evidence, so there is nothing to verify`, [
        'certify with a split: --no-split certifies nothing',
      ])
    const files: InputFile[] = []
    for (const path of flags.data ?? []) files.push((await readInput(path)).file)
    if (flags.model !== undefined)
      for (const path of modelFiles(flags.model, certificate)) files.push((await readInput(path)).file)
    const earlier = flags.against === undefined ? null : await readEarlier(flags.against)
    if (earlier !== null) files.push(earlier.file)
    const found = [
      ...verifyReport({...certificate, evidence}),
      ...(earlier === null ? [] : verifyComparison({...certificate, evidence}, earlier)),
    ]
    return this.done([file, ...files], verifyOutcome(certificate, files, found, earlier !== null), flags.seed)
  }

  private done(inputs: InputFile[], outcome: Pick<VerifyReport, 'metrics' | 'verdict'>, seed: number): VerifyReport {
    const setting = {
      inputs,
      config: {},
      engine: {report: {name: 'none', precision: 'fp64' as const, tried: []}, threads: 1},
      notes: [],
    }
    const report: VerifyReport = {...this.report({...setting, ...outcome}, seed), command: 'verify'}
    this.finish(report, verifyText(report, terminalOf(process.stdout)))
    return report
  }
}

/** The file of a model or its folder, and the files that the report's model had next to it. */
function modelFiles(given: string, {inputs}: CertifyReport): string[] {
  const main = statSync(given, {throwIfNoEntry: false})?.isDirectory() ? join(given, 'model.json') : given
  const [first, ...beside] = inputs.filter(({role}) => role === 'model' || role === 'embeddings')
  return [main, ...beside.map(({path}) => join(dirname(main), relative(dirname(first!.path), path)))]
}
