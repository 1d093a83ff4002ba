import {csvCell, type Delimiter} from '../../data/csv.js'
import {exactJson} from '../../data/json.js'
import {runsInSpreadsheet} from '../../data/spreadsheet.js'
import type {Note} from '../../frame/report.js'
import type {WriteResult} from '../document.js'
import {columnNames, isolatedNodes, notHeld, type WrittenGraph} from '../written.js'

/**
 * Any graph as an edge list with a header, every record with its attributes, and nodes by name if they have names. It
 * cannot hold node attributes, features, labels and split.
 */
export function writeEdgeList(graph: WrittenGraph, delimiter: Delimiter): WriteResult {
  const {edges, weights, isAdded, names} = graph
  const cell = (value: unknown) =>
    value === undefined || value === null
      ? ''
      : csvCell(typeof value === 'string' ? value : exactJson(value), delimiter)
  // A column of the file may have the name of one of our own.
  const own = new Set(['source', 'target', 'weight', 'added'])
  const lines = [
    [
      'source',
      'target',
      ...(weights === null ? [] : ['weight']),
      ...graph.edgeColumns.map(({name}) => cell(own.has(name) ? `edge_${name}` : name)),
      ...(isAdded === null ? [] : ['added']),
    ].join(delimiter),
  ]
  for (let r = 0; r < edges.length / 2; r++) {
    lines.push(
      [
        cell(names?.[edges[2 * r]!] ?? edges[2 * r]),
        cell(names?.[edges[2 * r + 1]!] ?? edges[2 * r + 1]),
        ...(weights === null ? [] : [Number.isNaN(weights[r]) ? '' : weights[r]]),
        ...graph.edgeColumns.map(({values}) => cell(values[r])),
        ...(isAdded === null ? [] : [isAdded[r]!]),
      ].join(delimiter),
    )
  }
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const alone = isolatedNodes(graph)
  return {
    bytes,
    notes: [
      ...graph.notes,
      ...notHeld('an edge list', [
        graph.features !== null && 'features',
        graph.labels !== null && 'labels',
        graph.split !== null && 'split',
        columnNames('node attributes', graph.nodeColumns),
        alone > 0 && `the ${alone} nodes without an edge`,
      ]),
      ...directionNotes(graph),
      ...formulaNotes(names),
    ],
  }
}

/** The list does not hold what is known about direction. */
const directionNotes = ({directed, undirected, notes}: WrittenGraph): Note[] =>
  notes.some(({code}) => code === 'direction-assumed')
    ? []
    : [
        {
          level: 'info',
          code: 'direction-not-written',
          message: `an edge list does not say that its edges have ${directed ? (undirected === null ? 'a direction' : 'directions or none') : 'no direction'}`,
        },
      ]

/**
 * Names are written unchanged, because the list must be readable again: an apostrophe before a formula would change the
 * node's name.
 */
export function formulaNotes(names: readonly string[] | null): Note[] {
  const found = (names ?? []).filter(runsInSpreadsheet)
  if (found.length === 0) return []
  return [
    {
      level: 'warning',
      code: 'formula-names',
      message: `the node name ${JSON.stringify(found[0])}${found.length > 1 ? `, like ${found.length - 1} more,` : ''} is a formula to a spreadsheet: do not open the edge list in one, the scores file is safe`,
    },
  ]
}
