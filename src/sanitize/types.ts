import type {PrecisionRecallCurve, RocCurve} from '../stats/ranking-curves.js'

/** Everything known of one edge, in the order of the graph's edge list; higher = more suspect. */
export interface EdgeScores {
  /** what the ends of an edge are compared by */
  evidence: 'features' | 'neighbours'
  /** [2 m] */
  edges: Uint32Array
  /** [m] the score that ranks: fused rank (preset surety) or KC (preset paper) */
  score: Float64Array
  /** [m] 1 = most suspect; ties by score, then u, then v */
  rank: Uint32Array
  /** [m] 0: out of reach of the node set, the score says nothing about safety */
  scored: Uint8Array
  /** [m] 1: marked for removal */
  pruned: Uint8Array
  /** [m] chance that the edge was wired at random; NaN: too little is known of it */
  probability: Float64Array
  /** [m] weight in [0, 1] that takes the place of removal: see softWeights */
  weight: Float64Array
  parts: {
    kc: Float64Array
    /** null: left out */
    labelFree: Float64Array | null
    /** cosine of the raw features, without features of the profiles made of neighbours (higher = more alike) */
    similarity: Float64Array
    /** 1 − Σ_c p_uc p_vc of the soft pseudo-labels */
    disagreement: Float64Array
    /** likeness of each end to the neighbourhood of the other, the edge left out (higher = more alike) */
    context: Float64Array
    /** share of common neighbours (higher = better embedded) */
    overlap: Float64Array
    /** log-odds of the edge against a pair wired at random (higher = fits better) */
    fit: Float64Array
  }
  /** [m] 0, 1 or 2 endpoints with a given label */
  labelledEnds: Uint8Array
  /** [m] 1: the endpoints' (pseudo-)labels differ */
  pseudoDisagree: Uint8Array
  /** [nodes] given label, or pseudo-label */
  pseudoLabels: Int32Array
  /** [nodes] degree before pruning, without the self loop */
  degrees: Uint32Array
}

export interface SanitizeMetrics {
  nodes: number
  edges: number
  pruned: number
  /**
   * edges that --repair added: their count, the share of them whose (pseudo-)labels agree (null: none), the most alike
   * ones
   */
  added: {count: number; agreement: number | null; top: AddedEdge[]}
  notScored: number
  /**
   * Graph Kernel Complexity of the input and of the output graph, same node set, labels and ridge; null in the limit λ
   * → ∞
   */
  gkcBefore: number | null
  gkcAfter: number | null
  /** kernel–label alignment (1/s) Σ_c y_cᵀ H y_c, in the limit λ → ∞; else null */
  alignment: {before: number; after: number} | null
  /** λ (null: infinite), the node set's size and an estimate of the condition number of H + λI */
  ridge: number | null
  nodeSetSize: number
  condition: number
  /**
   * how the kernel scores were computed; landmarks and the relative error they leave on held-out columns of H; the
   * standard error of the label-free complexity (0: exact, null: left out)
   */
  solver: {
    name: 'gram' | 'landmarks' | 'stream'
    landmarks: number | null
    kernelError: number | null
    labelFreeError: number | null
  }
  /**
   * what likeness was made from, and how well fit tells the edges that the cut counts from pairs wired at random: the
   * chance that such an edge fits better (.5: not at all); null: no such pair
   */
  evidence: {from: 'features' | 'neighbours'; separation: number | null}
  /** how many edges look wired at random, and what was concluded; absent in reports of versions that did not say */
  randomEdges?: RandomEdgeSummary
  labelledNodes: number
  classes: number
  /** nodes whose aggregated features are zero: their kernel row is 0 */
  zeroRows: number
  isolatedBefore: number
  isolatedAfter: number
  /** edges kept only because removing them would leave a node below --min-degree */
  keptByMinDegree: number
  /** edges above the cut that were kept because they are suppressed or touch a protected node */
  keptOnRequest: number
  /** the rule that chose the cut and the score at it (score of the last pruned edge; null if none) */
  cut: {rule: 'ratio' | 'count' | 'threshold' | 'auto' | 'probability' | 'fdr'; score: number | null; share: number}
  /** share of edges whose (pseudo-)labels agree */
  agreementBefore: number
  agreementAfter: number
  /** scores in equal-width bins: `edges` has one element more than the counts */
  histogram: {edges: number[]; kept: number[]; pruned: number[]}
  top: TopEdge[]
  /**
   * what each part of the score says of pruned and of kept edges; this and the next two are absent in reports of
   * versions that did not write them
   */
  parts?: PartSummary[]
  degrees?: DegreeChange
  /** null: nothing was pruned */
  excerpt?: GraphExcerpt | null
  /** the edges asked for, in words */
  explained: ExplainedEdge[]
  /** the most suspect edges to look through, where they were asked for; absent in reports of earlier versions */
  review?: ReviewedEdge[]
  /** only with --truth: how well the ranking finds the known adversarial edges */
  truth: TruthMetrics | null
}

