import {InputError} from '../../errors.js'
import type {ReadResult} from '../document.js'
import {checkSize, type GraphLimits} from '../limits.js'
import {type Line, rewriteLines} from './line-graph.js'

/**
 * Pajek .net: *Vertices with numbers from 1 and labels, *Arcs (directed) and *Edges with an optional weight. Node names
 * are the labels, if all are present and unique.
 *
 * Throws  InputError  another section, or a line that is not a vertex or edge (names it).
 */
export function readPajek(bytes: Uint8Array, place: string, limits: GraphLimits): ReadResult {
  const texts = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
  let section = ''
  let nodes = 0
  const ends: number[] = []
  const weights: number[] = []
  const directed: boolean[] = []
  const labels = new Map<number, string>()
  const lines = texts.map((text, k): Line => {
    const line = text.trim()
    const where = `${place}, line ${k + 1}`
    if (line === '' || line.startsWith('%')) return text
    if (line.startsWith('*')) {
      section = (/^\*(\w+)/.exec(line)?.[1] ?? '').toLowerCase()
      if (section === 'vertices') nodes = Number(line.split(/\s+/)[1] ?? NaN)
      else if (!['network', 'arcs', 'edges'].includes(section))
        throw new InputError(`${where}: the section *${section} is not read`, [
          'write *Arcs or *Edges, one pair a line',
        ])
      if (!Number.isInteger(nodes))
        throw new InputError(`${where}: *Vertices has no number`, ['write *Vertices and the number of nodes'])
      return text
    }
    const cells = line.split(/\s+/)
    const isNode = (cell: string | undefined) => /^\d+$/.test(cell ?? '') && Number(cell) >= 1 && Number(cell) <= nodes
    if (section === 'vertices' && isNode(cells[0])) {
      const label = /^\d+\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line)
      if (label !== null) labels.set(Number(cells[0]) - 1, label[1]?.replace(/\\(["\\])/g, '$1') ?? label[2]!)
      return {kind: 'node', ends: [Number(cells[0]) - 1], rest: line.replace(/^\S+/, '')}
    }
    const weight = cells[2] === undefined ? 1 : Number(cells[2])
    if ((section !== 'arcs' && section !== 'edges') || !isNode(cells[0]) || !isNode(cells[1]) || Number.isNaN(weight))
      throw new InputError(
        `${where}: ${JSON.stringify(line.slice(0, 80))} is not ${section === 'vertices' ? 'a vertex' : 'an edge'} of a graph of ${nodes} nodes`,
        ['two numbers of vertices, from 1, and a weight'],
      )
    ends.push(Number(cells[0]) - 1, Number(cells[1]) - 1)
    weights.push(weight)
    directed.push(section === 'arcs')
    return {kind: 'edge', ends: [Number(cells[0]) - 1, Number(cells[1]) - 1], rest: line.replace(/^\S+\s+\S+/, '')}
  })
  checkSize(nodes, ends.length / 2, place, limits)
  const isNamed =
    labels.size === nodes &&
    new Set(labels.values()).size === nodes &&
    [...labels].some(([node, label]) => label !== String(node))
  const someDirected = directed.includes(true)
  return {
    raw: {
      nodes,
      edges: Uint32Array.from(ends),
      weights: weights.every((weight) => weight === 1) ? null : Float64Array.from(weights),
      directed: someDirected,
      nodeNames: isNamed ? Array.from({length: nodes}, (_, node) => labels.get(node)!) : null,
      features: null,
      labels: null,
      classNames: null,
      split: null,
    },
    notes: [],
    carried: {
      undirectedRecords:
        someDirected && directed.includes(false) ? Uint8Array.from(directed, (one) => Number(!one)) : null,
      rewrite: (result, pruned) =>
        rewriteLines(
          lines,
          {
            nodes,
            first: 1,
            added: (u, v) => [`${u} ${v} 1`],
            header: (line, filter) => line.replace(/^(\s*\*vertices\s+)\d+/i, `$1${filter.nodes}`),
          },
          result,
          pruned,
        ),
    },
  }
}
