import {InputError} from '../../errors.js'
import type {WriteResult} from '../document.js'
import {lossNotes, type WrittenGraph} from '../written.js'

/** Any graph as Pajek .net: names, weights, *Arcs for directed records and *Edges for undirected ones. */
export function writePajek(graph: WrittenGraph): WriteResult {
  const {nodes, names, edges, weights, directed} = graph
  const lines = [`*Vertices ${nodes}`]
  for (let node = 0; node < nodes; node++) lines.push(`${node + 1} ${quoted(names?.[node] ?? String(node))}`)
  const isArc = (r: number) => directed && graph.undirected?.[r] !== 1
  for (const [section, arcs] of [
    ['*Arcs', true],
    ['*Edges', false],
  ] as const) {
    const records = Array.from({length: edges.length / 2}, (_, r) => r).filter((r) => isArc(r) === arcs)
    if (records.length === 0) continue
    lines.push(section)
    for (const r of records) {
      const weight = weights === null || Number.isNaN(weights[r]) ? '' : ` ${weights[r]}`
      lines.push(`${edges[2 * r]! + 1} ${edges[2 * r + 1]! + 1}${weight}`)
    }
  }
  return {
    bytes: Buffer.from(`${lines.join('\n')}\n`),
    notes: [...graph.notes, ...lossNotes('Pajek', graph, {attributes: true, labels: true})],
  }
}

function quoted(name: string): string {
  if (/[\r\n]/.test(name))
    throw new InputError(`the name ${JSON.stringify(name)} holds a line break, which Pajek cannot hold`, [
      'write GraphML, JSON or npz instead',
    ])
  return `"${name.replace(/["\\]/g, '\\$&')}"`
}
