/** What is known of one position where a file has its most likely tokens only. */
export interface TopTokens {
  /** names of the tokens that are listed, each once */
  tokens: string[]
  /** log p of each, in nats */
  logProbabilities: Float64Array
  /** place of the taken token in the list; −1: not listed */
  taken: number
  /** of the taken token, from 1; null: not known */
  rank: number | null
  /** place of the most likely token; −1: not known (one probability is listed, of a sequence) */
  top: number
}

/** A document as recorded, without its distributions. */
export interface RecordedDocument {
  /** null: the file does not name its documents */
  name: string | null
  positions: number
  /** the taken token of each position as the file has it: an id or a text; null: not recorded */
  tokens: readonly (string | number)[] | null
  /** the same as text, to show; null: not recorded */
  pieces: readonly string[] | null
  /** for each position, or one for all; null: not recorded */
  advantages: readonly number[] | null
}

/** Next-token distributions of one model, read position by position. */
export interface RecordedOutputs {
  path: string
  format: string
  /** full: whole distributions; top: the most likely tokens */
  kind: 'full' | 'top'
  /** the file had to be unpacked: opening it again costs that again */
  isUnpacked: boolean
  /** number of tokens; null: not known */
  vocabulary: number | null
  documents: RecordedDocument[]
  /** the row of logits or log-probabilities; the array is reused by the next call. `full` only */
  row: (document: number, position: number) => Float32Array | Float64Array
  /** `top` only */
  top: (document: number, position: number) => TopTokens
  close: () => void
}
