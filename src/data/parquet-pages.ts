import type {FileMetaData} from 'hyparquet'
import {deserializeTCompactProtocol} from 'hyparquet/src/thrift.js'
import {InputError} from '../errors.js'
import {raising} from './limits.js'

const AGAIN = ['write the file again, or copy it again from its source']

/**
 * Walks the page headers of all columns before anything is unpacked: run lengths and dictionaries let a few bytes stand
 * for any number of values, so what the pages claim is held against the footer and the limits.
 *
 * Returns what the pages say they unpack to, in bytes.
 * Cost    one header for each page.
 * Throws  InputError  a column outside the file, a page header that is corrupt, values that differ from the footer, or
 *         claims beyond the limits.
 * Source  apache/parquet-format, PageHeader (parquet.thrift).   Deviation: none.
 */
export function checkPages(
  bytes: Uint8Array,
  metadata: FileMetaData,
  place: string,
  limits: {maxBytes: number; maxValues: number},
): number {
  let total = 0
  for (const {columns, num_rows: rows} of metadata.row_groups) {
    if (Number(rows) > limits.maxValues)
      throw new InputError(`${place}: has a row group of ${rows} rows, the limit is ${limits.maxValues}`, [
        'write smaller row groups',
      ])
    for (const {meta_data: column} of columns) {
      if (column === undefined)
        throw new InputError(`${place}: keeps columns in other files, which is not read`, ['write one file'])
      const where = `${place}, column ${column.path_in_schema.join('.')}`
      const start = Number(column.dictionary_page_offset ?? column.data_page_offset)
      const end = start + Number(column.total_compressed_size)
      const expected = Number(column.num_values)
      if (expected > limits.maxValues)
        throw new InputError(`${where}: has ${expected} values in one row group, the limit is ${limits.maxValues}`, [
          'write smaller row groups',
        ])
      if (!(start >= 4 && start < end && end <= bytes.length))
        throw new InputError(`${where}: lies outside the file`, AGAIN)
      const {values, unpacked} = walk(bytes.subarray(start, end), where, limits.maxValues)
      if (values !== expected)
        throw new InputError(
          `${where}: is corrupt: its pages hold ${values} values, the footer says ${expected}`,
          AGAIN,
        )
      total += unpacked
      if (!(total <= limits.maxBytes))
        throw new InputError(`${place}: needs more than ${limits.maxBytes} bytes when unpacked, which is the limit`, [
          'split the file',
          raising('unpacked'),
        ])
    }
  }
  return total
}

function walk(chunk: Uint8Array, where: string, maxValues: number): {values: number; unpacked: number} {
  const reader = {view: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset: 0}
  let values = 0
  let unpacked = 0
  while (reader.offset < chunk.length - 1 && values <= maxValues) {
    const header = pageHeader(reader, where)
    const stated = [
      header.field_2,
      header.field_3,
      count(header.field_5) ?? count(header.field_8) ?? count(header.field_7) ?? 0,
    ].map(Number)
    if (!stated.every((n) => Number.isInteger(n) && n >= 0))
      throw new InputError(`${where}: has a corrupt page header`, AGAIN)
    const [size, packed, held] = stated as [number, number, number]
    if (held > maxValues)
      throw new InputError(`${where}: has a page of ${held} values, the limit is ${maxValues}`, AGAIN)
    unpacked += size
    if (header.field_7 === undefined) values += held
    reader.offset += packed
  }
  return {values, unpacked}
}

/** Fields 5, 7 and 8: data page, dictionary page, data page of version 2; each counts its values in field 1. */
type PageHeader = Record<string, unknown>

function pageHeader(reader: {view: DataView<ArrayBufferLike>; offset: number}, where: string): PageHeader {
  try {
    return deserializeTCompactProtocol(reader)
  } catch (cause) {
    throw new InputError(`${where}: has a corrupt page header`, AGAIN, {cause})
  }
}

const count = (part: unknown): unknown =>
  typeof part === 'object' && part !== null ? (part as PageHeader).field_1 : undefined
