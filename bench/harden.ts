/**
 * What hardening is worth beside plain training: the same start, batches and epochs, the last epoch of each, judged on
 * test examples that took no part.
 *
 *   npx tsx bench/harden.ts [--data mnist|spam] [--seeds 3] [--epochs 12] [--train 1000] [--test 400] [--variants 'plain;paper, λ = 1'] [--radii 0.05]
 *
 * A 64–32 network with ReLU on inputs of unit scale, Adam at 1e-3, batches of 64. ± is the standard deviation over
 * seeds; a difference is that to plain training with the same seed. The data package is installed into a temporary
 * folder.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {MNIST, readDigits} from '../fixtures/read-mnist.js'
import {PACKAGE, readMails} from '../fixtures/spam-mails.js'
import {LOG_UNIT, wordCounts} from '../fixtures/spam-word-counts.js'
import {type Examples, splitUnique, withPackage} from '../fixtures/train-mlp.js'
import {loadTensorFlow} from '../src/checkpoint/tensorflow.js'
import {bindData, openTrainable} from '../src/checkpoint/trainable.js'
import type {DataSet} from '../src/checkpoint/data-types.js'
import {layersModelBytes, writeLayersModel} from '../src/checkpoint/write-layers-model.js'
import {openHarden} from '../src/harden/harden.js'
import {measureModel} from '../src/harden/measure.js'
import {HARDEN_DEFAULTS, type HardenOptions} from '../src/harden/options.js'
import {startState, trainHardened} from '../src/harden/train.js'
import type {ModelMeasures} from '../src/harden/types.js'
import {selectEngine} from '../src/pairwise/select.js'
import {random} from '../src/stats/random.js'

const DATA = {
  mnist: {specification: MNIST, read: readDigits, unit: 255, classes: 10, radii: '0.05'},
  spam: {
    specification: PACKAGE,
    read: (nodeModules: string) => wordCounts(readMails(nodeModules)),
    unit: 3 * LOG_UNIT,
    classes: 2,
    radii: '0.02',
  },
}

/** As published: raw distances, all pairs; a floor only so small that it acts on coinciding states. */
const paper: Partial<HardenOptions> = {scale: 'none', floor: 1e-3}
const VARIANTS: Record<string, Partial<HardenOptions>> = {
  plain: {lambda: 0},
  'weight decay 1e-3': {lambda: 0, weightDecay: 1e-3},
  'paper, λ = 0.01': {...paper, lambda: 0.01},
  'scale-free, λ = 0.1': {lambda: 0.1},
  'scale-free, λ = 1': {lambda: 1},
  'closest 20 %, λ = 1': {lambda: 1, window: 0.2},
  'closest 20 % across labels, λ = 1': {lambda: 1, window: 0.2, pairs: 'cross-label'},
  '1 − p, λ = 1': {lambda: 1, loss: 'one-minus-p'},
  'weight decay 1e-3, scale-free, λ = 0.1': {lambda: 0.1, weightDecay: 1e-3},
}

const {values} = parseArgs({
  options: {
    data: {type: 'string', default: 'mnist'},
    seeds: {type: 'string', default: '3'},
    epochs: {type: 'string', default: '12'},
    train: {type: 'string', default: '1000'},
    test: {type: 'string', default: '400'},
    variants: {type: 'string', default: Object.keys(VARIANTS).join(';')},
    radii: {type: 'string'},
  },
})
if (!Object.hasOwn(DATA, values.data))
  throw new Error(`no data '${values.data}'; there are ${Object.keys(DATA).join(', ')}`)
const source = DATA[values.data as keyof typeof DATA]
const variants = values.variants.split(';')
for (const name of variants)
  if (!Object.hasOwn(VARIANTS, name))
    throw new Error(`no variant '${name}'; there are ${Object.keys(VARIANTS).join('; ')}`)
const radii = (values.radii ?? source.radii).split(',').map(Number)
const seeds = Number(values.seeds)

