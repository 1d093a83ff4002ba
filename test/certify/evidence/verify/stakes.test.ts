import {describe, expect, it} from 'vitest'
import {certify} from '../../../../src/certify/certify.js'
import {packPilot, unpackPilot} from '../../../../src/certify/evidence/pilot-codec.js'
import {verifyCertificate} from '../../../../src/certify/evidence/verify/verify.js'
import {pack, unpack} from '../../../../src/data/packed.js'
import {engine, mixture, options} from '../../fixtures.js'

const data = mixture(8, 240)
const asked = options({bootstrap: 0, examples: 0})

describe('stakes', () => {
  it('that do not follow from the pilot are found, also where the bound allows them', async () => {
    const claim = await certify(data, asked, engine)
    expect(verifyCertificate(claim, asked)).toEqual([])
    const smaller = structuredClone(claim)
    for (const bet of smaller.evidence!.layers[1]!.bets.cells[3]!.direct) bet.stake *= 0.9
    expect(verifyCertificate(smaller, asked)[0]).toMatch(
      /^layer h2, stakes, cells\[3\], direct\[0\], stake: the report states/,
    )
    const other = structuredClone(claim)
    const pilot = other.evidence!.layers[0]!.pilot!
    pilot.radii = pack(unpack(pilot.radii, 'f8', 60, 'radii').map((x) => 2 * x))
    expect(verifyCertificate(other, asked)[0]).toMatch(/^layer h1, stakes/)
  })

  it('need the pilot: without it, or with sums that cannot be, nothing is verified', async () => {
    const claim = await certify(data, asked, engine)
    const without = structuredClone(claim)
    delete without.evidence!.layers[0]!.pilot
    expect(verifyCertificate(without, asked)[0]).toContain('cannot be chosen again')
    for (const [field, at, value, message] of [
      ['total', 3, -1, /pilot total\[3\] is -1/],
      ['radii', 0, 1e6, /do not ascend/],
      ['within', 0, 61, /contradict each other/],
      ['exceed', 0, 1e6, /more of its anchors differ/],
    ] as const) {
      const changed = structuredClone(claim)
      const pilot = changed.evidence!.layers[0]!.pilot!
      const {deltas} = changed.evidence!.layers[0]!
      const sizes = {total: 60, radii: 60, within: 60 * deltas.length, exceed: 120 * deltas.length}
      const values = unpack(pilot[field], 'f8', sizes[field], field)
      values[at] = value
      pilot[field] = pack(values)
      expect(verifyCertificate(changed, asked).join()).toMatch(message)
    }
  })

  it('of sources follow from the pilot without the pairs inside a source', async () => {
    const grouped = {...data, groups: Int32Array.from({length: 240}, (_, row) => Math.floor(row / 6))}
    const bySource = {...asked, group: 'patient'}
    const claim = await certify(grouped, bySource, engine)
    expect(verifyCertificate(claim, bySource)).toEqual([])
  })
})

it('a pilot is unpacked bit for bit', () => {
  const radii = Float64Array.of(0, 0.1, 0.3)
  const statistics = {
    total: Float64Array.of(0.1, 2 / 3, 0),
    within: Float64Array.of(1, 2, 0, 1, 1, 2),
    exceed: Float64Array.of(1, 1, 0, 0.5, 0, 0),
    windowed: Float64Array.from({length: 9}, (_, k) => k / 7),
  }
  const found = unpackPilot(
    packPilot(statistics, radii),
    {anchors: 3, floor: 0.1, deltas: Float64Array.of(0.1, 0.2), etas: Float64Array.of(1), groups: null},
    {place: 'f', next: []},
  )
  expect(found.radii).toEqual(radii)
  expect(found.statistics).toMatchObject(statistics)
})
