import type {AnyReport} from '../../documents/reports.js'
import type {CheckConfig, Threshold} from '../../gate/types.js'

/** Margin between a first limit and the result of the first run. */
const ROOM = 0.02

/**
 * Initial limits of a check from the report of its first run, with reasons. Metrics without a result get no limit, and
 * a verdict other than pass becomes a warning, so that the gate starts green and says why.
 */
export function proposeLimits(report: AnyReport): NonNullable<CheckConfig['thresholds']> {
  const limits: Record<string, Threshold> = {}
  if (!['certified', 'done', 'pass'].includes(report.verdict.status)) limits['verdict'] = 'warn'
  if (report.command === 'certify') {
    const {performance, headline, slices = []} = report.metrics
    if (performance !== undefined && performance.lower !== null)
      limits['accuracy'] = [
        'error',
        {
          min: down(performance.lower - ROOM),
          why: `the first run shows at least ${percent(performance.lower, Math.floor)}; ${ROOM} of room for another sample`,
        },
      ]
    const lowers = slices.map(({performance: of}) => of?.lower ?? null)
    const worst = Math.min(...lowers.map((lower) => lower ?? -1))
    if (lowers.length > 0 && worst > 0)
      limits['slices[*].performance'] = [
        'error',
        {
          min: down(worst - ROOM),
          why: `the first run shows at least ${percent(worst, Math.floor)} of the worst slice; ${ROOM} of room for another sample`,
        },
      ]
    if (headline?.status === 'certified')
      limits['headline'] = [
        'error',
        {
          max: Math.min(1, up(headline.bound + ROOM)),
          why: `the first run shows at most ${percent(headline.bound, Math.ceil)} of near-identical inputs with another loss; ${ROOM} of room`,
        },
      ]
  }
  if (report.command === 'sanitize') {
    const {randomEdges} = report.metrics
    if (randomEdges !== undefined)
      limits['randomEdges.share.low'] = [
        randomEdges.reason === null ? 'error' : 'warn',
        {
          max: Math.min(1, up(randomEdges.share.high)),
          why: `of the first graph ${percent(randomEdges.share.low, Math.floor)} to ${percent(randomEdges.share.high, Math.ceil)} of the edges look wired at random; surely more than that is new`,
        },
      ]
  }
  return limits
}

const down = (x: number) => Math.max(0, Math.floor(x * 100) / 100)
const up = (x: number) => Math.ceil(x * 100) / 100
const percent = (x: number, round: (x: number) => number) => `${round(x * 1000) / 10} %`
