import {csvCell} from '../../data/csv.js'
import type {NamedArray} from '../../data/named-array.js'
import {parquetLimits, readParquet} from '../../data/parquet.js'
import {sniffContent} from '../../data/sniff.js'

const isParquet = (bytes: Uint8Array) =>
  sniffContent(bytes) === 'binary' && Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'PAR1'

/** pandas stores its index under this name; in a csv it has no name. */
const INDEX = /^__index_level_\d+__$/

/** A Parquet table as the csv that pandas would write, so that both are read the same way; other content unchanged. */
export async function asTable(bytes: Uint8Array, place: string): Promise<Uint8Array> {
  if (!isParquet(bytes)) return bytes
  const columns = (await readParquet(bytes, place, {...parquetLimits(), keepsIndex: true})).flatMap(columnsOf)
  const index = columns.filter(({name}) => INDEX.test(name))
  const ordered = [...index.map((column) => ({...column, name: ''})), ...columns.filter(({name}) => !INDEX.test(name))]
  const rows = ordered[0]?.values.length ?? 0
  const cell = (value: string | number) => csvCell(String(value), ',')
  const lines = [ordered.map(({name}) => cell(name)).join(',')]
  for (let r = 0; r < rows; r++) lines.push(ordered.map(({values}) => cell(values[r]!)).join(','))
  return Buffer.from(`${lines.join('\n')}\n`)
}

/** A column of lists becomes one column per list element. */
function columnsOf({name, shape, data}: NamedArray): {name: string; values: ArrayLike<string | number>}[] {
  const width = shape.slice(1).reduce((product, size) => product * size, 1)
  if (shape.length === 1) return [{name, values: data}]
  return Array.from({length: width}, (_, c) => ({
    name: `${name}_${c}`,
    values: Array.from({length: shape[0]!}, (_, r) => data[r * width + c]!),
  }))
}
