import type {WriteResult} from '../document.js'
import {lossNotes, type WrittenGraph} from '../written.js'

/**
 * Any graph as Matrix Market, one entry per record: general if records are directed (an undirected one is written in
 * both directions), else symmetric, lower triangle.
 */
export function writeMatrixMarket(graph: WrittenGraph): WriteResult {
  const {nodes, edges, weights, directed} = graph
  const entries: string[] = []
  const put = (row: number, col: number, r: number) => {
    const weight = weights === null ? '' : ` ${Number.isNaN(weights[r]!) ? 1 : weights[r]!}`
    entries.push(`${row + 1} ${col + 1}${weight}`)
  }
  const seen = new Set<number>()
  let repeated = 0
  for (let r = 0; r < edges.length / 2; r++) {
    const [u, v] = [edges[2 * r]!, edges[2 * r + 1]!]
    const key = directed ? u * nodes + v : Math.max(u, v) * nodes + Math.min(u, v)
    if (seen.has(key)) repeated++
    seen.add(key)
    if (!directed) put(Math.max(u, v), Math.min(u, v), r)
    else {
      put(u, v, r)
      if (graph.undirected?.[r] === 1 && u !== v) put(v, u, r)
    }
  }
  const zeros = weights?.some((weight) => weight === 0) === true
  return {
    bytes: Buffer.from(
      [
        `%%MatrixMarket matrix coordinate ${weights === null ? 'pattern' : 'real'} ${directed ? 'general' : 'symmetric'}`,
        `${nodes} ${nodes} ${entries.length}`,
        ...entries,
        '',
      ].join('\n'),
    ),
    notes: [
      ...graph.notes,
      ...lossNotes('Matrix Market', graph, {names: true, attributes: true, labels: true, mixed: true}),
      ...(repeated === 0
        ? []
        : [
            {
              level: 'warning' as const,
              code: 'records-repeated',
              message: `${repeated} records repeat an earlier pair and are written as separate entries: SciPy sums them when it makes a csr matrix`,
            },
          ]),
      ...(zeros
        ? [
            {
              level: 'warning' as const,
              code: 'stored-zeros',
              message: 'edges of weight 0 become stored zeros, which readers may not treat as edges',
            },
          ]
        : []),
    ],
  }
}
