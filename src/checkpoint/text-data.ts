import type {TaskName} from '../certify/types.js'
import {parseTable} from '../data/csv.js'
import {isJsonObject, parseJson} from '../data/json.js'
import type {InputBytes} from '../data/read-file.js'
import {InputError, UsageError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {ModelInput} from './bind-inputs.js'
import {groupNumbers} from './groups.js'
import {sliceValues} from './slices.js'
import type {TextTokenizer, Tokens} from './tokenizer.js'
import type {DataSet, InputArray} from './data-types.js'
import type {Targets} from './tasks/targets.js'

export interface TextOptions {
  /** absent: classes */
  task?: TaskName | 'auto'
  tokenizer: TextTokenizer
  /** column or member with the text; default text, sentence or content */
  text?: string
  labels: readonly string[]
  /** column or member with each row's source */
  group?: string
  /** column or member with each row's slice; class: the labels */
  slice?: string
  /** class names in the order of the model's classes; default: numbers as they are, names sorted */
  classes?: readonly string[]
  /** maximum tokens per text, unless the model takes a fixed number; default: from the tokenizer, else 128 */
  maxTokens?: number
}

const DEFAULT_TOKENS = 128

const TEXT_NAMES = ['text', 'sentence', 'content']
const MAX_TOKENS_IN_ALL = 2 ** 28

/**
 * Texts with class numbers or names, from csv with a header or from JSON lines, converted to the arrays that encoders
 * take: input_ids, attention_mask and token_type_ids [rows, tokens].
 *
 * Throws  InputError  no such columns, a row with missing cells, a label that is not a class; UsageError a class name
 *         that no row has.
 */
export function textDataSet(
  {bytes, file}: InputBytes,
  options: TextOptions,
  input: ModelInput | null,
  notes: Note[],
): DataSet {
  const {path} = file
  const table = /\.(jsonl|ndjson)$/i.test(path) ? jsonLines(bytes, path) : csvRows(bytes, path)
  const column = (names: readonly string[], what: string) => {
    const name = names.find((candidate) => table.names.includes(candidate))
    if (name === undefined)
      throw new InputError(
        `${path}: has no column '${names[0]!}' of ${what}; its columns: ${table.names.slice(0, 8).join(', ')}`,
        [`name the column of ${what}`],
      )
    return table.values.get(name)!.map((value, row) => {
      if (value !== null) return value
      throw new InputError(`${path}, row ${row}: has no '${name}'`, ['every row needs a text and a label'])
    })
  }
  const texts = column(options.text === undefined ? TEXT_NAMES : [options.text], 'texts').map(String)
  const answers = column(options.labels, 'labels')
  const numbers = numberTargets(answers, options, path)
  const {labels, classNames} =
    numbers === null ? classNumbers(answers, options.classes, path) : {labels: null, classNames: null}
  if (texts.length === 0) throw new InputError(`${path}: has no rows`, ['give at least two texts'])
  const fixed = input?.shape?.[1] !== undefined && input.shape[1] > 0 ? input.shape[1] : null
  const most = fixed ?? options.maxTokens ?? options.tokenizer.maxTokens ?? DEFAULT_TOKENS
  if (texts.length * most > MAX_TOKENS_IN_ALL)
    throw new InputError(
      `${path}: ${texts.length} texts of up to ${most} tokens are more than the limit of ${MAX_TOKENS_IN_ALL} tokens`,
      [`lower ${option('maxTokens')} or use fewer texts`],
    )
  const tokens = options.tokenizer.encode(texts, fixed ?? 1, most)
  if (tokens.truncated > 0)
    notes.push({
      level: 'warning',
      code: 'texts-truncated',
      message: `${tokens.truncated} of ${texts.length} texts are longer than ${tokens.length} tokens and were cut`,
    })
  if (classNames !== null)
    notes.push({
      level: 'info',
      code: 'class-names',
      message: `classes: ${classNames
        .slice(0, 20)
        .map((name, label) => `${label} ${name}`)
        .join(', ')}${classNames.length > 20 ? ', …' : ''}`,
    })
  return {
    rows: texts.length,
    inputs: tokenArrays(tokens),
    labels,
    ...(numbers === null ? {} : {targets: numbers}),
    ...(options.group === undefined ? {} : {groups: groupsOf(column([options.group], 'sources'), options.group, path)}),
    ...slicesOf(table, options.slice, path),
    text: {texts, encode: (others) => tokenArrays(options.tokenizer.encode(others, tokens.length, most))},
    inputFiles: [file, options.tokenizer.file],
    format: 'text',
    classNames,
    preparation: {tokens: tokens.length, truncated: tokens.truncated},
  }
}

/** Rows without a value form a separate slice. */
function slicesOf({names, values}: TextTable, name: string | undefined, path: string): Pick<DataSet, 'slices'> {
  if (name === undefined || name === 'class') return {}
  const found = values.get(name)
  if (found === undefined)
    throw new InputError(`${path}: has no column '${name}' to slice by; its columns: ${names.slice(0, 8).join(', ')}`, [
      `name a column with ${option('slice')}, or class for the labels`,
    ])
  const texts = found.map((value) => (value === null ? '' : String(value)))
  return {slices: sliceValues({name, shape: [texts.length], type: 'U', data: texts}, texts.length, path)}
}

const groupsOf = (values: readonly (string | number)[], name: string, path: string) =>
  groupNumbers({name, shape: [values.length], type: 'U', data: values.map(String)}, values.length, path)

function tokenArrays({length, ids, mask, types}: Tokens): InputArray[] {
  const shape = [ids.length / length, length]
  return [
    {name: 'input_ids', shape, data: ids},
    {name: 'attention_mask', shape, data: mask},
    {name: 'token_type_ids', shape, data: types},
  ]
}

type Value = string | number | null

interface TextTable {
  names: string[]
  values: Map<string, Value[]>
}

function csvRows(bytes: Uint8Array, path: string): TextTable {
  const {rows, lines} = parseTable(bytes, path)
  const [names = [], ...body] = rows
  body.forEach((row, r) => {
    if (row.length !== names.length)
      throw new InputError(`${path}, line ${lines[r + 1]!}: has ${row.length} cells, the header has ${names.length}`, [
        'quote texts that hold the separator',
      ])
  })
  return {names: [...names], values: new Map(names.map((name, c) => [name, body.map((row) => row[c]!)]))}
}

function jsonLines(bytes: Uint8Array, path: string): TextTable {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split(/\r?\n/)
  const rows = lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    const row = parseJson(Buffer.from(line), `${path}, line ${i + 1}`)
    if (!isJsonObject(row))
      throw new InputError(`${path}, line ${i + 1}: is not a JSON object`, ['write one object a line'])
    return [row]
  })
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const value = (cell: unknown): Value => (typeof cell === 'string' || typeof cell === 'number' ? cell : null)
  return {
    names,
    values: new Map(
      names.map((name) => [name, rows.map((row) => (Object.hasOwn(row, name) ? value(row[name]) : null))]),
    ),
  }
}

