import {extname} from 'node:path'
import {UsageError} from '../errors.js'

/** What can be written by extension: all of it, and all text with .gz behind it. */
export const EXTENSIONS = [
  '.npz',
  '.pyg.npz',
  '.graphml',
  '.gexf',
  '.json',
  '.gml',
  '.net',
  '.mtx',
  '.csv',
  '.tsv',
  '.txt',
] as const

export type GraphExtension = (typeof EXTENSIONS)[number]

/**
 * What the name of an output says of it, before any graph is read.
 *
 * Throws  UsageError  an extension that no format has.
 */
export function graphExtension(targetPath: string): {extension: GraphExtension; compress: boolean} {
  const {extension, compress} = extensionOf(targetPath)
  const known = EXTENSIONS.find((one) => one === extension)
  if (known === undefined || (compress && known.endsWith('.npz')))
    throw new UsageError(
      `${targetPath}: ${extension === '' ? 'no extension' : compress ? `${extension}.gz` : extension} is not a graph format, known are ${EXTENSIONS.join(', ')}, and all but .npz with .gz behind it`,
      ['choose one of these extensions'],
    )
  return {extension: known, compress}
}

/** The extension of a file without .gz, in small letters. */
export function extensionOf(path: string): {extension: string; compress: boolean} {
  const compress = path.toLowerCase().endsWith('.gz')
  const plain = compress ? path.slice(0, -3) : path
  return {
    extension: plain.toLowerCase().endsWith('.pyg.npz') ? '.pyg.npz' : extname(plain).toLowerCase(),
    compress,
  }
}
