import type {SanitizeMetrics} from '../sanitize/types.js'

/** One measured property of the graph before and after pruning. */
export interface Effect {
  name: string
  before: number
  after: number
  kind: 'count' | 'number' | 'share'
}

export function effects(metrics: SanitizeMetrics): Effect[] {
  const {nodes, edges, pruned} = metrics
  const meanDegree = (m: number) => (nodes === 0 ? 0 : (2 * m) / nodes)
  return [
    {name: 'edges', before: edges, after: edges - pruned, kind: 'count'},
    {name: 'kernel complexity (GKC)', before: metrics.gkcBefore, after: metrics.gkcAfter, kind: 'number'},
    {name: 'edges whose labels agree', before: metrics.agreementBefore, after: metrics.agreementAfter, kind: 'share'},
    {name: 'mean degree', before: meanDegree(edges), after: meanDegree(edges - pruned), kind: 'number'},
    {name: 'isolated nodes', before: metrics.isolatedBefore, after: metrics.isolatedAfter, kind: 'count'},
  ]
}

/** How the cut was chosen, in words. */
export function cutRule({cut}: SanitizeMetrics): string {
  return {
    ratio: 'a share of the edges was asked for',
    count: 'a number of edges was asked for',
    threshold: 'a score threshold was asked for',
    auto: 'the cut was chosen from the scores alone',
  }[cut.rule]
}
