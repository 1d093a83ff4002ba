/** Maximum number of anchors: they cost a sorted m × m distance matrix, and more rows are better used as references. */
export const MAX_ANCHORS = 2000
