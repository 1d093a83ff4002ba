import type {Tensor, Variable} from '@tensorflow/tfjs-core'
import {beforeAll, describe, expect, it} from 'vitest'
import {openTrainable} from '../../src/checkpoint/trainable.js'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import {harden, type HardenTask, openHarden} from '../../src/harden/harden.js'
import {HARDEN_DEFAULTS, type HardenOptions} from '../../src/harden/options.js'
import {packState, unpackState} from '../../src/harden/state-file.js'
import {drawLayer, startState, trainHardened, type TrainingState} from '../../src/harden/train.js'
import {selectEngine} from '../../src/pairwise/select.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {random} from '../../src/stats/random.js'
import {temporaryFiles} from '../checkpoint/files.js'
import {blobs, writeModel} from './models.js'

const {folder} = temporaryFiles()
const OPTIONS: HardenOptions = {...HARDEN_DEFAULTS, epochs: 3, batchSize: 16, learningRate: 0.01, select: 'last'}
let engine: PairwiseEngine
let plain: string
/** with the layers whose state or random numbers a resumption could lose */
let noisy: string

beforeAll(async () => {
  ;({engine} = await selectEngine('cpu', {threads: 1}))
  plain = await writeModel(`${folder}/plain`)
  noisy = await writeModel(`${folder}/noisy`, (tfl) => [
    tfl.layers.batchNormalization({name: 'norm'}),
    tfl.layers.dropout({rate: 0.4, name: 'drop'}),
  ])
}, 60_000)

async function task(
  path: string,
  options: Partial<HardenOptions> = {},
  rest: Partial<HardenTask> = {},
): Promise<HardenTask> {
  return {
    model: await openTrainable(path),
    train: blobs(70, 1),
    validation: blobs(40, 2),
    options: {...OPTIONS, ...options},
    seed: 5,
    radii: [],
    range: null,
    control: false,
    ...rest,
  }
}

async function trained(path: string, options: Partial<HardenOptions> = {}, seed = 5): Promise<TrainingState> {
  const opened = await openHarden(await task(path, options, {seed}))
  return trainHardened(opened, startState(opened))
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, k) => Math.max(most, Math.abs(x - b[k]!)), 0)

