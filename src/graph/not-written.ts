import type {Note} from '../frame/report.js'
import type {Graph} from './types.js'

/** A note that names what a graph has and a target format cannot hold; none where nothing is lost. */
export function notWritten(graph: Graph, parts: readonly ('features' | 'labels' | 'split')[], format: string): Note[] {
  const lost = parts.filter((part) => graph[part] !== null)
  return lost.length === 0
    ? []
    : [{level: 'warning', code: 'not-written', message: `${format} has no place for ${lost.join(' and ')}`}]
}
