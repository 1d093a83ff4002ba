import {describe, expect, it} from 'vitest'
import {certify} from '../../src/certify/certify.js'
import {type Certified, compareCertificates} from '../../src/certify/compare.js'
import type {Embeddings} from '../../src/certify/types.js'
import {engine, mixture, options} from './fixtures.js'

const certified = async (embeddings: Embeddings, changed = {}): Promise<Certified> => {
  const {metrics, evidence} = await certify(embeddings, options({bootstrap: 0, ...changed}), engine)
  return {metrics, evidence: evidence!}
}
const data = mixture(3, 600)
/** The same examples with a worse model: more losses change. */
const worse: Embeddings = {...data, output: {...data.output!, data: data.output!.data.map((x) => 0.2 * x)}}

describe('compareCertificates', () => {
  it('of a report with itself is zero everywhere, inside every interval', async () => {
    const one = await certified(data)
    const {layers, cells} = compareCertificates(one, one, 0.05)
    for (const {difference, exact, asymptotic} of layers) {
      expect(difference).toBe(0)
      expect(exact![0]).toBeLessThanOrEqual(0)
      expect(exact![1]).toBeGreaterThanOrEqual(0)
      expect(asymptotic).toEqual([0, 0])
    }
    expect(cells).toHaveLength(one.metrics.cells.length)
    expect(cells.every(({difference}) => difference === 0)).toBe(true)
  })

  it('is the difference of the two estimates, and changes its sign when turned round', async () => {
    const [one, two] = [await certified(data), await certified(worse)]
    const [forth, back] = [compareCertificates(two, one, 0.05), compareCertificates(one, two, 0.05)]
    forth.layers.forEach((layer, k) => {
      const estimate = (of: Certified) => of.metrics.layers[k]!.epsilon.scaleFree.estimate
      expect(layer.difference).toBeCloseTo(estimate(two) - estimate(one), 12)
      expect(back.layers[k]!.difference).toBeCloseTo(-layer.difference, 12)
      expect(back.layers[k]!.exact![0]).toBeCloseTo(-layer.exact![1], 9)
      expect(layer.exact![0]).toBeLessThanOrEqual(layer.asymptotic[0])
      expect(layer.exact![1]).toBeGreaterThanOrEqual(layer.asymptotic[1])
    })
  })

  it('refuses other rows, another loss, and layers without a counterpart', async () => {
    const one = await certified(data)
    await expect(certified(data, {seed: 5}).then((other) => compareCertificates(one, other, 0.05))).rejects.toThrow(/are other rows of the data/)
    await expect(certified(data, {loss: 'brier'}).then((other) => compareCertificates(one, other, 0.05))).rejects.toThrow(/losses differ: one-minus-p here, brier there/)
    const renamed = {...data, layers: data.layers.map((layer) => ({...layer, name: `x${layer.name}`}))}
    await expect(certified(renamed).then((other) => compareCertificates(one, other, 0.05))).rejects.toThrow(/no layer of the same name/)
  })
})