describe('training', () => {
  it('λ = 0 is plain training: the weights of TensorFlow.js with its own loss and Adam', async () => {
    const epochs = 12
    const state = await trained(plain, {lambda: 0, epochs, batchSize: 70})
    const {
      model,
      tensorFlow: {tf},
    } = await openTrainable(plain)
    const {inputs, labels} = blobs(70, 1)
    const x = tf.tensor2d(inputs[0]!.data as Float32Array, [70, 2])
    const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 2)
    const optimizer = tf.train.adam(OPTIONS.learningRate, 0.9, 0.999, 1e-8)
    const variables = model.trainableWeights.map((weight) => weight.read() as Variable)
    // One batch holds all examples, so their order is not a matter.
    for (let epoch = 0; epoch < epochs; epoch++)
      optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(y, model.apply(x, {training: true}) as Tensor),
        false,
        variables,
      )
    variables.forEach((variable, k) => expect(largest(state.current[k]!, variable.dataSync())).toBeLessThan(2e-5))
    expect(largest(state.current[0]!, startState(await openHarden(await task(plain))).current[0]!)).toBeGreaterThan(
      0.05,
    )
  })

  it('λ = 0: the options of the penalty change no bit', async () => {
    const [a, b] = [
      await trained(plain, {lambda: 0, draw: 'all'}),
      await trained(plain, {
        lambda: 0,
        draw: 'all',
        window: 0.3,
        pairs: 'cross-label',
        scale: 'none',
        loss: 'one-minus-p',
        floor: 0.5,
      }),
    ]
    expect(b.current).toEqual(a.current)
  })

  it('with λ the penalised volatility falls, beside the same training without', async () => {
    const options = {draw: 'all' as const, epochs: 15}
    const [without, withPenalty] = [
      await trained(plain, {...options, lambda: 0}),
      await trained(plain, {...options, lambda: 2}),
    ]
    expect(withPenalty.epochs.at(-1)!.validation.penalty!).toBeLessThan(
      0.8 * without.epochs.at(-1)!.validation.penalty!,
    )
  })

  it('the gradient of the whole objective is that of finite differences', async () => {
    const options = {...OPTIONS, draw: 'all' as const, lambda: 0.7, scale: 'none' as const, floor: 0.2}
    const opened = await openHarden(await task(plain, options))
    const rows = Uint32Array.from({length: 12}, (_, row) => row)
    const {gradients} = opened.network.gradients(opened.train, rows, [0, 1], options.lambda, random(1))
    const start = opened.network.parameters.map(({data}) => [...data])
    const h = 1e-6
    start.forEach((weights, p) =>
      weights.forEach((_, k) => {
        const moved = (by: number) =>
          slowObjective(
            start.map((row, q) => row.map((w, l) => (q === p && l === k ? w + by : w))),
            [...rows],
            options,
          )
        expect(gradients[p]![k]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 4)
      }),
    )
  })

  it('the same seed gives the same bits, another seed others', async () => {
    const [a, b, c] = [await trained(noisy), await trained(noisy), await trained(noisy, {}, 6)]
    expect(packState(b, {})).toEqual(packState(a, {}))
    expect(c.current[0]).not.toEqual(a.current[0])
  })

  it.each([
    ['plain', () => plain],
    ['with running means and dropout', () => noisy],
  ])('a resumed run gives the bits of an undisturbed one: %s', async (_, path) => {
    const undisturbed = await trained(path(), {epochs: 4})
    const first = packState(await trained(path(), {epochs: 2}), {})
    const opened = await openHarden(await task(path(), {epochs: 4}))
    const resumed = await trainHardened(opened, unpackState(first, {}, 'training.npz'))
    expect(packState(resumed, {})).toEqual(packState(undisturbed, {}))
  })

  it('λ rises over the warm-up', async () => {
    const state = await trained(plain, {epochs: 4, warmUp: 2, lambda: 0.4})
    expect(state.epochs.map(({lambda}) => lambda)).toEqual([0.2, 0.4, 0.4, 0.4])
  })

  it('keeps the epoch that is best on the validation examples, or the model as given', async () => {
    const state = await trained(plain, {select: 'loss', epochs: 6})
    const losses = state.epochs.map(({validation}) => validation.loss)
    expect(state.best.epoch).toBe(1 + losses.indexOf(Math.min(...losses)))
    const spoilt = await trained(plain, {select: 'loss', epochs: 1, learningRate: 50})
    expect(spoilt.best.epoch).toBe(0)
  })

  it('diverging is an error with its place', async () => {
    await expect(trained(plain, {learningRate: 1e38, epochs: 3})).rejects.toThrow(
      /training diverged in epoch \d, batch \d: the loss is/,
    )
  })

  it('a single example left for the last batch has no pairs, and no NaN', async () => {
    const state = await trained(plain, {batchSize: 69})
    expect(state.epochs.every(({penalty, loss}) => Number.isFinite(penalty) && Number.isFinite(loss))).toBe(true)
  })
})

/** Mean cross-entropy + λ · mean penalty of both layers of the 2–6–2 network, in fp64 by the definitions. */
function slowObjective([k1, b1, k2, b2]: number[][], rows: number[], {lambda, floor}: HardenOptions): number {
  const {inputs, labels} = blobs(70, 1)
  const dense = (x: number[], kernel: number[], bias: number[]) =>
    bias.map((b, unit) => x.reduce((sum, value, i) => sum + value * kernel[i * bias.length + unit]!, b))
  const hidden = rows.map((row) =>
    dense([inputs[0]!.data[2 * row]!, inputs[0]!.data[2 * row + 1]!], k1!, b1!).map(Math.tanh),
  )
  const logits = hidden.map((state) => dense(state, k2!, b2!))
  const losses = logits.map((z, i) => Math.log(z.reduce((sum, x) => sum + Math.exp(x), 0)) - z[labels[rows[i]!]!]!)
  const penalty = (states: number[][]) => {
    let sum = 0
    states.forEach((a, i) =>
      states.forEach((b, j) => {
        if (i !== j)
          sum += Math.abs(losses[i]! - losses[j]!) / Math.max(Math.hypot(...a.map((x, k) => x - b[k]!)), floor)
      }),
    )
    return sum / (rows.length * (rows.length - 1))
  }
  return losses.reduce((sum, loss) => sum + loss, 0) / rows.length + (lambda * (penalty(hidden) + penalty(logits))) / 2
}

