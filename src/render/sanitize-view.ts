import type {RandomEdgeSummary, ReviewedEnd, SanitizeMetrics} from '../sanitize/types.js'
import {chanceText, count, number, orDash} from './format.js'

/** One measured property of the graph before and after pruning. */
export interface Effect {
  name: string
  before: number
  after: number
  kind: 'count' | 'number' | 'share'
}

export function effects(metrics: SanitizeMetrics): Effect[] {
  const {nodes, edges, pruned, added} = metrics
  const left = edges - pruned + added.count
  const meanDegree = (m: number) => (nodes === 0 ? 0 : (2 * m) / nodes)
  return [
    {name: 'edges', before: edges, after: left, kind: 'count'},
    {...complexity(metrics), kind: 'number'},
    ...(metrics.classes === 0
      ? []
      : [
          {
            name: 'edges whose labels agree',
            before: metrics.agreementBefore,
            after: metrics.agreementAfter,
            kind: 'share' as const,
          },
        ]),
    {name: 'mean degree', before: meanDegree(edges), after: meanDegree(left), kind: 'number'},
    {name: 'isolated nodes', before: metrics.isolatedBefore, after: metrics.isolatedAfter, kind: 'count'},
  ]
}

/** Kernel complexity, or in the limit of an infinite ridge the alignment that it turns into. */
export function complexity({gkcBefore, gkcAfter, alignment}: SanitizeMetrics): {
  name: string
  before: number
  after: number
  better: string
} {
  return alignment === null
    ? {
        name: 'kernel complexity (GKC)',
        before: gkcBefore!,
        after: gkcAfter!,
        better: 'lower means labels easier to learn',
      }
    : {name: 'kernel–label alignment', ...alignment, better: 'higher means labels easier to learn'}
}

/** The way the kernel scores were computed, in words. */
export function solverText({solver}: SanitizeMetrics): string {
  const free =
    solver.labelFreeError === null
      ? 'no label-free score'
      : solver.labelFreeError === 0
        ? 'label-free score exact'
        : `label-free complexity ± ${number(solver.labelFreeError)}`
  return {
    gram: `Gram matrices in memory; ${free}`,
    landmarks: `${count(solver.landmarks ?? 0)} landmarks, relative error of the kernel ${orDash(solver.kernelError)}; ${free}`,
    stream: `passes over all pairs; ${free}${solver.landmarks === null ? '' : `; alignment through ${count(solver.landmarks)} landmarks`}`,
  }[solver.name]
}

/** How the cut was chosen, in words. */
export function cutRule({cut}: SanitizeMetrics): string {
  return {
    ratio: 'a share of the edges was asked for',
    count: 'a number of edges was asked for',
    threshold: 'a score threshold was asked for',
    auto: 'the cut was chosen from the chances alone',
    probability: 'edges with at least a given chance of being wired at random were asked for',
    fdr: 'an expected share of genuine edges among the removed was asked for',
  }[cut.rule]
}

/** The chance that an edge was wired at random. */
export const chance = (probability: number | null | undefined): string =>
  probability === undefined || probability === null ? '–' : chanceText(probability)

/** What is known of an end of an edge, for a person. */
export function endText({name, label, given, degree, neighbours}: ReviewedEnd): string {
  if (label < 0) return `${name}: degree ${degree}`
  const around = neighbours.slice(0, 3).map(({label: of, nodes}) => `${nodes} of class ${of}`)
  return `${name}: class ${label} (${given ? 'given' : 'guessed'}), degree ${degree}; other neighbours: ${around.join(', ') || 'none'}`
}

/** What tells the edges of this graph from pairs wired at random, best first. */
export function partsText({parts}: RandomEdgeSummary): string {
  const told = parts
    .filter(({counts}) => counts)
    .toSorted((a, b) => (b.separation ?? 0) - (a.separation ?? 0))
    .map(({name, separation}) => `${name}${separation === null ? '' : ` ${separation.toFixed(2)}`}`)
  const silent = parts.filter(({counts}) => !counts).map(({name}) => name)
  return `${told.join(', ') || 'none'} (.5 is chance)${silent.length === 0 ? '' : `; no say: ${silent.join(', ')}`}`
}
