import {slimEvidence, slimMetrics} from '../certify/evidence/slim.js'
import {checksumOf, withChecksum} from '../frame/checksum.js'
import type {AnyReport} from './reports.js'

/**
 * A report as a baseline that may be committed: what comparisons need, and nothing of the test data (pictures, labels,
 * losses and names of single examples, the drawing and the single edges of a graph). Commands whose reports hold no
 * single examples keep theirs.
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
