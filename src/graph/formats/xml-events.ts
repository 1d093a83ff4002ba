import {SaxesParser, type SaxesTagPlain} from 'saxes'
import {InputError} from '../../errors.js'

export interface XmlHandlers {
  /**
   * `start` is the offset of `<`, `end` the offset after the start tag's `>`; `path` has the names of the open
   * elements, this one last
   */
  open(tag: SaxesTagPlain, path: readonly string[], start: number, end: number): void
  /** `text` is the element's own text, trimmed; `end` the offset after its end tag */
  close(path: readonly string[], text: string, end: number): void
}

/** No graph nests deeper; deeper nesting is an attempt to exhaust the reader. */
const MAX_DEPTH = 64

/**
 * Walks a well-formed XML file. A DOCTYPE is refused, so a file cannot define entities, external or not.
 * graphology-graphml and graphology-gexf use a DOM that prints its errors, write a <key for="__proto__"> into
 * Object.prototype and fail on yEd's keys. We therefore use saxes, and the tests compare the results with theirs.
 *
 * Throws  InputError  not well-formed, with line and column; a DOCTYPE; an encoding other than UTF-8.
 */
export function walkXml(bytes: Uint8Array, place: string, handlers: XmlHandlers): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
  const parser = new SaxesParser({position: true, xmlns: false} as const)
  const path: string[] = []
  const texts: string[] = []
  const at = () => `${place}, line ${parser.line}, column ${parser.column}`
  parser.on('xmldecl', ({encoding}) => {
    if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding))
      throw new InputError(`${place}: is encoded in ${encoding}, only UTF-8 is read`, ['save it as UTF-8'])
  })
  parser.on('doctype', () => {
    throw new InputError(`${at()}: has a DOCTYPE, which is refused because it can define entities`, [
      'remove the DOCTYPE',
    ])
  })
  parser.on('opentag', (tag) => {
    if (path.push(tag.name.replace(/^.*:/, '')) > MAX_DEPTH)
      throw new InputError(`${at()}: is nested deeper than ${MAX_DEPTH}`, ['this is not a graph file'])
    texts.push('')
    // A well-formed start tag holds no other <.
    handlers.open(tag, path, text.lastIndexOf('<', parser.position - 1), parser.position)
  })
  const addText = (part: string) => {
    if (texts.length > 0) texts[texts.length - 1] += part
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    handlers.close(path, texts.pop()!.trim(), parser.position)
    path.pop()
  })
  try {
    parser.write(text).close()
  } catch (error) {
    if (error instanceof InputError) throw error
    const message = (error as Error).message.replace(/^\d+:\d+: /, '')
    throw new InputError(
      `${at()}: is not well-formed XML: ${message.toLowerCase().replace(/\.$/, '')}`,
      ['write the file again, or copy it again from its source'],
      {cause: error},
    )
  }
  return text
}
