import {InputError} from '../../errors.js'
import {alignedDistances} from '../../pairwise/aligned-distances.js'
import {lossOf} from '../sample/losses.js'
import type {CertifyPlan} from '../plan-types.js'
import {takeRows} from '../sample/sample.js'
import type {Embeddings} from '../types.js'
import type {PerturbationKind} from '../perturbation-types.js'
import type {Survivals} from './survival.js'

/** A pair distribution (z, z′): provides the perturbed copy of every row. */
export interface PairSource {
  name: string
  strength: number | null
  kind: PerturbationKind
  /**
   * Hidden states, output and losses of the perturbed copy of every data row, in row order. Values derived from the
   * data (a range, a standard deviation) may use only the rows `anchors`; `description` says what was done, with unit
   * and clipping.
   */
  perturb(anchors: Uint32Array, draw?: number): Promise<{embeddings: Embeddings; description: string}>
  /** copies of each row to draw for PR(γ), the first of which is the pair; default 1. Only for random kinds */
  draws?: number
}

/** What all statements about a pair distribution are computed from; anchors first, then references. */
export interface PairSample extends Pick<PairSource, 'name' | 'strength' | 'kind'> {
  description: string
  /** accuracy on all rows of the perturbed data; null if unknown */
  accuracy: number | null
  /** [m + n] losses of the perturbed copies */
  losses: Float64Array
  /** [m + n] raw distances between a row and its perturbed copy, layer by layer in the order of the plan */
  distances: Float64Array[]
  /** null: predictions are not classes, or copies are not drawn at random given the input */
  survivals: Survivals | null
}

/**
 * Samples one pair distribution on the rows of a plan.
 *
 * Cost    one pass over the rows used: Σ rows · dim.
 * Throws  InputError  rows, layers or labels of the perturbed copies differ from the data (names the first difference),
 *         or there is no such loss.
 */
export async function samplePairs(plan: CertifyPlan, embeddings: Embeddings, source: PairSource): Promise<PairSample> {
  const {name, strength, kind} = source
  const {embeddings: perturbed, description} = await source.perturb(plan.anchors.rows)
  checkAligned(embeddings, perturbed, name)
  const losses = lossOf(perturbed, plan.loss.name)
  const {anchors, references} = plan
  const rows = new Uint32Array(anchors.rows.length + references.rows.length)
  rows.set(anchors.rows)
  rows.set(references.rows, anchors.rows.length)
  return {
    name,
    strength,
    kind,
    description,
    accuracy: losses.accuracy,
    losses: Float64Array.from(rows, (row) => losses.values[row]!),
    distances: embeddings.layers.map((layer, k) =>
      alignedDistances(takeRows(layer, rows), takeRows(perturbed.layers[k]!, rows), plan.options.metric),
    ),
    survivals: kind === 'random' ? await survivalsOf(embeddings, perturbed, source, plan.anchors.rows, rows) : null,
  }
}

/** Number of copies of each row that keep its predicted class; null: no classes. */
async function survivalsOf(
  original: Embeddings,
  first: Embeddings,
  source: PairSource,
  anchors: Uint32Array,
  rows: Uint32Array,
): Promise<Survivals | null> {
  const {draws = 1} = source
  const before = predictions(original)
  if (before === null) return null
  const counts = new Int32Array(rows.length)
  for (let draw = 0; draw < draws; draw++) {
    const after = predictions(draw === 0 ? first : (await source.perturb(anchors, draw)).embeddings)
    if (after === null) return null
    rows.forEach((row, k) => (counts[k]! += after[row] === before[row] ? 1 : 0))
  }
  return {draws, counts}
}

/** The class with the largest score, ties to the first; null: the output has no classes. */
function predictions({rows, output}: Embeddings): Int32Array | null {
  if (output === null) return null
  const {classes, data} = output
  return Int32Array.from({length: rows}, (_, row) => {
    let best = 0
    for (let c = 1; c < classes; c++) if (data[row * classes + c]! > data[row * classes + best]!) best = c
    return best
  })
}

function checkAligned(original: Embeddings, perturbed: Embeddings, name: string): void {
  const next = ['each row of the perturbed copies must belong to the same row of the data, with the same label']
  if (perturbed.rows !== original.rows)
    throw new InputError(`${name}: there are ${perturbed.rows} perturbed rows for ${original.rows} rows`, next)
  // Equal row counts do not prove equal rows: the sample may come from another file or have other labels.
  const moved =
    original.rowNumbers?.findIndex((row, i) => perturbed.rowNumbers?.[i] !== row) ??
    (perturbed.rowNumbers === undefined ? -1 : 0)
  if (moved !== -1)
    throw new InputError(
      `${name}: row ${original.rowNumbers?.[moved] ?? moved} of the data stands beside row ${perturbed.rowNumbers?.[moved] ?? moved} of the perturbed copies`,
      next,
    )
  original.layers.forEach(({name: layer, dim}, k) => {
    const other = perturbed.layers[k]
    if (other?.name !== layer)
      throw new InputError(
        `${name}: layer ${k} is ${other?.name ?? 'missing'} in the perturbed copies, ${layer} in the data`,
        ['store the same layers in the same order'],
      )
    if (other.dim !== dim)
      throw new InputError(`${name}: layer ${layer} is ${other.dim} wide in the perturbed copies, ${dim} in the data`, [
        'use the same model and pooling for both',
      ])
    const bad = other.data.findIndex((x) => !Number.isFinite(x))
    if (bad !== -1)
      throw new InputError(
        `${name}: layer ${layer}, row ${Math.floor(bad / dim)} of the perturbed copies is ${other.data[bad]!}, not a finite number`,
        ['use a weaker perturbation'],
      )
  })
  const guesses = ({task}: Embeddings) =>
    Object.values(task?.losses ?? {}).flatMap(({guess}) => (guess === null ? [] : [guess]))
  const others = guesses(perturbed)
  const apart = guesses(original).flatMap((guess, k) => {
    const row = guess.findIndex((x, i) => others[k]?.[i] !== x)
    return row === -1 ? [] : [row]
  })[0]
  if (apart !== undefined)
    throw new InputError(`${name}: row ${apart} has other targets in the perturbed copies than in the data`, next)
  const {labels} = original
  const row =
    labels === null || perturbed.labels === null ? -1 : labels.findIndex((label, i) => perturbed.labels![i] !== label)
  if (row !== -1)
    throw new InputError(
      `${name}: row ${row} has the label ${perturbed.labels![row]!} in the perturbed copies, ${labels![row]!} in the data`,
      next,
    )
}
