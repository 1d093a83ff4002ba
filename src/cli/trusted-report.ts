import {existsSync} from 'node:fs'
import {hashOf, readInput} from '../data/read-file.js'
import {parseAnyReport} from '../documents/read-report.js'
import type {AnyReport} from '../documents/reports.js'
import {InputError} from '../errors.js'
import {checksumOf} from '../frame/checksum.js'
import {verifyReport} from './verify-run.js'

/** Commands whose reports carry a checksum. */
const SEALED: readonly AnyReport['command'][] = ['certify', 'evaluate', 'harden', 'judge', 'sanitize']

/** Why a report may have been edited; null: its checksum is valid, or its command writes none. */
export function sealFault(report: AnyReport): string | null {
  if (report.checksum === undefined)
    return SEALED.includes(report.command) ? 'has no checksum, so it cannot be checked whether it was edited' : null
  return report.checksum === checksumOf(report)
    ? null
    : 'was edited after surety wrote it: it does not have the checksum that it states'
}

/**
 * Parses a report for comparison in the gate: it must not have been changed, and its certificate must follow from its
 * evidence (except in slim baselines). A checksum has no key: it reveals edits, but not a forged report.
 *
 * Throws  InputError  as parseAnyReport does; a missing or wrong checksum, or a certificate that does not follow from
 *         its evidence.
 */
export function parseTrusted(bytes: Uint8Array, path: string): AnyReport {
  const report = parseAnyReport(bytes, path)
  const again = [`write the report again with surety ${report.command}`]
  const fault = sealFault(report)
  if (fault !== null) throw new InputError(`${path}: ${fault}`, again)
  if (report.command !== 'certify' || report.slim !== undefined) return report
  if (report.evidence === undefined && report.metrics.anchors !== null)
    throw new InputError(`${path}: has bounds but no evidence, so it cannot be checked whether they hold`, again)
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
 * Reads the report file of a gate check. Inputs that are present must be the files the report was made from.
 *
 * Throws  InputError  as parseTrusted, or an input has changed.
 */
export async function readTrusted(path: string): Promise<AnyReport> {
  const report = parseTrusted((await readInput(path)).bytes, path)
  if (report.slim !== undefined)
    throw new InputError(
      `${path}: is a slim baseline, which is only for comparison: its bounds cannot be recomputed, so it is not judged`,
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
