import type {Evidence} from '../certify/evidence/evidence.js'
import type {CertifyMetrics} from '../certify/types.js'
import type {Report} from '../frame/report.js'

/** A report of any command: the gate reads its metrics by path. */
export type JudgedReport = Report

/** A certificate, with the evidence that pairs it with an earlier one example by example. */
export interface JudgedCertificate extends Report<CertifyMetrics> {
  command: 'certify'
  evidence?: Evidence
}

export const asCertificate = (report: JudgedReport): JudgedCertificate | null =>
  report.command === 'certify' ? (report as JudgedCertificate) : null