describe('drawLayer', () => {
  it('Beta(2, 1) of three layers: ⌊4 X⌋, where 0 counts as 1', () => {
    const draws = random(2)
    const counts = [0, 0, 0]
    for (let k = 0; k < 20_000; k++)
      counts[drawLayer(3, {betaA: 2, betaB: 1}, draws)]!++
      // P[X < x] = x²; six standard errors are below .021.
    ;[4 / 16, 5 / 16, 7 / 16].forEach((p, k) => expect(Math.abs(counts[k]! / 20_000 - p)).toBeLessThan(0.021))
  })

  it('one layer is always the one', () => {
    expect(drawLayer(1, {betaA: 1, betaB: 1}, random(1))).toBe(0)
  })
})

describe('harden', () => {
  it('measures before and after, and leaves the best weights in the model beside a control', async () => {
    const asked = await task(plain, {epochs: 5, lambda: 1, select: 'objective'}, {control: true, radii: [0.2]})
    const {metrics} = await harden(await openHarden(asked), asked, engine, {state: null})
    const alone = await task(plain, {epochs: 5, lambda: 1, select: 'objective'}, {radii: [0.2]})
    const {metrics: second} = await harden(await openHarden(alone), alone, engine, {state: null})
    expect(second).toEqual({...metrics, control: null})
    expect(asked.model.model.getWeights().map((w) => [...w.dataSync()])).toEqual(
      alone.model.model.getWeights().map((w) => [...w.dataSync()]),
    )
    const control = await task(plain, {epochs: 5, lambda: 0, select: 'objective'}, {radii: [0.2]})
    expect((await harden(await openHarden(control), control, engine, {state: null})).metrics.after).toEqual(
      metrics.control,
    )
    for (const {attacks, accuracy} of [metrics.before, metrics.after]) {
      expect(attacks[0]!.pgd).toBeLessThanOrEqual(accuracy)
      expect(attacks[0]!.fgsm).toBeLessThanOrEqual(accuracy)
    }
    for (const {epsilonRaw, epsilonScaleFree, medianDistance} of metrics.after.layers)
      expect(epsilonScaleFree / (epsilonRaw * medianDistance)).toBeCloseTo(1, 6)
  })

  it('trains a convolution where wasm lacks the gradient, and says so', async () => {
    const {
      tensorFlow: {tfl},
    } = await openTrainable(plain)
    const path = await writeModel(`${folder}/conv`, () => [
      tfl.layers.reshape({targetShape: [3, 2, 1]}),
      tfl.layers.conv2d({filters: 2, kernelSize: 2, name: 'conv'}),
      tfl.layers.flatten(),
    ])
    const asked = await task(path, {epochs: 1})
    const opened = await openHarden(asked)
    expect(asked.model.tensorFlow.backend).toBe('cpu')
    expect(opened.notes.map(({code}) => code)).toContain('slow-backend')
    const {metrics} = await harden(opened, asked, engine, {state: null})
    expect(metrics).toMatchObject({backend: 'cpu', layers: ['hidden', 'conv', 'logits']})
  })
})

describe('unpackState', () => {
  it('says what differs', async () => {
    const bytes = packState(await trained(plain, {epochs: 1}), {lambda: 0.1, seed: 1})
    expect(() => unpackState(bytes, {lambda: 0.2, seed: 1}, 'out/training.npz')).toThrow(
      'out/training.npz: belongs to another run: lambda was 0.1 and is 0.2',
    )
  })

  it('refuses a damaged file', async () => {
    const bytes = packState(await trained(plain, {epochs: 1}), {})
    expect(() => unpackState(bytes.subarray(0, bytes.length - 40), {}, 'out/training.npz')).toThrow(
      /out\/training\.npz/,
    )
  })

  it.each(['record', 'parameters-0', 'best-1'])(
    'refuses a file in which someone exchanged the array %s',
    async (changed) => {
      const npz = openNpz(packState(await trained(plain, {epochs: 1}), {}), 'training.npz')
      const arrays = npz.names.map((name) => npz.read(name))
      expect(unpackState(writeNpz(arrays), {}, 'training.npz').epochs).toHaveLength(1)
      expect(() => unpackState(writeNpz(arrays.slice(1)), {}, 'training.npz')).toThrow(
        'training.npz: is a training state of another version of surety, or none',
      )
      const others = arrays.map((array) =>
        array.name === changed ? {...array, data: (array.data as Float64Array).slice().fill(1, 0, 1)} : array,
      )
      expect(() => unpackState(writeNpz(others), {}, 'training.npz')).toThrow(
        'training.npz: was changed after it was written',
      )
    },
  )
})
