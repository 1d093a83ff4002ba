import {slimEvidence, slimMetrics} from '../certify/evidence/slim.js'
import {checksumOf, withChecksum} from '../frame/checksum.js'
import type {AnyReport} from './reports.js'

/**
 * Reduces a report to a baseline that may be committed: what comparisons need, without test data (pictures, labels,
 * losses and names of single examples, the drawing and single edges of a graph). Reports without single examples are
 * unchanged.
 */
export function slimReport(report: AnyReport): AnyReport {
  const slim = {checksum: report.checksum ?? checksumOf(report)}
  if (report.command === 'certify') {
    const {thumbnails: _, evidence, ...rest} = report
    return withChecksum({
      ...rest,
      metrics: slimMetrics(report.metrics),
      ...(evidence === undefined ? {} : {evidence: slimEvidence(evidence)}),
      slim,
    })
  }
  if (report.command === 'sanitize') {
    const {review: _review, excerpt: _excerpt, ...metrics} = report.metrics
    return withChecksum({...report, metrics: {...metrics, top: [], explained: []}, slim})
  }
  return report
}
