import type {Verdict} from '../../frame/report.js'
import {palette, type TerminalOptions, verdictMark} from './style.js'
import {wrap} from './text.js'

/** Readable line length of prose on a wide terminal. */
const PROSE = 100

/** The first lines of every result: the verdict in plain words, then what it means and what it does not. */
export function verdictLines(verdict: Verdict, options: TerminalOptions): string[] {
  const paint = palette(options.colour)
  const columns = Math.min(options.columns, PROSE)
  const mark = verdictMark(verdict.status, palette(false))
  const [first, ...rest] = wrap(`${mark}  ${verdict.summary}`, columns)
  const meaning = verdict.meaning.flatMap((line) => wrap(line, columns - 2).map((part) => `  ${part}`))
  const summary = [verdictMark(verdict.status, paint) + paint.bold(first!.slice(mark.length)), ...rest.map(paint.bold)]
  return meaning.length === 0 ? summary : [...summary, '', ...meaning.map(paint.dim)]
}
