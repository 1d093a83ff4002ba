import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {certify} from '../../src/certify/certify.js'
import {verdictOf} from '../../src/certify/statements/verdict.js'
import type {CertifyOptions} from '../../src/certify/options.js'
import type {Embeddings} from '../../src/certify/types.js'
import {openCheckpoint, readDataSet} from '../../src/checkpoint/index.js'
import {numbersOf} from '../../src/data/named-array.js'
import {openNpz} from '../../src/data/npz.js'
import {random} from '../../src/stats/random.js'
import {digits, engine, options} from './fixtures.js'

const FAST: Partial<CertifyOptions> = {bootstrap: 0, examples: 0}
const TRAINED: Embeddings = {...digits('digits-mlp'), loss: null}
const ROWS = TRAINED.rows
const [WIDTH, CLASSES] = [64, 10]

/** The pixels of the same digits. */
function pixels(): Float64Array {
  const archive = openNpz(readFileSync('fixtures/digits/digits-mlp-test.npz'), 'digits')
  const name = archive.names.find((each) => each !== 'labels')!
  return Float64Array.from(numbersOf(archive.read(name), name))
}

/** Weights as they are before training. */
function untrained(seed: number): Embeddings {
  const {normal} = random(seed)
  const layer = (x: Float64Array, from: number, to: number, relu: boolean) => {
    const weights = Float64Array.from({length: from * to}, () => normal() * Math.sqrt(2 / from))
    const out = new Float64Array(ROWS * to)
    for (let row = 0; row < ROWS; row++)
      for (let t = 0; t < to; t++) {
        let sum = 0
        for (let s = 0; s < from; s++) sum += x[row * from + s]! * weights[s * to + t]!
        out[row * to + t] = relu ? Math.max(0, sum) : sum
      }
    return out
  }
  const x = pixels()
  const most = x.reduce((a, b) => Math.max(a, b), 0)
  const h1 = layer(
    x.map((value) => value / most),
    WIDTH,
    32,
    true,
  )
  const logits = layer(h1, 32, CLASSES, false)
  return {
    ...TRAINED,
    layers: [{name: 'h1', dim: 32, data: h1}],
    output: {kind: 'logits', classes: CLASSES, data: logits},
  }
}

const withLabels = (labels: (label: number, row: number) => number): Embeddings => ({
  ...TRAINED,
  labels: TRAINED.labels!.map(labels),
})
const withLogits = (data: Float64Array): Embeddings => ({...TRAINED, output: {kind: 'logits', classes: CLASSES, data}})

function noise(seed: number): Embeddings {
  const {normal} = random(seed)
  const states = () => Float64Array.from({length: ROWS * 16}, normal)
  return {
    ...withLogits(Float64Array.from({length: ROWS * CLASSES}, normal)),
    layers: [
      {name: 'h1', dim: 16, data: states()},
      {name: 'h2', dim: 16, data: states()},
    ],
  }
}

async function inverted(): Promise<Embeddings> {
  const checkpoint = await openCheckpoint('fixtures/digits/digits-mlp.onnx')
  const data = await readDataSet('fixtures/digits/digits-mlp-test.npz', {}, checkpoint)
  const inputs = data.inputs.map((input) => {
    const values = Float32Array.from(input.data)
    const most = values.reduce((a, b) => Math.max(a, b), 0)
    return {...input, data: values.map((value) => most - value)}
  })
  return checkpoint.embeddings({...data, inputs}).finally(() => checkpoint.close())
}

function shuffled(): Embeddings {
  const order = random(5).permutation(ROWS)
  return withLabels((_, row) => TRAINED.labels![order[row]!]!)
}

function saturated(): Embeddings {
  const {uniform} = random(6)
  return {...TRAINED, labels: null, output: null, loss: Float64Array.from({length: ROWS}, () => 1 - 0.01 * uniform())}
}

describe('what says nothing of a model is neither certified nor a pass', () => {
  it.each<[string, () => Embeddings | Promise<Embeddings>, Partial<CertifyOptions>]>([
    ['an untrained network', () => untrained(1), {}],
    ['an untrained network, 0–1 loss', () => untrained(2), {loss: 'zero-one'}],
    ['shuffled labels', shuffled, {}],
    ['labels off by one', () => withLabels((label) => (label + 1) % CLASSES), {}],
    [
      'a constant predictor',
      () => withLogits(Float64Array.from({length: ROWS * CLASSES}, (_, k) => (k % CLASSES === 3 ? 5 : 0))),
      {},
    ],
    ['inverted inputs', inverted, {}],
    ['a saturated loss', saturated, {}],
    ['random states with random logits', () => noise(3), {}],
    ['random states with random logits, cross-entropy', () => noise(4), {loss: 'cross-entropy'}],
  ])('%s', async (_, make, changed) => {
    const embeddings = await make()
    const chosen = options({...FAST, ...changed})
    const {verdict, metrics} = await certify(embeddings, chosen, engine)
    expect(verdict.status).toBe('uninformative')
    expect(verdict.summary).toMatch(/not shown to beat always guessing the commonest class|The loss hardly varies/)
    const constant = embeddings.output === null
    expect(verdictOf(metrics, {...chosen, maxShare: 0.99}, constant).status).toBe('uninformative')
    expect(verdictOf(metrics, {...chosen, allowUninformative: true}, constant).summary).toMatch(/say nothing/)
  })

  it('random states under a trained output are certified with the word that closeness buys nothing', async () => {
    const {verdict} = await certify({...noise(3), output: TRAINED.output}, options(FAST), engine)
    expect(`${verdict.status} ${verdict.summary}`).toMatch(
      /^nothing-certified|closeness is not shown to buy anything|nothing is shown/,
    )
  })
})

describe('the trained models of the fixtures are certified', () => {
  it.each([
    ['fixtures/digits/digits-mlp.onnx', 'fixtures/digits/digits-mlp-test.npz'],
    ['fixtures/digits/digits-cnn.onnx', 'fixtures/digits/digits-cnn-test.npz'],
    ['fixtures/mnist-mlp/model.json', 'fixtures/mnist-mlp/test.npz'],
    ['fixtures/spam-mlp/model.json', 'fixtures/spam-mlp/test.npz'],
  ])('%s', async (model, data) => {
    const checkpoint = await openCheckpoint(model)
    const examples = await readDataSet(data, {}, checkpoint)
    const states = await checkpoint.embeddings(examples, {limit: 1000, seed: 1}).finally(() => checkpoint.close())
    const {verdict, notes} = await certify(states, options(FAST), engine)
    expect(verdict.status).toBe('certified')
    expect(verdict.summary).not.toMatch(/say nothing/)
    expect(notes.map(({code}) => code)).not.toContain('rows-ordered')
    expect(notes.map(({code}) => code)).not.toContain('near-copies')
  })
})
