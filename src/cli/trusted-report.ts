import {existsSync} from 'node:fs'
import {hashOf, readInput} from '../data/read-file.js'
import {parseAnyReport} from '../documents/read-report.js'
import type {AnyReport} from '../documents/reports.js'
import {InputError} from '../errors.js'
import {checksumOf} from '../frame/checksum.js'
import {verifyReport} from './verify-run.js'

/** Commands whose reports carry a checksum. */
const SEALED: readonly AnyReport['command'][] = ['certify', 'evaluate', 'harden', 'judge', 'sanitize']

/** Why a report may be another than surety wrote; null: it has the checksum that it states, or its command writes none. */
export function sealFault(report: AnyReport): string | null {
  if (report.checksum === undefined)
    return SEALED.includes(report.command) ? 'carries no checksum, so nobody can tell whether it was edited' : null
  return report.checksum === checksumOf(report)
    ? null
    : 'was edited after surety wrote it: it does not have the checksum that it states'
}

/**
 * A report that the gate may compare with: nothing in it was changed after it was written, and what it certifies follows
 * from its evidence, which a slim baseline has not. A checksum has no key: it shows an edit, not a forger who makes a report anew.
 *
 * Throws  InputError  as parseAnyReport does; no checksum, another one, or a certificate that its evidence does not give.
 */
export function parseTrusted(bytes: Uint8Array, path: string): AnyReport {
  const report = parseAnyReport(bytes, path)
  const again = [`write the report again with surety ${report.command}`]
  const fault = sealFault(report)
  if (fault !== null) throw new InputError(`${path}: ${fault}`, again)
  if (report.command !== 'certify' || report.slim !== undefined) return report
  if (report.evidence === undefined && report.metrics.anchors !== null)
    throw new InputError(`${path}: has bounds and no evidence, so nobody can tell whether they hold`, again)
  if (report.evidence !== undefined) {
    const [first, ...more] = verifyReport({...report, evidence: report.evidence})
    if (first !== undefined)
      throw new InputError(
        `${path}: does not follow from its own evidence: ${first}${more.length > 0 ? ` (and ${more.length} more)` : ''}`,
        again,
      )
  }
  return report
}

/**
 * A report file that a check of the gate names. Those of its inputs that are here must be the files it was made from.
 *
 * Throws  InputError  as parseTrusted, or an input has another content by now.
 */
export async function readTrusted(path: string): Promise<AnyReport> {
  const report = parseTrusted((await readInput(path)).bytes, path)
  if (report.slim !== undefined)
    throw new InputError(
      `${path}: is a slim baseline, which is there to be compared with: its bounds cannot be made again, so it is not judged`,
      [`write the whole report with surety ${report.command} --report`, 'or surety baseline update --full'],
    )
  for (const input of report.inputs) {
    if (!existsSync(input.path)) continue
    if (hashOf((await readInput(input.path)).bytes) !== input.sha256)
      throw new InputError(`${path}: ${input.path} changed since this report was written`, [
        `run surety ${report.command} again on the file as it is now`,
        'or name the model or graph in the check, and the gate runs it itself',
      ])
  }
  return report
}
