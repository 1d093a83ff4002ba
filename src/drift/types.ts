/** What was measured at every position of a document, in order: one column a quantity. */
export interface Measures {
  positions: number
  /** Jensen–Shannon divergence in nats, lower and upper end; the same where both distributions are whole */
  js: Float64Array
  jsUpper: Float64Array
  /** KL(old ‖ new) in nats; Infinity: unbounded, or a token that new excludes */
  kl: Float64Array
  klUpper: Float64Array
  /** log p_new(y) − log p_old(y) of the token y that was taken; NaN: not recorded */
  deltaLogP: Float64Array
  /** entropies in nats; NaN: not determined by what is recorded */
  entropyOld: Float64Array
  entropyNew: Float64Array
  /** of y, from 1; 0: not determined */
  rankOld: Int32Array
  rankNew: Int32Array
  /** 1: both have the same most likely token; 0: they do not; 2: not determined */
  sameTop: Uint8Array
}

export interface DriftDocument {
  name: string
  measures: Measures
  /** the taken token of each position, as text; null: not recorded */
  pieces: readonly string[] | null
}

export interface DriftOptions {
  alpha: number
  /** thresholds of JS in nats, ascending */
  taus: readonly number[]
  /** losses of log p in nats, ascending */
  losses: readonly number[]
  /** KL is cut here for the interval of its mean, which needs a bound */
  klCap: number
  /** whether a distribution is cut to its most likely tokens in one of the files */
  partial: boolean
}

/** The expected share of the positions of a fresh document. */
export interface ShareStatement {
  name: string
  /** threshold in nats; null: none */
  threshold: number | null
  /** mean over documents of the share of their positions that surely, and that possibly, meet it */
  observed: number
  observedUpper: number
  /** certified: the expected share is at most this */
  upper: number
  documents: number
}

export interface MeanStatement {
  name: string
  /** mean over documents of the mean over their positions; lower end where only bounds are known */
  estimate: number
  /** for the expected value of a fresh document */
  interval: [number, number]
}

export interface DivergencePart {
  name: string
  positions: number
  /** share of all JS divergence that falls here */
  share: number
  meanJs: number
  /** null: none of its tokens has one */
  meanDeltaLogP: number | null
  topChanged: number
}

export interface ChangedToken {
  document: string
  position: number
  token: string | null
  js: number
  kl: number | null
  deltaLogP: number | null
  rankOld: number | null
  rankNew: number | null
}

export interface ChangedDocument {
  name: string
  positions: number
  meanJs: number
  meanDeltaLogP: number | null
  topChanged: number
  /** the first positions, for a picture; text null: not recorded */
  tokens: {text: string | null; js: number; deltaLogP: number | null}[]
}

export interface DriftMetrics {
  alpha: {total: number; each: number; statements: number}
  documents: number
  positions: number
  vocabulary: number | null
  /** exact: whole distributions; bounds: most likely tokens only, so each divergence has a lower and an upper end */
  divergences: 'exact' | 'bounds'
  /** JS > τ, top token changed, log p lost by more than c */
  shares: ShareStatement[]
  /** KL (cut at klCap), JS, Δ log p where it is bounded */
  means: MeanStatement[]
  klCap: number
  /** positions whose KL is above klCap, and infinite */
  klAboveCap: number
  klInfinite: number
  deltaLogP: {mean: number | null; positive: number; negative: number; unknown: number}
  /** share of the positions that carry 90 % of the divergence, the largest first */
  sparsity: {share: number; positions: number; carried: number}
  byPosition: DivergencePart[]
  byEntropy: DivergencePart[]
  ranks: {kept: number; lower: number; higher: number; unknown: number}
  tokens: ChangedToken[]
  changed: ChangedDocument[]
}
