import {UsageError, option} from '../../errors.js'
import {defaultMemoryLimit, memoryText, programBytes, raiseMemory, residentBytes} from '../../frame/memory.js'
import type {CertifyOptions} from '../options.js'
import {MAX_ANCHORS} from '../sample/limits.js'
import type {Embeddings} from '../types.js'

/** Grid sizes if chosen from the data: quantiles of distances, fractions of L_max. */
const AUTO_DELTAS = 6
const AUTO_ETAS = 2
/** Copies of a reference's sums: per block, added, as statistics, and compressed in the report. */
const COPIES = 4.5
/** Matrices of the distances between the first MAX_ANCHORS rows: raw, sorted, and for neighbour votes. */
const MATRICES = 3

/** Resources of a run. */
export interface CertifyResources {
  threads: number
  /** limit of the whole process; default: current use plus half of the free memory */
  memoryLimitBytes?: number
  /** number of pair distributions, each with its own hidden states while it is measured */
  perturbations: number
}

/**
 * Estimated peak memory of the process while certifying, from its current memory (including the states) and a model
 * fitted to measurements (docs/reliability.md).
 *
 * Formula  held + program + 3 · 8 m² + 4.5 · 8 n K (3 + (G + 1)(1 + 2E)) + largest layer once more, m = min(n, 2000).
 */
export function certifyBytes(
  {rows, layers}: Embeddings,
  {deltas, etas}: CertifyOptions,
  {threads, perturbations}: CertifyResources,
  heldBytes: number,
): number {
  const [G, E] = [deltas === 'auto' ? AUTO_DELTAS : deltas.length, etas === 'auto' ? AUTO_ETAS : etas.length]
  const sums = COPIES * 8 * rows * layers.length * (3 + (G + 1) * (1 + 2 * E))
  const states = layers.map(({data}) => data.byteLength)
  const copies = Math.max(0, ...states) + (perturbations > 0 ? states.reduce((sum, one) => sum + one, 0) : 0)
  return heldBytes + programBytes(threads) + MATRICES * 8 * Math.min(rows, MAX_ANCHORS) ** 2 + sums + copies
}

/** Throws UsageError if certifying would exceed the limit: says what is needed and what would fit. */
export function requireCertifyMemory(
  embeddings: Embeddings,
  options: CertifyOptions,
  resources: CertifyResources,
): void {
  const limit = resources.memoryLimitBytes ?? defaultMemoryLimit()
  const held = residentBytes()
  const needed = certifyBytes(embeddings, options, resources, held)
  if (needed <= limit) return
  const {rows} = embeddings
  // Only the program's memory is treated as fixed; everything else, including the states, as proportional to the rows.
  const fitting = Math.floor((rows * (limit - programBytes(resources.threads))) / needed)
  throw new UsageError(
    `${rows} rows in ${embeddings.layers.length} layers need about ${memoryText(needed)} of memory in all, the limit is ${memoryText(limit)}`,
    [
      ...(fitting >= 100
        ? [`use ${option('limit')} ${fitting}: a smaller sample gives a valid certificate, only a wider one`]
        : []),
      `name fewer layers with ${option('layers')}`,
      raiseMemory(needed),
    ],
  )
}
