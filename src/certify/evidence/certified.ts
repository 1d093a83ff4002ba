import type {CertifyMetrics} from '../types.js'
import type {Evidence} from './evidence.js'

/** A certificate with its evidence: all that a comparison needs from a run. */
export interface Certified {
  metrics: CertifyMetrics
  evidence: Evidence
}
