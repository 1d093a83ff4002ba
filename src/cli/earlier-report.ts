import type {EarlierCertificate} from '../certify/evidence/pairing.js'
import {readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'
import {checksumOf} from '../frame/checksum.js'
import {parseReport} from '../documents/read-report.js'
import type {CertifyReport} from '../documents/reports.js'
import type {InputFile} from '../frame/report.js'

export interface EarlierReport extends EarlierCertificate {
  /** the report file */
  file: InputFile
}

/** Throws InputError: not a report of certify, a changed one, or one without evidence. */
export async function readEarlier(path: string): Promise<EarlierReport> {
  const {bytes, file} = await readInput(path)
  const report: CertifyReport = parseReport(bytes, path, 'certify')
  if (report.checksum !== checksumOf(report))
    throw new InputError(`${path}: was changed after certify wrote it`, [
      'run surety verify on it',
      'certify the earlier checkpoint again',
    ])
  if (report.evidence === undefined)
    throw new InputError(`${path}: carries no evidence, so its examples cannot be paired with others`, [
      'certify the earlier checkpoint with a split',
    ])
  return {
    path,
    metrics: report.metrics,
    evidence: report.evidence,
    inputs: report.inputs,
    file: {...file, role: 'against'},
  }
}
