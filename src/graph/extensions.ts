import {extname} from 'node:path'
import {UsageError} from '../errors.js'

/** Extensions that can be written; the text formats also with .gz appended. */
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
 * The format that an output's file name asks for, checked before any graph is read.
 *
 * Throws  UsageError  an unknown extension.
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

/** The extension of a file without .gz, in lower case. */
export function extensionOf(path: string): {extension: string; compress: boolean} {
  const compress = path.toLowerCase().endsWith('.gz')
  const plain = compress ? path.slice(0, -3) : path
  return {
    extension: plain.toLowerCase().endsWith('.pyg.npz') ? '.pyg.npz' : extname(plain).toLowerCase(),
    compress,
  }
}
