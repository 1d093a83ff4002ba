import type {CertifyMetrics} from '../certify/types.js'
import type {SanitizeMetrics} from '../sanitize/types.js'
import type {Report} from './types.js'

export interface CertifyReport extends Report<CertifyMetrics> {
  command: 'certify'
}

export interface SanitizeReport extends Report<SanitizeMetrics> {
  command: 'sanitize'
}

/** What surety writes as JSON; `schemas/report.schema.json` is generated from this type. */
export type AnyReport = CertifyReport | SanitizeReport
