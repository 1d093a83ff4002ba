import {readFileSync} from 'node:fs'
import {expect, it} from 'vitest'
import {withFormats} from '../../scripts/make-formats-doc.js'

it('the table of formats is that of the code (npx tsx scripts/make-formats-doc.ts)', () => {
  const document = readFileSync('docs/formats.md', 'utf8')
  expect(document).toBe(withFormats(document))
  expect(() => withFormats('')).toThrow(/no place for the table/)
})
