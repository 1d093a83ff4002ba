import type {EdgeScores} from '../../src/sanitize/types.js'

/** Five edges of six nodes, {0, 1} {0, 2} {1, 3} {2, 3} {4, 5}: the third is the most suspect, the last was not scored. */
export function fiveEdges(changed: Partial<EdgeScores> = {}): EdgeScores {
  return {
    evidence: 'features',
    edges: Uint32Array.of(0, 1, 0, 2, 1, 3, 2, 3, 4, 5),
    score: Float64Array.of(0.2, 0.4, 0.9, 0.6, 0.1),
    rank: Uint32Array.of(4, 3, 1, 2, 5),
    scored: Uint8Array.of(1, 1, 1, 1, 0),
    pruned: Uint8Array.of(0, 0, 1, 0, 0),
    probability: Float64Array.of(0.05, 0.2, 0.97, 0.6, NaN),
    weight: Float64Array.of(1, 1, 0.25, 1, 1),
    parts: {
      kc: Float64Array.of(-0.5, 0, 0.00123, 0.00123, 0),
      labelFree: Float64Array.of(0.1, 0.2, -0.034, 0, 0.3),
      similarity: Float64Array.of(0.8, 0.5, 0.126, 0.3, 0.9),
      disagreement: Float64Array.of(0.1, 0.2, 0.956, 0.3, 0.4),
      context: Float64Array.of(1.5, 1, 0.3, 0.5, 2),
      overlap: Float64Array.of(0.5, 0, 0, 0.25, 0),
      fit: Float64Array.of(3, 1, Math.log(0.05), 0, 2),
    },
    labelledEnds: Uint8Array.of(2, 1, 0, 1, 0),
    pseudoDisagree: Uint8Array.of(0, 0, 1, 0, 0),
    pseudoLabels: Int32Array.of(0, 0, 0, 2, 1, 1),
    degrees: Uint32Array.of(2, 2, 2, 2, 1, 1),
    ...changed,
  }
}
