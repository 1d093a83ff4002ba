import {exactJson} from '../../data/json.js'
import type {AttributeColumn, WriteResult} from '../document.js'
import type {WrittenGraph} from '../written.js'
import {lossNotes, namesAsColumn} from '../written.js'
import {classColumn, notHeldByXml, weightColumn} from './graphml.js'

/** Escapes quotes and everything except printable ASCII, as NetworkX and igraph do. */
const escaped = (text: string) => text.replace(/[^ -~]|[&"]/gu, (one) => `&#${one.codePointAt(0)};`)

/** Real numbers need a point: other readers take 1e-7 for a word. */
function gmlNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : value < 0 ? '-INF' : '"NaN"'
  const text = String(value)
  return /e/.test(text) && !text.includes('.') ? text.replace('e', '.0e') : text
}

const gmlValue = (value: unknown): string =>
  typeof value === 'number'
    ? gmlNumber(value)
    : typeof value === 'bigint'
      ? String(value)
      : typeof value === 'boolean'
        ? String(Number(value))
        : `"${escaped(typeof value === 'string' ? value : exactJson(value))}"`

/** GML keys consist of letters and digits, and must not collide with the element's own keys. */
function keysOf(columns: readonly AttributeColumn[], own: readonly string[], prefix: string): string[] {
  const used = new Set(own)
  return columns.map(({name}) => {
    const plain = name.replace(/[^A-Za-z0-9_]/g, '_')
    let key = /^[A-Za-z]/.test(plain) && !used.has(plain) ? plain : `${prefix}_${plain}`
    for (let k = 2; used.has(key); k++) key = `${prefix}_${plain}_${k}`
    used.add(key)
    return key
  })
}

/** Any graph as GML: every record with its attributes; nodes are numbered, and their names are labels. */
export function writeGml(graph: WrittenGraph): WriteResult {
  const {edges, names, isAdded, taken, weights} = graph
  const nodeColumns = [
    ...(taken.labels === null ? classColumn(graph) : []),
    ...graph.nodeColumns.filter((column) => column.name !== 'label' || !namesAsColumn(graph, column)),
  ]
  const edgeColumns = [
    ...(weights === null ? [] : [weightColumn(weights)]),
    ...graph.edgeColumns,
    ...(isAdded === null ? [] : [{name: 'added', values: Array.from(isAdded, (one) => (one === 1 ? 1 : undefined))}]),
  ]
  const nodeKeys = keysOf(nodeColumns, ['id', 'label', 'name'], 'node')
  const edgeKeys = keysOf(edgeColumns, ['source', 'target'], 'edge')
  const attributes = (columns: readonly AttributeColumn[], keys: readonly string[], row: number) =>
    columns.flatMap(({values}, c) =>
      values[row] === undefined || values[row] === null ? [] : [`    ${keys[c]} ${gmlValue(values[row])}`],
    )
  const lines = [
    'graph [',
    ...(graph.directed ? ['  directed 1'] : []),
    ...(hasParallel(graph) ? ['  multigraph 1'] : []),
  ]
  for (let node = 0; node < graph.nodes; node++)
    lines.push(
      '  node [',
      `    id ${node}`,
      `    label "${escaped(names?.[node] ?? String(node))}"`,
      ...attributes(nodeColumns, nodeKeys, node),
      '  ]',
    )
  for (let r = 0; r < edges.length / 2; r++)
    lines.push(
      '  edge [',
      `    source ${edges[2 * r]}`,
      `    target ${edges[2 * r + 1]}`,
      ...attributes(edgeColumns, edgeKeys, r),
      '  ]',
    )
  lines.push(']', '')
  const all = [...nodeColumns, ...edgeColumns]
  const renamed = [...nodeKeys, ...edgeKeys].flatMap((key, k) =>
    key === all[k]!.name ? [] : [`${all[k]!.name} is ${key}`],
  )
  const words = all.filter(({values}) => values.some((value) => typeof value === 'boolean')).map(({name}) => name)
  return {
    bytes: Buffer.from(lines.join('\n')),
    notes: [
      ...graph.notes,
      ...notHeldByXml(graph, 'GML'),
      ...lossNotes('GML', graph, {mixed: true}),
      ...(renamed.length === 0
        ? []
        : [
            {
              level: 'warning' as const,
              code: 'attributes-renamed',
              message: `keys of GML are letters and digits: ${renamed.join(', ')}`,
            },
          ]),
      ...(words.length === 0
        ? []
        : [
            {
              level: 'warning' as const,
              code: 'written-as-numbers',
              message: `GML has no booleans: ${words.join(', ')} are written as 0 and 1`,
            },
          ]),
    ],
  }
}

function hasParallel({edges, directed}: WrittenGraph): boolean {
  const seen = new Set<string>()
  for (let r = 0; r < edges.length; r += 2) {
    const [u, v] = [edges[r]!, edges[r + 1]!]
    const key = directed || u < v ? `${u} ${v}` : `${v} ${u}`
    if (seen.has(key)) return true
    seen.add(key)
  }
  return false
}