/** Edges that look wired at random, as an attacker of unlike nodes wires them: an estimate, not a guarantee. */
export interface RandomEdgeSummary {
  finding: 'suspicious edges found' | 'no evidence of an attack' | 'not enough evidence to judge'
  /** why nothing could be judged; null: it was */
  reason: string | null
  /** edges of which enough is known to be counted; share and number of those that look wired at random, with 95 % ends */
  counted: number
  share: {estimate: number; low: number; high: number}
  number: {estimate: number; low: number; high: number}
  /** edges with a chance of at least .9 */
  certain: number
  /** of the pruned edges, the expected number that are genuine; null: nothing was judged */
  expectedGenuine: number | null
  /** the parts of the score: how well each tells edges from pairs wired at random (.5: not at all), and whether it counts */
  parts: {name: PartName; separation: number | null; counts: boolean}[]
  /** predictions of hidden labels lost and won by pruning; null: not tried, since little or nothing is pruned */
  harm: {hidden: number; lost: number; won: number; vetoes: boolean} | null
}

export interface TopEdge {
  source: string
  target: string
  score: number
  rank: number
  pruned: boolean
  /** chance that the edge was wired at random; null: too little is known; absent in reports of earlier versions */
  probability?: number | null
  kc: number
  /** null: left out */
  labelFree: number | null
  similarity: number
  disagreement: number
  labelledEnds: number
  reason: string
}

/** An edge for a person to look at. */
export interface ReviewedEdge {
  rank: number
  score: number
  /** chance that it was wired at random; null: too little is known */
  probability: number | null
  pruned: boolean
  reason: string
  ends: [ReviewedEnd, ReviewedEnd]
}

export interface ReviewedEnd {
  name: string
  /** given label or pseudo-label */
  label: number
  given: boolean
  degree: number
  /** its other neighbours by their labels, the most common first */
  neighbours: {label: number; nodes: number}[]
}

export type PartName = keyof EdgeScores['parts']

export interface PartSummary {
  name: PartName
  /** which end of its values speaks against an edge */
  suspect: 'high' | 'low'
  /** lower quartile, median, upper quartile; null: no such edge */
  kept: [number, number, number] | null
  pruned: [number, number, number] | null
  /** edges in each tenth of all edges by this part alone, from the least suspect to the most */
  tenths: {kept: number[]; pruned: number[]}
}

/** Nodes by degree: bin k holds the degrees from[k] … to[k]. */
export interface DegreeChange {
  from: number[]
  to: number[]
  before: number[]
  after: number[]
  /** nodes whose degree is another than before */
  changed: number
  /** null: no node lost an edge */
  largestLoss: {node: string; before: number; after: number} | null
}

/** The most suspect of the pruned edges with what lies around them, as much as one drawing holds. */
export interface GraphExcerpt {
  /** how many pruned edges it was made around */
  around: number
  nodes: {
    name: string
    /** given label or pseudo-label */
    label: number
    given: boolean
    /** before pruning; a drawing shows a part of it */
    degree: number
  }[]
  /**
   * between these nodes, `ends` are their places in `nodes`; pruned edges first, by rank; `rank` null: was not in the
   * graph
   */
  edges: {ends: [number, number]; state: 'pruned' | 'kept' | 'added'; rank: number | null}[]
  /** edges between these nodes that would be too many to draw */
  omitted: number
}

export interface AddedEdge {
  source: string
  target: string
  /** profile cosine + Σ_c p_uc p_vc, 0 to 2 */
  likeness: number
}

export interface ExplainedEdge {
  source: string
  target: string
  /** one statement each: verdict and places, labels, neighbourhoods, features and common neighbours, fit, complexity */
  statements: string[]
}

export interface TruthMetrics {
  adversarial: number
  auc: number
  averagePrecision: number
  /** of the pruned edges, the share that is adversarial; null if nothing was pruned */
  precision: number | null
  /** of the adversarial edges, the share that was pruned */
  recall: number
  /** curves of the ranking, at most 200 points each; absent in reports of versions that did not write them */
  curves?: {roc: RocCurve; precisionRecall: PrecisionRecallCurve}
}
