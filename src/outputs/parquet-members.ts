import {closeSync, readFileSync, writeFileSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {NamedArray, NumericArray} from '../data/named-array.js'
import {writeNpy} from '../data/npy.js'
import {readParquet} from '../data/parquet.js'
import {InputError} from '../errors.js'
import {type Member, type Members, npyMember, openFile} from './array-members.js'

/** Columns that say which document a row belongs to. */
const IDS = ['ids', 'doc_ids', 'names', 'id', 'doc_id', 'document', 'document_id']
/** Fills the positions that a shorter document does not have. */
const PAD = -100

/**
 * The columns of a Parquet file as arrays that can be read row by row. A row of the file is a position, with a column
 * that names its document, the rows of a document together; or it is a document, with lists of lists of one length.
 *
 * Cost    memory of the unpacked file; its arrays go to a temporary file, shorter documents padded and masked.
 * Throws  InputError  as readParquet; a document whose rows do not lie together.
 */
export async function openParquetMembers(path: string): Promise<Members> {
  const columns = regroup(await readParquet(readFileSync(path), path), path)
  const folder = await mkdtemp(join(tmpdir(), 'surety-outputs-'))
  const members: Member[] = []
  try {
    for (const array of columns) {
      const bytes = writeNpy(array)
      const file = join(folder, String(members.length))
      writeFileSync(file, bytes)
      members.push(npyMember(array.name, openFile(file), 0, bytes.length, path))
    }
  } finally {
    // What is open stays readable on systems with links; elsewhere it stays behind in the temporary folder.
    await rm(folder, {recursive: true, force: true}).catch(() => undefined)
  }
  return {members, isUnpacked: true, close: () => members.forEach(({file}) => closeSync(file))}
}

/** Rows of positions as [documents, longest, …], with a mask of what is there. */
function regroup(arrays: readonly NamedArray[], path: string): readonly NamedArray[] {
  const ids = arrays.find(({name, shape}) => IDS.includes(name) && shape.length === 1)
  const deepest = Math.max(...arrays.map(({shape}) => shape.length))
  if (ids === undefined || deepest !== 2)
    return arrays.map((array) => (array === ids ? {...array, name: 'ids'} : array))
  const names = Array.from(ids.data as ArrayLike<string | number>, String)
  const starts = names.flatMap((name, row) => (row === 0 || name !== names[row - 1] ? [row] : []))
  const found = new Set<string>()
  for (const row of starts) {
    const name = names[row]!
    if (found.has(name))
      throw new InputError(
        `${path}, column ${ids.name}: the rows of document ${JSON.stringify(name)} do not lie together`,
        ['sort the rows by document, then by position'],
      )
    found.add(name)
  }
  const lengths = starts.map((start, d) => (starts[d + 1] ?? names.length) - start)
  const longest = Math.max(...lengths)
  const padded = (array: NamedArray, fill: number): NamedArray => {
    const width = array.shape[1] ?? 1
    const values = array.data as NumericArray
    const data =
      array.type === 'f4'
        ? new Float32Array(starts.length * longest * width)
        : new Float64Array(starts.length * longest * width)
    data.fill(fill)
    starts.forEach((start, d) =>
      data.set(values.subarray(start * width, (start + lengths[d]!) * width), d * longest * width),
    )
    return {
      ...array,
      type: array.type === 'f4' ? 'f4' : 'f8',
      shape: [starts.length, longest, ...array.shape.slice(1)],
      data,
    }
  }
  const others = arrays.filter((array) => array !== ids && array.type !== 'U')
  const ones: NamedArray = {
    name: 'mask',
    type: 'f4',
    shape: [names.length],
    data: new Float32Array(names.length).fill(1),
  }
  const isMask = ({name}: NamedArray) => /mask$/.test(name)
  return [
    {name: 'ids', type: 'U', shape: [starts.length], data: starts.map((row) => names[row]!)},
    ...others.map((array) => padded(array, isMask(array) || array.shape.length > 1 ? 0 : PAD)),
    ...(others.some(isMask) ? [] : [padded(ones, 0)]),
  ]
}
