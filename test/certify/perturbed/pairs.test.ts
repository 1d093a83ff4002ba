import {beforeAll, describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {lossOf} from '../../../src/certify/sample/losses.js'
import {type PairSource, samplePairs} from '../../../src/certify/perturbed/pairs.js'
import {planCertify} from '../../../src/certify/plan/plan.js'
import {type CertifyPlan} from '../../../src/certify/plan-types.js'
import type {Embeddings} from '../../../src/certify/types.js'
import {InputError, UsageError} from '../../../src/errors.js'
import {distanceByDefinition} from '../../../src/pairwise/reference-definitions.js'
import {engine, mixture, options} from '../fixtures.js'
import {noisyPairs} from './sources.js'

const data: Embeddings = {...mixture(5, 60, 0.1, [3, 2]), rowNumbers: Uint32Array.from({length: 60}, (_, i) => 10 * i)}
let plan: CertifyPlan
let copies: Embeddings
beforeAll(async () => {
  plan = await planCertify(data, options({metric: 'l1'}), engine, 1)
  copies = (await noisyPairs(data, 0.4).perturb(plan.anchors.rows)).embeddings
})
/** A law whose copies are those of noise after a change. */
const law = (change: (embeddings: Embeddings) => Embeddings): PairSource => ({
  name: 'given',
  strength: null,
  kind: 'supplied',
  perturb: () => Promise.resolve({embeddings: change(copies), description: 'given pairs'}),
})

function unnumbered(embeddings: Embeddings): Embeddings {
  const plain = {...embeddings}
  delete plain.rowNumbers
  return plain
}

describe('samplePairs', () => {
  it('pairs every row of the plan with its own copy, anchors first: losses and raw distances', async () => {
    const seen: Uint32Array[] = []
    const sample = await samplePairs(plan, data, {
      ...law((e) => e),
      perturb: (anchors) => (seen.push(anchors), Promise.resolve({embeddings: copies, description: 'given pairs'})),
    })
    expect(seen).toEqual([plan.anchors.rows])
    expect(sample).toMatchObject({name: 'given', strength: null, kind: 'supplied', description: 'given pairs'})
    const rows = [...plan.anchors.rows, ...plan.references.rows]
    const {values, accuracy} = lossOf(copies, plan.loss.name)
    expect(sample.accuracy).toBe(accuracy)
    expect([...sample.losses]).toEqual(rows.map((row) => values[row]))
    data.layers.forEach(({dim, data: x}, k) => {
      const row = (of: Embeddings['layers'][number]['data'], i: number) => [...of.subarray(i * dim, (i + 1) * dim)]
      expect(sample.distances[k]).toHaveLength(rows.length)
      rows.forEach((i, at) =>
        expect(sample.distances[k]![at]!).toBeCloseTo(
          distanceByDefinition(row(x, i), row(copies.layers[k]!.data, i), 'l1'),
          12,
        ),
      )
    })
  })

  const layer = (e: Embeddings, changed: Partial<Embeddings['layers'][number]>): Embeddings => ({
    ...e,
    layers: [e.layers[0]!, {...e.layers[1]!, ...changed}],
  })
  it.each<[string, (e: Embeddings) => Embeddings, RegExp, RegExp]>([
    [
      'rows that are missing',
      (e) => ({...e, rows: 59}),
      /^given: there are 59 perturbed rows for 60 rows$/,
      /same row of the data/,
    ],
    [
      'rows in another order',
      (e) => ({...e, rowNumbers: e.rowNumbers!.toReversed()}),
      /^given: row 0 of the data stands beside row 590 of the perturbed copies$/,
      /same row of the data/,
    ],
    ['rows without their numbers', unnumbered, /^given: row 0 of the data stands beside row 0/, /same row/],
    [
      'a layer of another name',
      (e) => layer(e, {name: 'x'}),
      /^given: layer 1 is x in the perturbed copies, h2 in the data$/,
      /same layers/,
    ],
    [
      'a layer that is missing',
      (e) => ({...e, layers: e.layers.slice(0, 1)}),
      /^given: layer 1 is missing in the perturbed copies, h2 in the data$/,
      /same layers/,
    ],
    [
      'a layer of another width',
      (e) => layer(e, {dim: 4}),
      /^given: layer h2 is 4 wide in the perturbed copies, 2 in the data$/,
      /same model and pooling/,
    ],
    [
      'a state that is not a number',
      (e) => layer(e, {data: e.layers[1]!.data.map((x, at) => (at === 7 ? NaN : x))}),
      /^given: layer h2, row 3 of the perturbed copies is NaN, not a finite number$/,
      /weaker/,
    ],
    [
      'another label',
      (e) => ({...e, labels: e.labels!.map((x, i) => (i === 4 ? (x + 1) % 4 : x))}),
      /^given: row 4 has the label \d in the perturbed copies, \d in the data$/,
      /same label/,
    ],
  ])('refuses %s', async (_, change, message, next) => {
    const error = await samplePairs(plan, data, law(change)).catch((e: unknown) => e as InputError)
    expect(error).toBeInstanceOf(InputError)
    expect((error as InputError).message).toMatch(message)
    expect((error as InputError).nextSteps.join(' ')).toMatch(next)
  })

  it('takes rows without numbers, and copies without labels where the loss needs none', async () => {
    const plain = unnumbered({...data, loss: new Float64Array(60).fill(0.5)})
    const source = law((e) => ({...unnumbered(e), labels: null, loss: plain.loss}))
    await expect(samplePairs(await planCertify(plain, options(), engine, 1), plain, source)).resolves.toMatchObject({
      accuracy: null,
    })
    await expect(
      samplePairs(
        plan,
        plain,
        law((e) => e),
      ),
    ).rejects.toThrow(/row 0 of the data stands beside row 0/)
  })
})

describe('perturbations of a certificate', () => {
  it('take half of α, in equal parts, and are in the meaning of the verdict with what they do not say', async () => {
    const plain = await certify(data, options({bootstrap: 0}), engine)
    const attack: PairSource = {...noisyPairs(data, 0.8, 2), name: 'pgd', kind: 'attack'}
    const {metrics, verdict, evidence} = await certify(data, options({bootstrap: 0}), engine, {
      perturbations: [noisyPairs(data, 0.2), attack],
    })
    expect(metrics.alpha.perturbations).toBeCloseTo(0.025, 12)
    expect(metrics.perturbations!.map(({alpha}) => alpha.total)).toEqual([0.0125, 0.0125])
    expect(metrics.alpha.direct!).toBeCloseTo(plain.metrics.alpha.direct! / 2, 15)
    expect(evidence!.perturbations).toHaveLength(2)
    expect(plain.evidence).not.toHaveProperty('perturbations')
    const sentences = verdict.meaning.filter((sentence) => sentence.startsWith('Of fresh examples'))
    expect(sentences.map((sentence) => /: (.*)\.$/.exec(sentence)![1])).toEqual(['noise of 0.2', 'noise of 0.8'])
    expect(verdict.meaning.join(' ')).toMatch(/drawn at random is not chosen.*not robustness against every adversary/)
    expect(plain.verdict.meaning.join(' ')).not.toMatch(/drawn at random is not chosen|every adversary/)
  })

  it('need the split', async () => {
    await expect(
      certify(data, options({split: null}), engine, {perturbations: [noisyPairs(data, 0.2)]}),
    ).rejects.toThrow(UsageError)
  })
})
