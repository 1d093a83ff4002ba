import {visible} from '../../frame/visible.js'
import type {JudgedPair} from '../candidates-csv.js'
import {count, number} from '../format.js'
import {chance} from '../sanitize-view.js'
import {palette, type TerminalOptions} from './style.js'
import {tableLines} from './table.js'
import {finish, wrap} from './text.js'

const SHOWN = 10

/** What stands out among pairs that were held against a graph. Ends with a newline. */
export function candidatesText(pairs: readonly JudgedPair[], options: TerminalOptions): string {
  const paint = palette(options.colour)
  const of = (status: JudgedPair['status']) => pairs.filter((pair) => pair.status === status).length
  const likely = pairs.filter(({p}) => p !== null && p > 0.5).length
  const top = pairs.filter(({rank}) => rank !== null && rank <= SHOWN).sort((a, b) => a.rank! - b.rank!)
  const [head = '', ...rows] = tableLines(
    {
      head: ['#', 'source', 'target', 'p', 'score', 'status'],
      align: ['right', 'left', 'left', 'right', 'right', 'left'],
      rows: top.map(({rank, source, target, p, score, status}) => [
        String(rank),
        visible(source),
        visible(target),
        chance(p),
        number(score!),
        status,
      ]),
    },
    options.columns - 2,
  )
  return finish([
    ...wrap(
      `${paint.bold(`${count(pairs.length)} pairs`)}: ${count(of('new'))} new, ${count(of('edge'))} edges of the graph, ${count(of('unknown'))} with an end that it does not have; ${count(likely)} are more likely than not wired at random`,
      options.columns,
    ),
    ...(top.length === 0
      ? []
      : ['', paint.bold('Most suspect'), `  ${paint.dim(head)}`, ...rows.map((row) => `  ${row}`)]),
    '',
    ...wrap(
      'p is the chance that a pair was wired at random, if among new pairs as many are as among the edges of the graph: an estimate, and no proof of an attack',
      options.columns,
    ),
  ])
}
