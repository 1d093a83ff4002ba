import type {AlphaSplit} from './types.js'

/** ε is one number a layer and descriptive; the cells are what a gate reads. */
const SHARE_OF_EPSILON = 0.2

/** Half for random pairs, half for the perturbations, in equal parts among these. */
const SHARE_OF_PERTURBATIONS = 0.5

/**
 * α shared out so that everything the report states holds at once (union bound).
 *
 * Formula   ε of K layers and the loss tail: 0.2 α / (K + tails) each; cells: 0.8 α / cells each, spent once for the direct,
 *           windowed and global bound of a cell together (docs/math.md, Theorem D). With perturbations, half of α is theirs and the other
 *           half is shared out like this.
 */
export function splitAlpha(total: number, layers: number, tails: 0 | 1, cells: number, perturbations = 0): AlphaSplit {
  const perturbed = perturbations > 0 ? SHARE_OF_PERTURBATIONS * total : 0
  const own = total - perturbed
  const epsilon = (SHARE_OF_EPSILON * own) / (layers + tails)
  const cell = ((1 - SHARE_OF_EPSILON) * own) / cells
  return {total, epsilon, global: cell, windowed: cell, direct: cell, statements: layers + tails + cells, ...(perturbations > 0 ? {perturbations: perturbed} : {})}
}
