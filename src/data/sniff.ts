import {utf16Of} from './encoding.js'

export type ContentKind = 'empty' | 'zip' | 'npy' | 'gzip' | 'graphml' | 'gexf' | 'xml' | 'json' | 'text' | 'binary'

const SIGNATURES: [signature: string, content: ContentKind, words: string][] = [
  ['PK\x03\x04', 'zip', 'a zip archive such as npz'],
  ['PK\x05\x06', 'zip', 'an empty zip archive'],
  ['\x93NUMPY', 'npy', 'an npy array'],
  ['\x1f\x8b', 'gzip', 'gzip data'],
  ['\x89HDF\r\n', 'binary', 'an HDF5 file'],
  ['\x89PNG', 'binary', 'a PNG image'],
  ['%PDF', 'binary', 'a PDF document'],
  ['PAR1', 'binary', 'a Parquet file'],
  ['ARROW1\0', 'binary', 'an Arrow or Feather file'],
  ['FEA1\0', 'binary', 'a Feather file'],
  ['MATLAB 5.0', 'binary', 'a MATLAB file'],
  ['SQLite format 3', 'binary', 'an SQLite database'],
  ...Array.from({length: 9}, (_, k): [string, ContentKind, string] => [`BZh${k + 1}1AY&SY`, 'binary', 'bzip2 data']),
  ['\xfd7zXZ', 'binary', 'xz data'],
  ['\x28\xb5\x2f\xfd', 'binary', 'zstd data'],
  ['7z\xbc\xaf', 'binary', 'a 7z archive'],
  ['version https://git-lfs', 'text', 'a Git LFS pointer, not the file itself'],
  ['\x80\x02', 'binary', 'a Python pickle'],
  ['\x80\x03', 'binary', 'a Python pickle'],
  ['\x80\x04', 'binary', 'a Python pickle'],
  ['\x80\x05', 'binary', 'a Python pickle'],
]

/** How much of a file is looked at. */
const HEAD_BYTES = 4096

/** What the first bytes say a file is, whatever its name says. */
export const sniffContent = (bytes: Uint8Array): ContentKind => sniff(bytes)[0]

/** The same in words, for messages: "… looks like JSON text". */
export const describeContent = (bytes: Uint8Array): string => sniff(bytes)[1]

function sniff(bytes: Uint8Array): [ContentKind, string] {
  if (bytes.length === 0) return ['empty', 'an empty file']
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES))
  const latin = head.toString('latin1')
  if (utf16Of(bytes) !== null) return ['text', 'text in UTF-16']
  for (const [signature, content, words] of SIGNATURES) if (latin.startsWith(signature)) return [content, words]
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (text.startsWith('<')) {
    if (/<graphml[\s>]/.test(text)) return ['graphml', 'GraphML']
    if (/<gexf[\s>]/.test(text)) return ['gexf', 'GEXF']
    return /^<(!doctype\s+)?html/i.test(text) ? ['xml', 'an HTML page'] : ['xml', 'XML']
  }
  // eslint-disable-next-line no-control-regex -- control characters are what tells binary data from text
  if (/[\x00-\x08\x0e-\x1f]/.test(latin)) return ['binary', 'binary data']
  if (/^(\{|\[)/.test(text)) return ['json', 'JSON text']
  return ['text', 'plain text']
}
