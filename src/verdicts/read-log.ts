import {InputError, option} from '../errors.js'
import {type Columns, logColumns, type Role} from './columns.js'
import type {Judgement, VerdictLog} from './judgement.js'
import {isMtBench, mtBenchLog} from './mt-bench.js'
import {requireOptions} from './options.js'
import {type Row, readRows} from './rows.js'
import {type Said, saidIn, type Words} from './words.js'

export interface LogOptions {
  /** role → column, where names do not tell */
  columns?: Readonly<Record<string, string>>
  /** further columns that say which option a prompt was made to favour */
  nudges?: readonly string[]
  letters?: 'shown' | 'option' | null
  /** further texts that mean a tie, and that mean no verdict */
  ties?: readonly string[]
  unparsed?: readonly string[]
}

/**
 * A log of verdicts: CSV, TSV, JSON lines or a JSON list; also pairs of MT-Bench.
 *
 * Reads      one row a verdict. Options stand in the order shown (first, second; options for lists), or as fixed columns
 *            option_a, option_b with a column order (AB, BA). A verdict is the name of an option, a place (first,
 *            [[A]], 1), a tie, or nothing.
 * Throws     InputError  a row that cannot be understood, or that can be understood in two ways: letters beside a column
 *            order, where A may be the option or the place. Names the line, and the flag that says it.
 */
export function readVerdictLog(bytes: Uint8Array, place: string, options: LogOptions = {}): VerdictLog {
  const {format, names, rows} = readRows(bytes, place)
  if (rows.length === 0)
    throw new InputError(`${place}: has a header and no rows`, ['check that the file was written completely'])
  if (isMtBench(names)) return mtBenchLog(rows, names, place)
  const columns = logColumns(names, place, options.columns, options.nudges)
  const words: Words = {
    ties: options.ties ?? [],
    unparsed: options.unparsed ?? [],
    letters: options.letters ?? null,
  }
  const reader = new RowReader(columns, words, place, ordersOf(rows, columns, place))
  return {
    judgements: rows.map((row) => reader.judgement(row)),
    format,
    columns: {...columns.roles, ...(columns.parts.length > 0 ? {part: columns.parts.join(', ')} : {})},
    unused: columns.unused,
    nudges: columns.nudges,
  }
}

const plain = (cell: unknown) => (typeof cell === 'string' ? cell.trim() : String(cell)).toLowerCase()

const SWAPPED: Record<string, boolean> = {
  ab: false,
  ba: true,
  a: false,
  b: true,
  original: false,
  swapped: true,
  a_first: false,
  b_first: true,
  false: false,
  true: true,
}

/** Whether a value of the column order means that option B was shown first. Numbers need both of their values to tell. */
function ordersOf(rows: readonly Row[], {roles}: Columns, place: string): ReadonlyMap<string, boolean> {
  if (roles.order === undefined) return new Map()
  const found = [...new Set(rows.map(({cells}) => plain(cells[roles.order!])))].sort()
  const numbers: Record<string, string[]> = {'0,1': ['0', '1'], '1,2': ['1', '2']}
  const coded = numbers[found.join()]
  if (coded !== undefined) return new Map(coded.map((value, k) => [value, k === 1]))
  const unknown = found.find((value) => !Object.hasOwn(SWAPPED, value))
  if (unknown !== undefined)
    throw new InputError(
      `${place}: the column ${roles.order} holds ${JSON.stringify(unknown)}, which does not tell the option that was shown first`,
      ['write AB or BA, or name the options in the order shown in the columns first and second'],
    )
  return new Map(found.map((value) => [value, SWAPPED[value]!]))
}

class RowReader {
  constructor(
    private readonly columns: Columns,
    private readonly words: Words,
    private readonly place: string,
    private readonly orders: ReadonlyMap<string, boolean>,
  ) {}

  judgement({line, cells}: Row): Judgement {
    const {roles, parts} = this.columns
    const where = `${this.place}, line ${line}`
    const {shown, swapped} = this.options(cells, where)
    const text = (role: Role) => (roles[role] === undefined ? null : textOf(cells[roles[role]], roles[role], where))
    const choice = this.choice(cells[roles.verdict!], {shown, swapped}, where, roles.verdict!)
    return {
      line,
      question: text('question')!,
      part: parts.map((part) => textOf(cells[part], part, where)).join(', '),
      judge: text('judge') ?? 'judge',
      round: text('round'),
      repetition: text('repetition') ?? '1',
      shown,
      choice,
      lengths: this.lengths(cells, swapped, where),
      nudges: Object.fromEntries(
        this.columns.nudges.map((name) => [name, this.nudge(cells[name], {shown, swapped}, where, name)]),
      ),
    }
  }

