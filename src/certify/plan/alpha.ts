import {classesOf} from '../statements/classes.js'
import {nearestStatements} from '../nearest/curve.js'
import type {CertifyPlan} from '../plan-types.js'
import {chosenSlices} from '../slices/choose.js'
import type {AlphaSplit, FreshBound, SliceAlpha} from '../types.js'

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
  /** 1 where the performance is known */
  performance?: number
  /** points of the nearest-anchor curves, and the shares they cover */
  nearest?: number
  /** of each kind about slices */
  slices?: SliceStatements
}

/** How many statements about slices there are, of each kind. */
export interface SliceStatements {
  performance: number
  cells: number
  nearest: number
}

/** How many statements a report makes, from its sizes: known before a reference is seen, and known to who checks it. */
export function statements({
  bounds,
  layers,
  cells,
  tail,
  classes,
  examples,
  radii,
  performance = false,
  nearest = 0,
  slices = {performance: 0, cells: 0, nearest: 0},
}: {
  bounds: readonly FreshBound[]
  layers: number
  cells: number
  tail: boolean
  /** in each layer */
  classes: number
  examples: number
  /** values of δ, over all layers */
  radii: number
  performance?: boolean
  /** of the nearest-anchor curves */
  nearest?: number
  slices?: SliceStatements
}): Statements {
  const onCells = bounds.includes('clopper-pearson') ? 1 : 0
  const onEpsilon = new Set(bounds).size - onCells
  return {
    epsilon: layers * (1 + onEpsilon) + (tail ? 1 : 0),
    cells: cells * (1 + onCells),
    classes: layers * classes,
    examples: examples * radii,
    performance: performance ? 1 : 0,
    nearest,
    slices,
  }
}

/**
 * ε is one number a layer and descriptive; the cells are what a gate reads. A kind without statements leaves its share
 * to the cells.
 */
const SHARE = {epsilon: 0.1, classes: 0.05, examples: 0.05, performance: 0.05, nearest: 0.1, slices: 0.1}

/** Of the slices' share: the accuracy of a slice is one number, and what most gates read. */
const SLICE_SHARE = {performance: 0.4, cells: 0.3, nearest: 0.3}

/** Half for random pairs, half for the perturbations, in equal parts among these. */
const SHARE_OF_PERTURBATIONS = 0.5

/**
 * α shared out so that everything the report states holds at once (union bound).
 *
 * Formula   each statement of a kind gets share · α / (statements of the kind): ε and tail 0.1, nearest anchors
 *           0.1, slices 0.1, classes, examples and performance 0.05 each where there are any, cells the rest. A cell's α is spent once for its direct, windowed and global
 *           bound together (docs/math.md, Theorem D). With perturbations, half of α is theirs and the other half is
 *           shared out like this.
 */
export function splitAlpha(
  total: number,
  {
    epsilon,
    cells,
    classes,
    examples,
    performance = 0,
    nearest = 0,
    slices = {performance: 0, cells: 0, nearest: 0},
  }: Statements,
  perturbations = 0,
): AlphaSplit {
  const perturbed = perturbations > 0 ? SHARE_OF_PERTURBATIONS * total : 0
  const own = total - perturbed
  const shares = {
    classes: classes === 0 ? 0 : SHARE.classes,
    examples: examples === 0 ? 0 : SHARE.examples,
    performance: performance === 0 ? 0 : SHARE.performance,
    nearest: nearest === 0 ? 0 : SHARE.nearest,
    slices: slices.cells === 0 ? 0 : SHARE.slices,
  }
  const others = Object.values(shares).reduce((sum, share) => sum + share, SHARE.epsilon)
  const cell = ((1 - others) * own) / cells
  return {
    total,
    epsilon: (SHARE.epsilon * own) / epsilon,
    global: cell,
    windowed: cell,
    direct: cell,
    ...(classes === 0 ? {} : {class: (shares.classes * own) / classes}),
    ...(examples === 0 ? {} : {example: (shares.examples * own) / examples}),
    ...(performance === 0 ? {} : {performance: (shares.performance * own) / performance}),
    ...(nearest === 0 ? {} : {nearest: (shares.nearest * own) / nearest}),
    ...(slices.cells === 0 ? {} : {slice: sliceAlpha(shares.slices * own, slices)}),
    statements: epsilon + cells + classes + examples + performance + nearest + sum(slices),
    ...(perturbations > 0 ? {perturbations: perturbed} : {}),
  }
}

/** Without predictions the share of the accuracies goes to the others in equal parts. */
export function sliceAlpha(total: number, {performance, cells, nearest}: SliceStatements): SliceAlpha {
  const rest = performance === 0 ? 0.5 : SLICE_SHARE.cells
  return {
    ...(performance === 0 ? {} : {performance: (SLICE_SHARE.performance * total) / performance}),
    cell: (rest * total) / cells,
    nearest: (rest * total) / nearest,
  }
}

const sum = ({performance, cells, nearest}: SliceStatements) => performance + cells + nearest

/**
 * What a plan states of random pairs, and how it shares α; null without a split. `perturbations` is how many laws of
 * pairs take part.
 */
export function alphaOf(
  {
    options,
    anchors,
    references,
    loss,
    etas,
    layers,
  }: Pick<CertifyPlan, 'options' | 'anchors' | 'references' | 'loss' | 'etas'> & {
    layers: readonly {deltas: {length: number}; nearestRadii: readonly number[]}[]
  },
  perturbations = 0,
): AlphaSplit | null {
  if (options.split === null) return null
  const radii = layers.reduce((sum, {deltas}) => sum + deltas.length, 0)
  const ofCurves = layers.reduce((sum, layer) => sum + layer.nearestRadii.length, 0)
  const slices = chosenSlices(references, options).stated.length
  return splitAlpha(
    options.alpha,
    statements({
      bounds: options.bounds,
      layers: layers.length,
      cells: radii * etas.length,
      tail: loss.bound === null,
      classes: classesOf(anchors.labels).length,
      examples: Math.min(options.examples, anchors.rows.length),
      radii,
      performance: loss.accuracy !== null || loss.measure !== undefined,
      nearest: nearestStatements(ofCurves, etas.length),
      slices: {
        performance: loss.accuracy === null && loss.measure === undefined ? 0 : slices,
        cells: slices * radii,
        nearest: slices * nearestStatements(ofCurves, 1),
      },
    }),
    perturbations,
  )
}
