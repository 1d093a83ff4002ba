import {readFileSync, writeFileSync} from 'node:fs'
import {formatTable} from '../src/graph/format-table.js'

const [BEGIN, END] = ['<!-- formats: made by scripts/make-formats-doc.ts -->', '<!-- end of formats -->']

/** A document with the table of formats between its two marks. */
export function withFormats(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error('docs/formats.md has no place for the table of formats')
  return `${document.slice(0, begin + BEGIN.length)}\n\n${formatTable()}\n\n${document.slice(end)}`
}

if (process.argv[1]?.endsWith('make-formats-doc.ts') === true) {
  const path = 'docs/formats.md'
  writeFileSync(path, withFormats(readFileSync(path, 'utf8')))
}
