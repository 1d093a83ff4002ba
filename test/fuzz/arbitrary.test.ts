import fc from 'fast-check'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {outcomeOf} from '../../scripts/fuzz/outcome.js'
import {scaled} from '../support/scale.js'
import {allTargets} from './targets/index.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-arbitrary-'))
afterAll(() => rmSync(folder, {recursive: true}))

/** Nothing like a file of the format, and values of the right language with keys of every object among them. */
const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'nodes',
    'edges',
    'links',
    'id',
    'key',
    'source',
    'target',
    'modelTopology',
    'checks',
    'command',
    'kind',
  ),
  fc.string(),
)
const json = fc.letrec<{value: unknown}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), {maxLength: 4}),
    fc.dictionary(key, tie('value'), {maxKeys: 4}),
  ),
})).value
const anything = fc.oneof(
  fc.uint8Array({maxLength: 200}),
  fc.string({maxLength: 200}).map((text) => Buffer.from(text)),
  json.map((value) => Buffer.from(JSON.stringify(value))),
)

describe('whatever a file holds, it is read or refused:', async () => {
  for (const target of await allTargets()) {
    it(target.name, async () => {
      const read = await target.open(mkdtempSync(join(folder, 'target-')))
      await fc.assert(
        fc.asyncProperty(anything, async (bytes) => {
          expect(['accepted', 'refused']).toContain((await outcomeOf(read, bytes)).kind)
        }),
        {numRuns: scaled(60, 20)},
      )
    }, 120_000)
  }
})
