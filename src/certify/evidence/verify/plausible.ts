import {TASK_LOSSES} from '../../tasks/names.js'
import type {Bet} from '../../../stats/betting.js'
import {random} from '../../../stats/random.js'
import {FAMILIES} from '../../bets.js'
import type {LayerStatistics} from '../../measure/layer-statistics.js'
import {middle} from '../../sample/grid.js'
import {nearestFault} from '../../nearest/plausible.js'
import {decodeLayer, decodeNearest, type Evidence, type LayerEvidence} from '../evidence.js'
import {LOSS_BOUND} from '../../sample/losses.js'
import {checkOptions, type CertifyOptions} from '../../options.js'
import {chosenSlices} from '../../slices/choose.js'
import {sliceBetsFault, sliceFault} from '../../slices/fault.js'
import {type Points, unpackPoints} from '../../sample/points.js'
import {drawAgain} from './draw.js'
import {anchorCount} from '../../sample/sample.js'
import type {CertifyMetrics, LossName} from '../../types.js'
import {InputError, UsageError} from '../../../errors.js'

/** Tolerance between sums: the precision of fp32 engines. */
const LOOSE = 1e-4
const WEIGHTS = 1e-9

/** The rows of a data file that were used, if not all. */
export interface DrawnRows {
  /** number of rows before duplicates were removed */
  rows: number
  includes: (row: number) => boolean
}

/**
 * Impossible values in the evidence, checked before anything is computed from it; empty: none.
 *
 * Throws  InputError  rows, losses or labels of the sample that do not decode.
 */
export function evidenceFaults(
  metrics: CertifyMetrics,
  evidence: Evidence,
  options: CertifyOptions,
  drawn: DrawnRows | null,
): string[] {
  const first = optionFaults(options) ?? shapeFault(metrics, evidence)
  if (first !== null) return [first]
  const sample = sampleFaults(metrics, evidence, options, drawn)
  if (sample.length > 0) return sample
  const {stated} = chosenSlices(unpackPoints(evidence.sample.references, 'evidence, references'), options)
  return evidence.layers.flatMap((layer, k) => {
    const sliced = sliceBetsFault(layer.bets.slices, stated, layer.deltas.length)
    const faults = sliced === null ? decodedFaults(evidence, layer, metrics.layers[k]!.scale) : [sliced]
    return faults.map((fault) => `layer ${layer.name}: ${fault}`)
  })
}

/** Errors of the codec, or sums that contradict each other. */
function decodedFaults(evidence: Evidence, layer: LayerEvidence, scale: number): string[] {
  try {
    const statistics = decodeLayer(evidence, layer)
    const nearest = nearestFault(statistics, decodeNearest(evidence, layer), layer.nearestRadii ?? [], scale)
    return [...layerFaults(statistics, layer), ...(nearest === null ? [] : [nearest])]
  } catch (error) {
    if (error instanceof InputError) return [error.message]
    throw error
  }
}

function optionFaults(options: CertifyOptions): string | null {
  try {
    checkOptions(options)
    return options.split === null ? 'the configuration says that nothing was split, but there is evidence' : null
  } catch (error) {
    if (error instanceof UsageError) return `the configuration cannot be: ${error.message}`
    throw error
  }
}

function shapeFault(metrics: CertifyMetrics, evidence: Evidence): string | null {
  const {layers} = evidence
  if (metrics.layers.length !== layers.length || layers.length === 0)
    return `the report has ${metrics.layers.length} layers, its evidence ${layers.length}`
  const k = layers.findIndex(({name}, at) => metrics.layers[at]!.name !== name)
  if (k !== -1) return `layer ${k} is ${metrics.layers[k]!.name} in the report, ${layers[k]!.name} in its evidence`
  if (new Set(layers.map(({name}) => name)).size < layers.length) return 'two layers have the same name'
  if (!layers.every(({deltas}) => deltas.length > 0 && deltas.every((x, g) => x > (deltas[g - 1] ?? 0))))
    return 'the radii of a layer do not ascend from above 0'
  const pairs = [metrics.perturbations?.length ?? 0, evidence.perturbations?.length ?? 0] as const
  if (pairs[0] !== pairs[1]) return `the report has ${pairs[0]} perturbations, its evidence ${pairs[1]}`
  if (evidence.perturbations?.some(({distances}) => distances.length !== layers.length) === true)
    return 'the evidence of a perturbation has other layers'
  return null
}

