import type {LayerInfo} from '../../checkpoint/types.js'
import type {TerminalOptions} from './style.js'
import {tableLines} from './table.js'

/** The layers of a checkpoint as a table, in order of depth; `*` marks those taken by default. Ends with a newline. */
export function layersText(layers: readonly LayerInfo[], options: TerminalOptions): string {
  const rows = layers.map(({name, type, shape, default: taken}) => [
    taken ? '*' : '',
    name,
    type,
    shape === null ? '' : shape.map((n) => (n < 0 ? '?' : n)).join(' × '),
  ])
  return (
    tableLines(
      {head: ['', 'layer', 'type', 'shape'], align: ['left', 'left', 'left', 'left'], rows},
      options.columns,
    ).join('\n') + '\n'
  )
}
