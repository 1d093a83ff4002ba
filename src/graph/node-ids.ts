export type NodeIds = 'auto' | 'numbers' | 'names'

export interface NumberedNodes {
  readonly nodes: number
  /** [2 m] */
  readonly edges: Uint32Array
  /** null: ids are node numbers */
  readonly names: string[] | null
}

/**
 * Node numbers of numeric ids. 'auto' takes ids as node numbers 0 … max where at least half of these occur, and as
 * names otherwise (such as paper numbers); names are numbered in ascending order.
 *
 * Shapes  ids [2 m] → edges [2 m].   Cost: O(m + max id), or O(m log m) for names.   Empty: m = 0 → no node.
 */
export function numberNumericIds(ids: Float64Array, mode: NodeIds): NumberedNodes {
  let most = -1
  for (const id of ids) if (id > most) most = id
  if (mode === 'numbers' || (mode === 'auto' && most < 2 * countDistinct(ids, most))) {
    return {nodes: most + 1, edges: Uint32Array.from(ids), names: null}
  }
  const sorted = Float64Array.from(new Set(ids)).sort()
  const number = new Map<number, number>()
  sorted.forEach((id, i) => number.set(id, i))
  return {
    nodes: sorted.length,
    edges: Uint32Array.from(ids, (id) => number.get(id)!),
    names: Array.from(sorted, String),
  }
}

function countDistinct(ids: Float64Array, most: number): number {
  // So many numbers cannot be half used by these ids.
  if (most >= 2 * ids.length) return 0
  const seen = new Uint8Array(most + 1)
  for (const id of ids) seen[id] = 1
  return seen.reduce((count, one) => count + one, 0)
}

/** Node numbers of text ids in the order in which they first occur. */
export function numberNames(ids: readonly string[]): NumberedNodes {
  const number = new Map<string, number>()
  const edges = Uint32Array.from(ids, (id) => {
    const known = number.get(id)
    if (known !== undefined) return known
    number.set(id, number.size)
    return number.size - 1
  })
  return {nodes: number.size, edges, names: [...number.keys()]}
}
