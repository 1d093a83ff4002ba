import type {AlphaSplit, FreshBound} from './types.js'

/** What shares α: how many statements of each kind a report makes. */
export interface Statements {
  /** ε, each of its bounds in each layer, and the loss tail */
  epsilon: number
  /** cells, twice where each has a second bound */
  cells: number
  /** rows of single classes */
  classes: number
  /** radii at which a bound is stated, over all examples and layers */
  examples: number
}

/** How many statements a report makes, from its sizes: known before a reference is seen, and known to who checks it. */
export function statements({bounds, layers, cells, tail, classes, examples, radii}: {
  bounds: readonly FreshBound[]
  layers: number
  cells: number
  tail: boolean
  /** in each layer */
  classes: number
  examples: number
  /** values of δ, over all layers */
  radii: number
}): Statements {
  const onCells = bounds.includes('clopper-pearson') ? 1 : 0
  const onEpsilon = new Set(bounds).size - onCells
  return {epsilon: layers * (1 + onEpsilon) + (tail ? 1 : 0), cells: cells * (1 + onCells), classes: layers * classes, examples: examples * radii}
}

/** ε is one number a layer and descriptive; the cells are what a gate reads. A kind without statements leaves its share to the cells. */
const SHARE = {epsilon: 0.1, classes: 0.05, examples: 0.05}

/**
 * α shared out so that everything the report states holds at once (union bound).
 *
 * Formula   each statement of a kind gets share · α / (statements of the kind): ε and tail 0.1, classes and examples 0.05 each where
 *           there are any, cells the rest. A cell's α is spent once for its direct, windowed and global bound together (docs/math.md, Theorem D).
 */
export function splitAlpha(total: number, {epsilon, cells, classes, examples}: Statements): AlphaSplit {
  const shares = {classes: classes === 0 ? 0 : SHARE.classes, examples: examples === 0 ? 0 : SHARE.examples}
  const cell = ((1 - SHARE.epsilon - shares.classes - shares.examples) * total) / cells
  return {
    total, epsilon: (SHARE.epsilon * total) / epsilon, global: cell, windowed: cell, direct: cell,
    ...(classes === 0 ? {} : {class: (shares.classes * total) / classes}),
    ...(examples === 0 ? {} : {example: (shares.examples * total) / examples}),
    statements: epsilon + cells + classes + examples,
  }
}