function sampleFaults(
  metrics: CertifyMetrics,
  evidence: Evidence,
  options: CertifyOptions,
  drawn: DrawnRows | null,
): string[] {
  const {sample, anchors: m, references: n} = evidence
  const faults: string[] = []
  if (sample.anchors.count !== m || sample.references.count !== n)
    faults.push(
      `the sample has ${sample.anchors.count} anchors and ${sample.references.count} references, the evidence says ${m} and ${n}`,
    )
  const stated = [sample.anchors, sample.references].map(({groups}) => groups !== undefined)
  if (stated.some((grouped) => grouped !== (options.group !== null)))
    return [...faults, 'the rows have sources in one place of the report and not in another']
  if (options.group === null && anchorCount(m + n, options.split!) !== m)
    faults.push(
      `a share of ${options.split!} makes ${anchorCount(m + n, options.split!)} anchors of ${m + n} rows, not ${m}`,
    )
  const [anchors, references] = [
    unpackPoints(sample.anchors, 'evidence, anchors'),
    unpackPoints(sample.references, 'evidence, references'),
  ]
  const sliced = sliceFault(options.slice, [anchors, references], evidence.sliceNames)
  if (sliced !== null) return [...faults, sliced]
  const rows = [...anchors.rows, ...references.rows]
  const kept = Uint32Array.from(new Set(rows)).sort()
  if (kept.length < rows.length) faults.push('a row is in the sample twice')
  else if (drawAgain(anchors, references, options, random(options.seed)).some((row, k) => row !== rows[k]))
    faults.push(`the seed ${options.seed} does not draw this sample`)
  const leftOut = metrics.sources?.leftOut ?? 0
  if (!(Number.isInteger(leftOut) && leftOut >= 0)) faults.push(`${leftOut} rows left out are not a valid count`)
  const used = rows.length + metrics.duplicatesRemoved + leftOut
  if (!(Number.isInteger(metrics.duplicatesRemoved) && metrics.duplicatesRemoved >= 0))
    faults.push(`${metrics.duplicatesRemoved} duplicates are not a valid count`)
  else if (drawn === null ? kept.at(-1)! >= used : used !== drawn.rows) {
    faults.push(
      drawn === null
        ? `${rows.length} rows and ${metrics.duplicatesRemoved} duplicates are fewer than row number ${kept.at(-1)!} calls for`
        : `${rows.length} rows and ${metrics.duplicatesRemoved} duplicates are not the ${drawn.rows} rows that were used`,
    )
  }
  const outside = drawn === null ? undefined : kept.find((row) => !drawn.includes(row))
  if (outside !== undefined)
    faults.push(`row ${outside} is not one of the ${drawn!.rows} that the limit and the seed leave`)
  const bound = LOSS_BOUND[metrics.loss.name]
  if (bound !== null && [...anchors.losses, ...references.losses].some((x) => x > bound))
    faults.push(`a ${metrics.loss.name} loss of the sample is above ${bound}`)
  else if ([anchors, references].some((side) => contradictsPredictions(metrics.loss.name, side)))
    faults.push('a loss of the sample contradicts whether its prediction is right')
  // For classes, auto takes the stored loss if there is one; for other tasks, the first loss.
  const automatic = metrics.task === undefined ? ['file', 'one-minus-p'] : [TASK_LOSSES[metrics.task][0]!]
  const possible: readonly string[] = options.loss === 'auto' ? automatic : [options.loss]
  if (!possible.includes(metrics.loss.name))
    faults.push(`the loss ${metrics.loss.name} is not the one of the configuration, ${options.loss}`)
  return faults
}

/** The 0–1 loss says whether a prediction is right; a probability above one half does. */
function contradictsPredictions(loss: LossName, {losses, correct}: Points): boolean {
  if (correct === null || correct === undefined) return false
  if (loss === 'zero-one') return losses.some((x, k) => x !== 1 - correct[k]!)
  return loss === 'one-minus-p' && losses.some((x, k) => x < 0.49 && correct[k] === 0)
}

