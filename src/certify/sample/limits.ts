/** Anchors cost a sorted m × m matrix of distances; beyond this many, references are worth more. */
export const MAX_ANCHORS = 2000
