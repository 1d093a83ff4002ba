import type {Verdict} from '../../frame/report.js'
import type {Answer} from '../answer.js'
import {palette, type TerminalOptions, verdictMark} from './style.js'
import {pad, width, wrap} from './text.js'

/** Readable line length of prose on a wide terminal. */
const PROSE = 100

/** Narrower than this, the name of a fact has a line of its own. */
const BESIDE = 64

/** The first lines of every result: the verdict in plain words, then what it means and what it does not. */
export function verdictLines(verdict: Verdict, options: TerminalOptions): string[] {
  const {columns, paint} = proseOf(options)
  const summary = markedLines(verdict, verdict.summary, options)
  return verdict.meaning.length === 0 ? summary : [...summary, '', ...meaningLines(verdict, columns).map(paint.dim)]
}

/**
 * The first screen: the answer in a sentence, the lead, a line a fact, what to look at (`first`: lines of a table of
 * it); then what it means.
 */
export function answerLines(
  verdict: Verdict,
  answer: Answer,
  options: TerminalOptions,
  first: readonly string[] = [],
): string[] {
  const {columns, paint} = proseOf(options)
  const lead = answer.lead.length === 0 ? [] : ['', ...wrap(answer.lead.join(' '), columns)]
  const names = Math.max(0, ...answer.facts.map(({name}) => width(name))) + 2
  const facts = answer.facts.flatMap(({name, value, detail}) => {
    const text = `${value}; ${detail}`
    if (columns < BESIDE)
      return [
        ...wrap(`  ${name}`, columns, '  ').map(paint.bold),
        ...wrap(text, columns - 4).map((line) => `    ${line}`),
      ]
    const [first, ...rest] = wrap(text, columns - names - 2)
    const indent = ' '.repeat(names + 2)
    return [`  ${paint.bold(pad(name, names, 'left'))}${first!}`, ...rest.map((line) => indent + line)]
  })
  const look =
    answer.look === null
      ? []
      : [
          '',
          ...wrap(answer.look.title, columns).map(paint.bold),
          ...answer.look.items.flatMap((item) => wrap(`- ${item}`, columns - 2, '  ').map((line) => `  ${line}`)),
        ]
  const meaning = verdict.meaning.length === 0 ? [] : ['', ...meaningLines(verdict, columns).map(paint.dim)]
  return [
    ...markedLines(verdict, answer.headline, options),
    ...lead,
    ...(facts.length === 0 ? [] : ['', ...facts]),
    ...look,
    ...first,
    ...meaning,
  ]
}

const proseOf = (options: TerminalOptions) => ({
  columns: Math.min(options.columns, PROSE),
  paint: palette(options.colour),
})

const meaningLines = ({meaning}: Verdict, columns: number) =>
  meaning.flatMap((line) => wrap(line, columns - 2).map((part) => `  ${part}`))

/** The mark of the verdict in its colour, then a sentence in bold. */
function markedLines({status}: Verdict, sentence: string, options: TerminalOptions): string[] {
  const {columns, paint} = proseOf(options)
  const mark = verdictMark(status, palette(false))
  const [first, ...rest] = wrap(`${mark}  ${sentence}`, columns)
  return [verdictMark(status, paint) + paint.bold(first!.slice(mark.length)), ...rest.map(paint.bold)]
}
