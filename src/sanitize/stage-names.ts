/**
 * What a run through landmarks does in turn; each stage reads the pieces of those before it. `sums`, `scores` and
 * `after` are done by shards, some groups of rows each, and need no graph: their rows lie in pieces. The others are one
 * process each.
 */
export const STAGES = ['draw', 'sums', 'solve', 'scores', 'cut', 'after'] as const
export type Stage = (typeof STAGES)[number]
export type SharedStage = 'sums' | 'scores' | 'after'
export const isShared = (stage: Stage): stage is SharedStage =>
  stage === 'sums' || stage === 'scores' || stage === 'after'
