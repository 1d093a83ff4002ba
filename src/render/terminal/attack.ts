import {count, orDash, percent, withSign} from '../format.js'
import type {AttackReport} from '../../documents/reports.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish} from './text.js'
import {verdictLines} from './verdict.js'

/** The result of attack as text: verdict, what changed. Ends with a newline. */
export function attackText({metrics, verdict}: AttackReport, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const {edgesBefore, edgesAfter, isolatedBefore, isolatedAfter} = metrics
  const [head, ...rows] = tableLines(
    {
      head: ['', 'before', 'after', 'change'],
      align: ['left', 'right', 'right', 'right'],
      rows: [
        ['edges', count(edgesBefore), count(edgesAfter), withSign(edgesAfter - edgesBefore)],
        ['isolated nodes', count(isolatedBefore), count(isolatedAfter), withSign(isolatedAfter - isolatedBefore)],
        ...(metrics.lossBefore === null
          ? []
          : [
              [
                'loss of the surrogate',
                metrics.lossBefore.toFixed(3),
                orDash(metrics.lossAfter, (x) => x.toFixed(3)),
                '',
              ].map((cell) => cell.replace('-', '−')),
            ]),
      ],
    },
    options.columns - 2,
  )
  const [changesHead, ...changes] = tableLines(
    {
      head: ['', 'edges', 'across classes'],
      align: ['left', 'right', 'right'],
      rows: [
        ['added', count(metrics.added), orDash(metrics.addedAcross, percent)],
        ['removed', count(metrics.removed), orDash(metrics.removedAcross, percent)],
        ['before', count(edgesBefore), orDash(metrics.edgesAcross, percent)],
      ],
    },
    options.columns - 2,
  )
  const section = (title: string, top: string, lines: readonly string[]) => [
    '',
    paint.bold(title),
    `  ${paint.dim(top)}`,
    ...lines.map((line) => `  ${line}`),
  ]
  return finish([
    ...verdictLines(verdict, options),
    ...section('What changed', head!, rows),
    ...section('The changed edges', changesHead!, changes),
  ])
}
