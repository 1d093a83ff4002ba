import type {AnyPartial} from '../../documents/partials.js'
import type {TerminalOptions} from './style.js'
import {verdictLines} from './verdict.js'

/** What a shard wrote and what remains to be done. Ends with a newline. */
export function partialText(
  {shard: {index, count}, blocks}: AnyPartial,
  path: string,
  options: TerminalOptions,
): string {
  const work =
    blocks.length === 0
      ? 'no block of the work fell to it, and its file is needed all the same'
      : `${blocks.length} ${blocks.length === 1 ? 'block' : 'blocks'} of the work`
  const verdict = {
    status: 'done' as const,
    summary: `Shard ${index} of ${count} is written to ${path}: ${work}.`,
    meaning: [
      `A partial result states nothing by itself. ${count === 1 ? 'It is the only one:' : `When the files of all ${count} shards are there:`}`,
    ],
  }
  return (
    [
      ...verdictLines(verdict, options),
      '',
      `  surety merge ${count === 1 ? path : `<the ${count} files>`} --out report.json`,
    ].join('\n') + '\n'
  )
}