/** Numbers to predict: if requested, or if some have a fraction; else null. */
function numberTargets(
  values: readonly (string | number)[],
  {task = 'classes', classes}: TextOptions,
  path: string,
): Targets | null {
  if (task === 'classes') return null
  if (task !== 'auto' && task !== 'regression')
    throw new UsageError(`${path} holds texts with one label each, which the task ${task} does not have`, [
      `use ${option('task')} classes or regression, or store tokens and targets as arrays`,
    ])
  const data = Float64Array.from(values, (value) => (String(value).trim() === '' ? Number.NaN : Number(value)))
  if (task === 'auto' && (classes !== undefined || !data.every(Number.isFinite) || data.every(Number.isInteger)))
    return null
  const bad = data.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0)
    throw new InputError(`${path}, row ${bad}: the target is '${values[bad]!}', not a finite number`, [
      'a regression has one number a row',
    ])
  return {place: path, shape: [data.length], data}
}

/** Whole numbers ≥ 0 are class numbers; anything else is a class name. */
function classNumbers(
  values: readonly (string | number)[],
  order: readonly string[] | undefined,
  path: string,
): {labels: Int32Array; classNames: string[] | null} {
  const isNumber = (value: string | number) =>
    typeof value === 'number' ? Number.isInteger(value) && value >= 0 : /^\d{1,9}$/.test(value)
  if (order === undefined && values.every(isNumber)) return {labels: Int32Array.from(values, Number), classNames: null}
  const found = [...new Set(values.map(String))].sort()
  const classNames = order === undefined ? found : [...order]
  const unknown = found.find((name) => !classNames.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`${path} has the label '${unknown}', which ${option('classes')} does not name`, [
      "name all classes in the order of the model's",
    ])
  const numbers = new Map(classNames.map((name, label) => [name, label]))
  return {labels: Int32Array.from(values, (value) => numbers.get(String(value))!), classNames}
}