const examples = withPackage(source.specification, source.read)
const {engine} = await selectEngine('cpu')
const found = new Map<string, ModelMeasures[]>(variants.map((name) => [name, []]))
const folder = mkdtempSync(join(tmpdir(), 'surety-harden-'))
for (let seed = 0; seed < seeds; seed++) {
  const draws = random(seed)
  const split = splitUnique(examples, Number(values.test), draws)
  const [trainData, test] = [toData(split.train, Number(values.train)), toData(split.test, split.test.rows)]
  const start = join(folder, String(seed))
  await writeStart(start, draws.integer(2 ** 31))
  for (const name of variants) {
    const model = await openTrainable(start)
    const options: HardenOptions = {
      ...HARDEN_DEFAULTS,
      epochs: Number(values.epochs),
      select: 'last',
      ...VARIANTS[name],
    }
    // The last epoch is taken, so nothing is chosen by the few examples that the loop validates on.
    const task = {
      model,
      train: trainData,
      validation: toData(split.train, options.batchSize),
      options,
      seed,
      radii,
      range: null,
      control: false,
    }
    const opened = await openHarden(task)
    await trainHardened(opened, startState(opened))
    const range = [0, Array.from(trainData.inputs[0]!.data).reduce((most, value) => Math.max(most, value), 0)] as const
    const layers = opened.network.layers.map((layer) => layer.name)
    const measures = await measureModel(model, test, bindData(model, test, []), {layers, radii, range, seed}, engine)
    found.get(name)!.push(measures)
    model.model.dispose()
    console.error(`seed ${seed}, ${name}: accuracy ${measures.accuracy}, ${JSON.stringify(measures.attacks)}`)
  }
}
rmSync(folder, {recursive: true})
await engine.close()

const mean = (x: readonly number[]) => x.reduce((sum, value) => sum + value, 0) / x.length
const sd = (x: readonly number[]) =>
  Math.sqrt(x.reduce((sum, value) => sum + (value - mean(x)) ** 2, 0) / (x.length - 1))
const overLayers =
  (of: (layer: ModelMeasures['layers'][number]) => number) =>
  ({layers}: ModelMeasures) =>
    mean(layers.map(of))
const percent = (of: (measures: ModelMeasures) => number) => (name: string) => {
  const all = found.get(name)!.map(of)
  return `${(100 * mean(all)).toFixed(1)} ± ${(100 * sd(all)).toFixed(1)}`
}
const gain = (of: (measures: ModelMeasures) => number) => (name: string) => {
  const plain = found.get('plain')
  if (plain === undefined || name === 'plain') return ''
  const differences = found.get(name)!.map((measures, k) => 100 * (of(measures) - of(plain[k]!)))
  return `${mean(differences) >= 0 ? '+' : '−'}${Math.abs(mean(differences)).toFixed(1)} ± ${sd(differences).toFixed(1)}`
}
const plainly = (of: (measures: ModelMeasures) => number) => (name: string) =>
  mean(found.get(name)!.map(of)).toPrecision(3)
const columns: [string, (name: string) => string][] = [
  ['training', (name) => name],
  ['accuracy %', percent(({accuracy}) => accuracy)],
  ...radii.flatMap((radius, k): [string, (name: string) => string][] => [
    [`FGSM ${radius}`, percent(({attacks}) => attacks[k]!.fgsm)],
    [`PGD-20 ${radius}`, percent(({attacks}) => attacks[k]!.pgd)],
    [`Δ PGD-20 ${radius}`, gain(({attacks}) => attacks[k]!.pgd)],
  ]),
  ['raw ε', plainly(overLayers(({epsilonRaw}) => epsilonRaw))],
  ['scale-free ε', plainly(overLayers(({epsilonScaleFree}) => epsilonScaleFree))],
  ['median distance', plainly(overLayers(({medianDistance}) => medianDistance))],
]
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
console.log(row(columns.map(([title]) => title)))
console.log(`|${'---|'.repeat(columns.length)}`)
for (const name of variants) console.log(row(columns.map(([, cell]) => cell(name))))

/** The first rows as inputs of unit scale. */
function toData({inputs, labels, width}: Examples, rows: number): DataSet {
  const used = Math.min(rows, labels.length)
  return {
    rows: used,
    inputs: [
      {
        name: 'inputs',
        shape: [used, width],
        data: Float32Array.from(inputs.subarray(0, used * width), (value) => value / source.unit),
      },
    ],
    labels: Int32Array.from(labels.subarray(0, used)),
    inputFiles: [{path: values.data, sha256: '', bytes: 0}],
  }
}

/** An untrained network. */
async function writeStart(path: string, seed: number): Promise<void> {
  const {tfl} = await loadTensorFlow()
  const units = {h1: 64, h2: 32, logits: source.classes}
  const layers = Object.entries(units).map(([name, count], k) =>
    tfl.layers.dense({
      name,
      units: count,
      ...(k < 2 ? {activation: 'relu'} : {}),
      ...(k === 0 ? {inputShape: [examples.width]} : {}),
      kernelInitializer: tfl.initializers.heNormal({seed: seed + k}),
    }),
  )
  const model = tfl.sequential({layers})
  await writeLayersModel(path, await layersModelBytes(model))
  model.dispose()
}
