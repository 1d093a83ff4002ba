import {parseTable, requireText} from '../data/csv.js'
import {isJsonObject, parseJson} from '../data/json.js'
import {readInput} from '../data/read-file.js'
import {InputError, option} from '../errors.js'
import type {InputFile, Note} from '../frame/report.js'
import type {NormalisedGraph} from './document.js'

/** Possible headers of a list of nodes. */
const HEADERS = ['node', 'nodes', 'id', 'node_id', 'name', 'key']

/** Finds the node for a name or number of the file, or undefined; the graph may number nodes differently. */
export function nodeFinder({
  graph: {nodeNames, nodes},
  nodeOrigin,
}: NormalisedGraph): (name: string) => number | undefined {
  const names = nodeNames ?? Array.from({length: nodes}, (_, i) => String(nodeOrigin?.[i] ?? i))
  const number = new Map(names.map((name, i) => [name, i]))
  return (name) => number.get(name)
}

/**
 * Reads a list of nodes, one per line, from the first column of a csv: names or numbers as in the graph's file, with or
 * without a header.
 *
 * Returns  node numbers of the normalised graph, ascending, each once.
 * Throws   InputError  a node that is not in the graph (names the line), or no node at all.
 */
export async function readNodeList(
  path: string,
  normalised: NormalisedGraph,
): Promise<{nodes: Uint32Array; file: InputFile}> {
  const {bytes, file} = await readInput(path)
  requireText(bytes, path)
  const {rows, lines} = parseTable(bytes, path)
  const find = nodeFinder(normalised)
  const found = new Set<number>()
  rows.forEach(([name = ''], r) => {
    const node = find(name)
    if (node !== undefined) found.add(node)
    else if (r > 0 || !HEADERS.includes(name.toLowerCase())) {
      throw new InputError(`${path}, line ${lines[r]!}: ${JSON.stringify(name)} is not a node of the graph`, [
        'write one node per line, named as in the graph',
        `with ${option('largestComponent')}: leave out nodes of other components`,
      ])
    }
  })
  if (found.size === 0) throw new InputError(`${path}: names no node`, ['one node a line, named as in the graph'])
  return {nodes: Uint32Array.from(found).sort(), file}
}

/** An edge that someone reviewed and wants to keep. */
export interface KeptEdge {
  source: string
  target: string
  reason: string
  /** ISO date from which the suppression no longer applies */
  expires: string | null
}

/**
 * Edges that must not be pruned, from a JSON list of {source, target, reason, expires?}.
 *
 * Shapes   → [2 k] pairs in the numbering of the graph, u < v; expired ones and pairs that are not an edge are left
 *          out, with a note.
 * `today`  ISO date that `expires` is compared with; a suppression that expires today no longer applies.
 * Throws   InputError  another form, no reason, or an invalid date (names the entry).
 */
export async function readSuppressions(
  path: string,
  normalised: NormalisedGraph,
  today: string,
): Promise<{edges: Uint32Array; notes: Note[]; file: InputFile}> {
  const {bytes, file} = await readInput(path)
  const json = parseJson(bytes, path)
  if (!Array.isArray(json))
    throw new InputError(`${path}: is not a list`, [
      'write [{"source": …, "target": …, "reason": …, "expires": "2027-01-31"}]',
    ])
  const find = nodeFinder(normalised)
  const {edges, nodes} = normalised.graph
  const known = new Set(Array.from({length: edges.length / 2}, (_, e) => edges[2 * e]! * nodes + edges[2 * e + 1]!))
  const kept: number[] = []
  const notes: Note[] = []
  for (const [at, entry] of json.entries()) {
    const {source, target, expires} = suppressionOf(entry, `${path}, entry ${at}`)
    const pair = `${source} – ${target}`
    const [u, v] = [find(source) ?? -1, find(target) ?? -1].sort((a, b) => a - b) as [number, number]
    if (expires !== null && expires <= today)
      notes.push({
        level: 'warning',
        code: 'suppression-expired',
        message: `the suppression of ${pair} expired on ${expires} and no longer applies`,
      })
    else if (u < 0 || !known.has(u * nodes + v))
      notes.push({
        level: 'warning',
        code: 'suppression-unused',
        message: `the suppression of ${pair} matches no edge of the graph`,
      })
    else kept.push(u, v)
  }
  return {edges: Uint32Array.from(kept), notes, file}
}

function suppressionOf(entry: unknown, place: string): KeptEdge {
  const name = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : null)
  const {source, target, reason, expires = null} = isJsonObject(entry) ? entry : {}
  const [from, to] = [name(source), name(target)]
  if (from === null || to === null)
    throw new InputError(`${place}: has no source and target`, ['name both ends as in the graph'])
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new InputError(`${place}: has no reason`, ['say why this edge is kept'])
  if (
    expires !== null &&
    !(typeof expires === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(expires) && !Number.isNaN(Date.parse(expires)))
  ) {
    throw new InputError(`${place}: expires is ${JSON.stringify(expires)}, which is not a date`, [
      'write it as 2027-01-31',
    ])
  }
  return {source: from, target: to, reason, expires}
}
