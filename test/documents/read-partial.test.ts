import fc from 'fast-check'
import {beforeAll, describe, expect, it} from 'vitest'
import {mergeShares} from '../../src/certify/shards.js'
import {InputError} from '../../src/errors.js'
import {toJson} from '../../src/frame/json.js'
import {type CertifyPartial, sealPartial} from '../../src/documents/partials.js'
import {parsePartial} from '../../src/documents/read-partial.js'
import {parseReport} from '../../src/documents/read-report.js'
import {type PartialFile, shardSet} from '../../src/documents/shard-set.js'
import {partialFiles, resealed, VERSION} from '../render/partials.js'
import {certifySample} from '../render/samples/certify.js'

let files: PartialFile<CertifyPartial>[]
beforeAll(async () => {
  files = await partialFiles(2)
})
const parse = (json: unknown) => parsePartial(Buffer.from(JSON.stringify(json)), 'p.json')
type Tree = Record<string, unknown>

describe('parsePartial', () => {
  it('reads what was written', () => {
    const {partial} = files[0]!
    expect(parsePartial(Buffer.from(toJson(partial)), 'p.json')).toEqual(partial)
  })

  it.each<[string, (p: CertifyPartial) => unknown, RegExp]>([
    ['a sum that was changed', (p) => (p.blocks[0]!.layers[0]!.diameter *= 2), /p\.json: is damaged: .* checksum/],
    ['a key that was changed', (p) => (p.key = '0'.repeat(64)), /is damaged/],
    [
      'a member that is missing',
      (p) => delete (p as unknown as Tree)['plan'],
      /is damaged at \/: must have required property 'plan'/,
    ],
    ['text for a number', (p) => ((p as unknown as Tree)['seed'] = '5'), /is damaged at \/seed: must be number/],
    ['another schema version', (p) => ((p as unknown as Tree)['schemaVersion'] = 2), /is damaged at \/schemaVersion/],
    ['a report', (p) => ((p as unknown as Tree)['kind'] = undefined), /is not a partial result/],
    [
      'a command that has no shards',
      (p) => ((p as unknown as Tree)['command'] = 'doctor'),
      /is a partial result of "doctor", which this version of surety cannot merge/,
    ],
    [
      'a command that is a member of every object',
      (p) => ((p as unknown as Tree)['command'] = 'constructor'),
      /cannot merge/,
    ],
  ])('refuses %s', (_, change, message) => {
    const copy = structuredClone(files[0]!.partial)
    change(copy)
    expect(() => parse(copy)).toThrow(message)
    expect(() => parse(copy)).toThrow(InputError)
  })

  it.each([
    [0, 2],
    [3, 2],
    [1.5, 2],
    [1, 1e9],
  ])('refuses shard %d of %d', (index, count) => {
    expect(() => parse(resealed(files[0]!, (p) => (p.shard = {index, count})).partial)).toThrow(
      `there is no shard ${index} of ${count}`,
    )
  })

  it.each([
    ['a report', certifySample()],
    ['null', null],
    ['a list', []],
    ['a number', 3],
    ['text', 'x'],
  ])('refuses %s', (_, json) => {
    expect(() => parse(json)).toThrow(/p\.json: is not a partial result/)
  })

  it('a partial result is not a report', () => {
    const bytes = Buffer.from(toJson(files[0]!.partial))
    expect(() => parseReport(bytes, 'p.json', 'certify')).toThrow(
      'p.json: is a partial result of one shard, not a report',
    )
  })

  it('a number too large for fp64 is not a number', () => {
    const text = toJson(files[0]!.partial).replace(/"crossLabelTotal": [^,]*/, '"crossLabelTotal": 1e999')
    expect(() => parsePartial(Buffer.from(text), 'p.json')).toThrow(
      /is damaged at \/blocks\/0\/layers\/0\/crossLabelTotal/,
    )
  })
})

/** Paths of all members of a JSON value, leaves and branches. */
function paths(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at]
  return [
    ...(at.length > 0 ? [at] : []),
    ...Object.entries(value).flatMap(([key, member]) => paths(member, [...at, key])),
  ]
}

function setAt(root: unknown, path: readonly string[], change: (value: unknown) => unknown): void {
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => (value as Tree)[key], root) as Tree
  const key = path.at(-1)!
  const value = change(parent[key])
  if (value === undefined) delete parent[key]
  else parent[key] = value
}

describe('a damaged partial result', () => {
  const changes: fc.Arbitrary<(value: unknown) => unknown> = fc.oneof(
    fc.constant(() => undefined),
    fc.jsonValue().map((replacement) => () => replacement),
    fc.double({noNaN: true, noDefaultInfinity: true}).map((x) => () => x),
    fc.integer({min: -2, max: 5000}).map((x) => () => x),
    fc
      .double({min: -1e300, max: 1e300, noNaN: true})
      .map((x) => (value: unknown) => (typeof value === 'number' ? value * x : x)),
    fc
      .nat()
      .map((cut) => (value: unknown) => (typeof value === 'string' ? value.slice(0, cut % (value.length + 1)) : '')),
    fc.constant((value: unknown) =>
      Array.isArray(value) ? [...(value as unknown[]), ...(value as unknown[])] : value === null ? 0 : null,
    ),
  )

  it.each([
    ['as it is', false],
    ['even with digests that fit', true],
  ])('is refused or merged, %s, and never a defect', (_, seal) => {
    let refused = 0
    fc.assert(
      fc.property(fc.nat(), changes, (place, change) => {
        const copy = structuredClone(files[0]!.partial)
        const all = paths(copy)
        setAt(copy, all[place % all.length]!, change)
        try {
          const spoiled = seal ? sealedIfPossible(copy) : copy
          const read = parsePartial(Buffer.from(JSON.stringify(spoiled)), 'p.json') as CertifyPartial
          const set = shardSet(
            [{path: 'p.json', partial: read}, ...(read.shard.index === 1 ? [files[1]!] : [])],
            VERSION,
          )
          const merged = mergeShares(set.files.map(({path, partial}) => ({place: path, share: partial})))
          // What passes can be written.
          expect(JSON.stringify(merged)).not.toContain('NaN')
        } catch (error) {
          if (!(error instanceof InputError)) throw error
          refused++
        }
      }),
      {numRuns: 200},
    )
    expect(refused).toBeGreaterThan(0)
  })

  it('sums and plan that were changed on all sides alike are refused or merged, and never a defect', () => {
    let refused = 0
    fc.assert(
      fc.property(fc.nat(), changes, (place, change) => {
        const copies = files.map(({partial}) => structuredClone(partial))
        const all = paths(copies[0]!.plan)
        for (const copy of copies) setAt(copy.plan, all[place % all.length]!, change)
        try {
          const read = copies.map((copy, k) => ({
            path: `${k}`,
            partial: parsePartial(Buffer.from(JSON.stringify(sealedIfPossible(copy))), `${k}`) as CertifyPartial,
          }))
          const set = shardSet(read, VERSION)
          const {metrics, verdict} = mergeShares(set.files.map(({path, partial}) => ({place: path, share: partial})))
          toJson({...certifySample(), metrics, verdict} as never)
        } catch (error) {
          if (!(error instanceof InputError)) throw error
          refused++
        }
      }),
      {numRuns: 200},
    )
    expect(refused).toBeGreaterThan(0)
  })
})

/** Where a change leaves nothing to seal, the copy as it is. */
function sealedIfPossible(copy: CertifyPartial): CertifyPartial {
  try {
    return sealPartial(copy)
  } catch {
    return copy
  }
}
