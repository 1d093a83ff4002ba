import {type Certified, compareCertificates} from '../certify/compare.js'
import type {Evidence} from '../certify/evidence.js'
import type {CertifyMetrics, Comparison} from '../certify/types.js'
import {readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'
import {checksumOf} from '../report/checksum.js'
import {parseReport} from '../report/read-report.js'
import type {CertifyReport} from '../report/reports.js'
import type {InputFile} from '../report/types.js'

export interface EarlierReport extends Certified {
  path: string
  inputs: InputFile[]
  /** of the report itself */
  file: InputFile
}

/** Throws InputError: no report of certify, a changed one, or one without evidence. */
export async function readEarlier(path: string): Promise<EarlierReport> {
  const {bytes, file} = await readInput(path)
  const report: CertifyReport = parseReport(bytes, path, 'certify')
  if (report.checksum !== checksumOf(report)) throw new InputError(`${path}: was changed after certify wrote it`, ['run surety verify on it', 'certify the earlier checkpoint again'])
  if (report.evidence === undefined) throw new InputError(`${path}: carries no evidence, so its examples cannot be paired with others`, ['certify the earlier checkpoint with a split'])
  return {path, metrics: report.metrics, evidence: report.evidence, inputs: report.inputs, file: {...file, role: 'against'}}
}

/**
 * The paired difference to an earlier report. The examples are the same if the data files are, by their hashes; hidden states of two
 * checkpoints are other files, so there the labels must agree row by row.
 *
 * Throws  InputError  other examples, or examples that cannot be recognised (says why).
 */
export function compareWith(earlier: EarlierReport, now: {metrics: CertifyMetrics; evidence: Evidence | null; inputs: readonly InputFile[]}, alpha: number): Comparison {
  const {path} = earlier
  const {metrics, evidence} = now
  if (evidence === null) throw new InputError(`nothing is certified here, so there is nothing to compare with ${path}`, ['leave out --no-split'])
  const hashes = (inputs: readonly InputFile[]) => inputs.filter(({role}) => role === 'data').map(({sha256}) => sha256).sort().join()
  const [here, there] = [hashes(now.inputs), hashes(earlier.inputs)]
  const byHash = here !== '' && there !== ''
  if (byHash && here !== there) {
    const files = earlier.inputs.filter(({role}) => role === 'data').map((input) => input.path).join(', ')
    throw new InputError(`${path}: was made from other data (${files}): the sha256 of the data files differ, so the examples cannot be paired`, ['certify both checkpoints on the same file'])
  }
  if (!byHash && [evidence, earlier.evidence].some(({sample}) => sample.references.labels === null)) {
    throw new InputError(`${path}: whether its examples are these cannot be told: hidden states of two checkpoints are different files, and one of them has no labels`, ['store labels with the hidden states'])
  }
  try {
    return {pairing: byHash ? 'input-hash' : 'labels', ...compareCertificates({metrics, evidence}, earlier, alpha)}
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${path}: ${error.message}`, error.nextSteps, {cause: error})
    throw error
  }
}
