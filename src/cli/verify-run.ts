import type {Evidence} from '../certify/evidence/evidence.js'
import {compareWith} from '../certify/evidence/pairing.js'
import {recordedOptions} from '../certify/recorded-options.js'
import {differences} from '../certify/evidence/verify/differences.js'
import type {DrawnRows} from '../certify/evidence/verify/plausible.js'
import {verifyCertificate} from '../certify/evidence/verify/verify.js'
import {sampleRows} from '../checkpoint/sample.js'
import {InputError} from '../errors.js'
import {checksumOf} from '../frame/checksum.js'
import type {CertifyReport, VerifyMetrics} from '../documents/reports.js'
import type {InputFile, Verdict} from '../frame/report.js'
import {ALGORITHM} from '../version.js'
import type {EarlierReport} from './earlier-report.js'

/**
 * Checks everything in a certify report that does not need the model and the data: the checksum, the frame against the
 * configuration, and the certificate against the evidence.
 *
 * Returns  one sentence per discrepancy; empty: the report is correct.
 * Throws   InputError  evidence that does not decode; figures of another version of the algorithm.
 */
export function verifyReport(report: CertifyReport & {evidence: Evidence}): string[] {
  if ((report.algorithm ?? 0) !== ALGORITHM['certify'])
    throw new InputError(
      `the report was made by surety ${report.version}, whose figures are computed in another way (algorithm ${report.algorithm ?? 0}, here ${ALGORITHM['certify']})`,
      [`verify it with surety ${report.version}`, 'or certify again'],
    )
  const found: string[] = []
  if (report.checksum !== checksumOf(report))
    found.push('the report does not have the checksum that it states: something in it was changed')
  const options = recordedOptions(report.config)
  if (typeof options === 'string') return [...found, `config, ${options}: is missing or is no such option`]
  if (options.seed !== report.seed)
    found.push(`the report states the seed ${report.seed}, its configuration ${options.seed}`)
  found.push(...perturbationFaults(report))
  const {metrics, verdict, notes, evidence} = report
  return [...found, ...verifyCertificate({metrics, verdict, notes, evidence}, options, drawnRows(report))]
}

/**
 * The rows selected by --limit: drawn again if only the seed decides, else any rows of the file. Null: all rows were
 * used.
 */
function drawnRows({subject, config, seed}: CertifyReport): DrawnRows | null {
  if (subject === undefined) return null
  const {rows, used, sample} = subject.data
  // Only the data file tells which rows have a label.
  if (sample === 'labelled') return {rows: used, includes: (row) => row < rows}
  if (sample === 'all' || used !== config['limit']) return null
  const drawn = sample === 'stratified' ? null : new Set(sampleRows(rows, null, {limit: used, sample, seed}, []))
  return {rows: used, includes: (row) => drawn?.has(row) ?? row < rows}
}

/** Recomputes the comparison from both reports. */
export function verifyComparison(
  {metrics, evidence, inputs, config}: CertifyReport & {evidence: Evidence},
  earlier: EarlierReport,
): string[] {
  if (metrics.comparison === undefined) return ['the report does not compare itself with another']
  const again = compareWith(earlier, {metrics, evidence, inputs}, Number(config['alpha']))
  return differences({comparison: metrics.comparison}, {comparison: again})
}

/** Checks that the metrics have the configured perturbations in order, supplied pairs last. */
function perturbationFaults({config, metrics}: CertifyReport): string[] {
  const asked = Array.isArray(config['perturb']) ? config['perturb'].map(String) : []
  const found = (metrics.perturbations ?? [])
    .filter(({kind}) => kind !== 'supplied')
    .map(({name, strength}) => `${name}:${strength ?? ''}`)
  return asked.join() === found.join()
    ? []
    : [
        `the configuration asks for the perturbations ${asked.join(', ') || 'none'}, the report has ${found.join(', ') || 'none'}`,
      ]
}

/** Metrics and verdict of verify, from its findings and the given files. */
export function verifyOutcome(
  {metrics, inputs}: CertifyReport,
  files: readonly InputFile[],
  found: readonly string[],
  compared: boolean,
): {metrics: VerifyMetrics; verdict: Verdict} {
  const checked = files.map(({path, sha256}) => ({
    path,
    sha256,
    matches: inputs.some((input) => input.sha256 === sha256),
  }))
  const discrepancies = [
    ...found,
    ...checked
      .filter(({matches}) => !matches)
      .map(({path, sha256}) => `${path}: the report was not made from this file (sha256 ${sha256.slice(0, 12)}…)`),
  ]
  const unseen = inputs.filter((input) => !checked.some(({sha256}) => sha256 === input.sha256)).map(({path}) => path)
  const count = discrepancies.length
  const perturbations = metrics.perturbations?.length ?? 0
  const what = `${metrics.cells.length} cells and ${metrics.layers.length} layers${perturbations > 0 ? `, and ${perturbations} perturbation${perturbations > 1 ? 's' : ''}` : ''}`
  return {
    metrics: {cells: metrics.cells.length, layers: metrics.layers.length, discrepancies, files: checked},
    verdict: {
      status: count === 0 ? 'pass' : 'fail',
      summary:
        count === 0
          ? `All ${what} follow from the report's evidence${checked.length > 0 ? `, and it was made from ${checked.length === 1 ? 'the file' : `the ${checked.length} files`} given` : ''}.`
          : `${count} ${count === 1 ? 'statement does' : 'statements do'} not hold.`,
      meaning: [
        'That the evidence came from the model and the data is not checked here: a report made up as a whole can agree with itself. Certify again to check that.',
        ...(metrics.comparison !== undefined && !compared
          ? ['The comparison with the earlier report was not computed again; give that report with --against.']
          : []),
        ...(unseen.length > 0 && count === 0
          ? [`Not compared with the report: ${unseen.join(', ')}; give them with --model and --data.`]
          : []),
      ],
    },
  }
}
