/** One answer of a judge, as the log records it. */
export interface Judgement {
  /** where it stands in the log, from 1 */
  line: number
  /** what is independent of one another: everything about one question may depend on each other */
  question: string
  /** what else tells two comparisons of one question apart, such as a task or a turn; empty: nothing */
  part: string
  judge: string
  /** of a debate or a chain of judges; null: the log has no rounds */
  round: string | null
  repetition: string
  /** the options in the order in which the judge saw them */
  shown: string[]
  /** place in `shown`, a tie, or null: no verdict was found in the answer */
  choice: number | 'tie' | null
  /** length of each shown option, in a unit of the log; null: not recorded */
  lengths: number[] | null
  /** for each nudge of the log, the option (a place in `shown`) that it favours here; null: none, a control */
  nudges: Record<string, number | null>
}

/** What a log says of itself, for the report. */
export interface VerdictLog {
  judgements: Judgement[]
  format: 'table' | 'json-lines' | 'json' | 'mt-bench'
  /** what each column was taken for */
  columns: Record<string, string>
  /** columns that were not read */
  unused: string[]
  /** names of nudges */
  nudges: string[]
}