/** Sums that contradict each other, and stakes that would make the e-value meaningless. */
function layerFaults(s: LayerStatistics, {bets}: LayerEvidence): string[] {
  const [G, E] = [s.deltas.length, s.etas.length]
  const faults: string[] = []
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0)
  if (Math.abs(sum(s.total) - sum(s.anchorTotal)) > LOOSE * sum(s.total))
    faults.push('the sums by anchor and by reference do not agree')
  if (s.crossLabelTotal > (1 + LOOSE) * sum(s.total)) faults.push('the pairs with different labels have more than all')
  for (let j = 0; j < s.references; j++) {
    for (let g = 0; g < G; g++) {
      const within = s.within[j * G + g]!
      const wrong = within > s.anchors || (g > 0 && within < s.within[j * G + g - 1]!)
      const exceeds = Array.from({length: E}, (_, e) => s.exceed[(j * G + g) * E + e]!)
      if (wrong || exceeds.some((exceed, e) => exceed > within || exceed > (e > 0 ? exceeds[e - 1]! : exceed)))
        return [...faults, `the counts of reference ${j} at δ ${s.deltas[g]!} contradict each other`]
      // Theorem A pair by pair: 1{ΔL ≥ η, d ≤ δ} ≤ (δ/η) h_η 1{d ≤ δ}, and the window only grows.
      const contradicts = (e: number) => {
        const h = s.windowed[(j * (G + 1) + g) * E + e]!
        const slack = LOOSE * (h + 1e-12)
        return (
          exceeds[e]! * (s.etas[e]! / s.deltas[g]!) > h + slack ||
          h > s.windowed[(j * (G + 1) + g + 1) * E + e]! + slack
        )
      }
      // Does not apply with a floor above δ, nor with τ = 0, where pairs at distance 0 have no ratio.
      if (s.floor > 0 && s.floor <= s.deltas[g]! && exceeds.some((_, e) => contradicts(e)))
        return [...faults, `the sums of reference ${j} at δ ${s.deltas[g]!} contradict its counts`]
    }
  }
  return [...faults, ...betFaults(s, bets)]
}

function betFaults(s: LayerStatistics, bets: LayerEvidence['bets']): string[] {
  const [G, E] = [s.deltas.length, s.etas.length]
  if (bets.cells.length !== G * E) return [`${bets.cells.length} sets of stakes for ${G * E} cells`]
  const all = [
    bets.epsilon,
    ...bets.cells.flatMap((cell) => [...FAMILIES.map((family) => cell[family]), cell.lower ?? []]),
    ...(bets.classes ?? []).map((row) => row.bets),
    ...(bets.slices ?? []).flatMap(({cells}) => cells),
  ]
  const faults: string[] = []
  const most = bets.epsilonMax
  const volatility = s.total.map((x) => x / s.anchors)
  if (most !== null && volatility.some((x) => x > (1 + LOOSE) * most))
    faults.push(`the volatility of a reference is above ${most}, what it cannot exceed`)
  if (bets.epsilon.some(({stake, from}) => volatility.some((x) => 1 + stake * (from - x) < -1e-6)))
    faults.push('a stake of ε is larger than a reference allows')
  if (all.some((mixture) => mixture.reduce((sum, bet) => sum + bet.weight, 0) > 1 + WEIGHTS))
    faults.push('weights of a mixture add up to more than 1')
  if (all.some((mixture) => mixture.some((bet) => !(bet.stake > 0 && bet.weight > 0 && bet.from >= 0))))
    faults.push('a stake or weight is not positive')
  if (
    bets.most !== undefined &&
    (bets.most.length !== G || s.within.some((within, k) => within / s.anchors > bets.most![k % G]! + WEIGHTS))
  )
    faults.push('a reference has more anchors within a radius than any point can have')
  const direct = bets.cells.map((cell) => cell.direct)
  // Class rows bet on a subset of the values of the cell at the middle δ and η.
  const shared = middle(G) * E + middle(E)
  direct[shared] = [...direct[shared]!, ...(bets.classes ?? []).flatMap((row) => row.bets)]
  const ruinous = (mixture: readonly Bet[], c: number, count: (within: number, exceed: number) => number) => {
    const g = Math.floor(c / E)
    for (const bet of mixture) {
      for (let j = 0; j < s.references; j++) {
        const within = s.within[j * G + g]!
        const factor =
          1 + (bet.stake * (bet.from * within - count(within, s.exceed[(j * G + g) * E + (c % E)]!))) / s.anchors
        if (factor < -1e-6)
          return void faults.push(`the stake ${bet.stake} of cell ${c} is larger than reference ${j} allows`)
      }
    }
  }
  direct.forEach((mixture, c) => ruinous(mixture, c, (_, exceed) => exceed))
  bets.cells.forEach(({lower}, c) => ruinous(lower ?? [], c, (within, exceed) => within - exceed))
  return faults
}