  private options(cells: Row['cells'], where: string): {shown: string[]; swapped: boolean} {
    const {roles} = this.columns
    if (roles.options !== undefined) {
      const cell = cells[roles.options]
      const list: unknown[] = Array.isArray(cell) ? cell : typeof cell === 'string' ? cell.split('|') : []
      const shown = list.map((each) => textOf(each, roles.options!, where))
      if (shown.length < 2)
        throw new InputError(`${where}: ${roles.options} holds ${shown.length} options, at least 2 are compared`, [
          'give a JSON list, or names joined by |',
        ])
      return {shown: requireOptions(shown, where), swapped: false}
    }
    const names =
      roles.first === undefined ? ([roles.optionA!, roles.optionB!] as const) : ([roles.first, roles.second!] as const)
    const [one, other] = names.map((name) => textOf(cells[name], name, where)) as [string, string]
    const swapped = roles.order !== undefined && this.orders.get(plain(cells[roles.order]))!
    return {shown: requireOptions(swapped ? [other, one] : [one, other], where), swapped}
  }

  private choice(cell: unknown, options: Options, where: string, column: string): number | 'tie' | null {
    const said = saidIn(cell, options.shown, this.words)
    if (said === null)
      throw new InputError(
        `${where}: ${column} is ${JSON.stringify(cell)}, which is neither one of the options ${options.shown.join(', ')} nor a place, a tie or an answer without a verdict`,
        [
          `say what it means: ${option('ties')} TEXT or ${option('unparsed')} TEXT; ${option('letters')} shown or ${option('letters')} option if it is a letter`,
          'leave the cell empty where the answer holds no verdict',
        ],
      )
    if (said.kind === 'tie') return 'tie'
    if (said.kind === 'nothing') return null
    return this.placeOf(said, options, where, column, cell)
  }

  private nudge(cell: unknown, options: Options, where: string, column: string): number | null {
    const said = saidIn(cell, options.shown, {...this.words, ties: []})
    if (said === null || said.kind === 'tie')
      throw new InputError(
        `${where}: ${column} is ${JSON.stringify(cell)}, which is not one of the options ${options.shown.join(', ')}`,
        ['name the option that the prompt was made to favour, or leave the cell empty for a control'],
      )
    return said.kind === 'nothing' ? null : this.placeOf(said, options, where, column, cell)
  }

  private placeOf(
    said: Extract<Said, {kind: 'option' | 'letter' | 'place' | 'column'}>,
    {shown, swapped}: Options,
    where: string,
    column: string,
    cell: unknown,
  ): number {
    if (said.kind === 'option') return shown.indexOf(said.name)
    if (said.kind === 'place') return said.index
    const byColumn = swapped ? shown.length - 1 - said.index : said.index
    if (said.kind === 'column') return byColumn
    const {letters} = this.words
    if (letters === null && this.columns.roles.order !== undefined)
      throw new InputError(
        `${where}: ${column} is ${JSON.stringify(cell)}, which can mean the option in its column or the one shown in that place`,
        [`say ${option('letters')} option or ${option('letters')} shown`, 'or write the name of the option'],
      )
    return letters === 'option' ? byColumn : said.index
  }

  private lengths(cells: Row['cells'], swapped: boolean, where: string): number[] | null {
    const {roles} = this.columns
    const inOrder = roles.lengthFirst !== undefined
    const names = inOrder ? [roles.lengthFirst!, roles.lengthSecond!] : [roles.lengthA, roles.lengthB]
    if (names[0] === undefined) return null
    const lengths = names.map((name) => {
      const cell = cells[name!]
      const length = typeof cell === 'string' && cell.trim() === '' ? NaN : Number(cell)
      if (Number.isFinite(length) && length >= 0) return length
      throw new InputError(`${where}: ${name} is ${JSON.stringify(cell)}, which is not a length`, [
        'write a number that is not negative',
      ])
    })
    return swapped && !inOrder ? lengths.reverse() : lengths
  }
}

interface Options {
  shown: string[]
  swapped: boolean
}

function textOf(cell: unknown, column: string, where: string): string {
  if (Array.isArray(cell) && cell.every((part) => typeof part === 'string')) return cell.join(', ')
  const text = typeof cell === 'string' ? cell.trim() : typeof cell === 'number' ? String(cell) : ''
  if (text === '')
    throw new InputError(`${where}: ${column} is ${cell === undefined ? 'missing' : JSON.stringify(cell)}`, [
      'give every row a name there',
    ])
  return text
}
