/**
 * Connected component of each node of an undirected graph (union by the smaller root, path halving).
 *
 * Shapes  edges [2 m] → component [nodes]: the smallest node of its component.
 * Cost    O(nodes + m α(nodes)).   Empty: no node → empty; no edge → every node alone.
 */
export function components(nodes: number, edges: Uint32Array): Uint32Array {
  const parent = Uint32Array.from({length: nodes}, (_, i) => i)
  const find = (start: number) => {
    let node = start
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]!]!
      node = parent[node]!
    }
    return node
  }
  for (let e = 0; e < edges.length; e += 2) {
    const a = find(edges[e]!)
    const b = find(edges[e + 1]!)
    if (a < b) parent[b] = a
    else parent[a] = b
  }
  for (let node = 0; node < nodes; node++) parent[node] = find(node)
  return parent
}

/** The nodes of the largest component, ascending; ties go to the one with the smallest node. */
export function largestComponent(nodes: number, edges: Uint32Array): Uint32Array {
  const component = components(nodes, edges)
  const sizes = new Uint32Array(nodes)
  for (const root of component) sizes[root]!++
  let best = 0
  for (let node = 1; node < nodes; node++) if (sizes[node]! > sizes[best]!) best = node
  const kept = new Uint32Array(nodes === 0 ? 0 : sizes[best]!)
  let k = 0
  for (let node = 0; node < nodes; node++) if (component[node] === best) kept[k++] = node
  return kept
}
