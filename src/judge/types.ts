import type {ClusterMethod} from '../stats/clustered.js'

export interface JudgeOptions {
  /** confidence 1 − α of all intervals of the report together */
  alpha: number
  /** whether position statistics use every repetition, or the first alone, as the study does */
  repetitions: 'first' | 'all'
}

/** A mean over comparisons, with an interval for fresh questions. */
export interface Statement {
  /** over all comparisons, each with the same weight; null: there is none */
  estimate: number | null
  /** holds together with every other interval of the report at 1 − α; null: there is no comparison */
  interval: [number, number] | null
  comparisons: number
  questions: number
  method: ClusterMethod
}

/** Preference fairness, for which two ways to count n are in use. */
export interface Fairness extends Statement {
  /** (r − p) / n with n counting unparsed pairs too; `estimate` counts parsed ones only */
  overAllPairs: number | null
}

export interface Preference extends Statement {
  /** verbosity, bandwagon, or another nudge of the log; length: prefers the longer answer, without a control */
  name: string
}

/** A judge in one round. */
export interface JudgeGroup {
  /** the judge, or judge and round */
  name: string
  judge: string
  round: string | null
  judgements: number
  ties: number
  /** answers in which no verdict was found */
  unparsed: number
  /** comparisons in more than one order */
  pairs: {total: number; parsed: number; consistent: number; primacy: number; recency: number; balanced: number}
  /** comparisons that the log has in one order only: nothing is said of their position bias */
  unpaired: number
  outcomes: {decided: number; tied: number; undecided: number; unparsed: number; unpaired: number}
  /** mean share of the commonest verdict among the repetitions of an item; null without repetitions */
  stability: Statement | null
  consistency: Statement
  primacy: Statement
  recency: Statement
  fairness: Fairness
  preferences: Preference[]
}

/** Later round minus first round, on the same comparisons. */
export interface RoundDifference extends Statement {
  name: string
  judge: string
  round: string
  against: string
  metric: string
}

export interface JudgeAgreement extends Statement {
  name: string
  judges: [string, string]
  round: string | null
  /** Cohen's κ of the verdicts; null: both judges always say the same */
  kappa: number | null
}

/** Share of comparisons that an option wins, ties and flips half each, averaged over the orders. */
export interface WinRate extends Statement {
  name: string
  judge: string
  round: string | null
  option: string
  against: string[]
}

/** What other programs read: one comparison of one judge. */
export interface DebiasedOutcome {
  question: string
  part: string
  judge: string
  round: string | null
  repetition: string
  /** sorted by name */
  options: string[]
  /** the option that wins in every order, or what stands in its place */
  kind: 'decided' | 'tied' | 'undecided' | 'unparsed' | 'unpaired'
  winner: string | null
  /** what was said in each order: orders as in the log */
  verdicts: {shown: string[]; verdict: string | null}[]
}

export interface JudgeMetrics {
  /** 1 − confidence of all intervals together, and of each stability, consistency and fairness, and of each other one */
  alpha: {total: number; headline: number; other: number; statements: number}
  judgements: number
  questions: number
  options: string[]
  repetitions: 'first' | 'all'
  /** how the log was understood */
  log: {format: string; columns: {role: string; column: string}[]; unused: string[]}
  groups: JudgeGroup[]
  roundDifferences: RoundDifference[]
  agreement: JudgeAgreement[]
  winRates: WinRate[]
  /** comparisons whose verdict flips with the order, at most 50, by question */
  undecided: DebiasedOutcome[]
}
