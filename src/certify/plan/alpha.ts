import {classesOf} from '../statements/classes.js'
import {nearestStatements} from '../nearest/curve.js'
import type {CertifyPlan} from '../plan-types.js'
import {chosenSlices} from '../slices/choose.js'
import type {AlphaSplit, FreshBound, SliceAlpha} from '../types.js'

/** The numbers of statements of each kind in a report, which share α. */
export interface Statements {
  /** ε, each of its bounds in each layer, and the loss tail */
  epsilon: number
  /** cells, counted twice if each has a second bound */
  cells: number
  /** rows of single classes */
  classes: number
  /** radii at which a bound is stated, over all examples and layers */
  examples: number
  /** 1 if the performance is known */
  performance?: number
  /** points of the nearest-anchor curves, and covered shares */
  nearest?: number
  /** statements about slices, by kind */
  slices?: SliceStatements
}

/** Numbers of statements about slices, by kind. */
export interface SliceStatements {
  performance: number
  cells: number
  nearest: number
}

/** The numbers of statements of a report, from its sizes: known before looking at a reference, and to the verifier. */
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
  /** classes per layer */
  classes: number
  examples: number
  /** values of δ, over all layers */
  radii: number
  performance?: boolean
  /** statements of the nearest-anchor curves */
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
 * ε is descriptive, one number per layer; gates read the cells. The share of a kind without statements goes to the
 * cells.
 */
const SHARE = {epsilon: 0.1, classes: 0.05, examples: 0.05, performance: 0.05, nearest: 0.1, slices: 0.1}

/** Split of the slices' share: a slice's accuracy is one number, and the one most gates read. */
const SLICE_SHARE = {performance: 0.4, cells: 0.3, nearest: 0.3}

/** Half for random pairs, half for the perturbations, split equally among them. */
const SHARE_OF_PERTURBATIONS = 0.5

/**
 * Splits α so that all statements of a report hold simultaneously (union bound).
 *
 * Formula   each statement of a kind gets share · α / (statements of the kind): ε and tail 0.1, nearest anchors 0.1,
 *           slices 0.1, classes, examples and performance 0.05 each if there are any, cells the rest. A cell's α covers
 *           its direct, windowed and global bound together (docs/math.md, Theorem D). Perturbations get half of α; the
 *           other half is split like this.
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

/** Without predictions, the accuracies' share is split equally among the others. */
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
 * A plan's numbers of statements about random pairs and its split of α; null without a split. `perturbations`: number
 * of pair distributions.
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
