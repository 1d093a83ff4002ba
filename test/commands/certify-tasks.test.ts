import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import type {CertifyReport} from '../../src/documents/reports.js'
import {random} from '../../src/stats/random.js'
import {temporaryFiles} from '../checkpoint/files.js'
import {tinyOnnx, type Node, type Weight} from '../checkpoint/tiny-onnx.js'
import {writeNpz} from '../../src/data/npz.js'
import {commandLine} from '../support/command-line.js'

const {write, folder} = temporaryFiles()
const ROWS = 240
const [D, H, C, T] = [3, 6, 4, 5]

/** Standard normal numbers of the seed. */
function normals(seed: number, count: number): Float32Array {
  const generator = random(seed)
  return Float32Array.from({length: count}, () => {
    let sum = -6
    for (let k = 0; k < 12; k++) sum += generator.uniform()
    return sum
  })
}

type Array_ = {name: string; shape: number[]; data: Float32Array | Float64Array | Int32Array}
const types = {Float32Array: 'f4', Float64Array: 'f8', Int32Array: 'i4'} as const
const npz = (name: string, ...arrays: Array_[]) =>
  write(
    name,
    writeNpz(arrays.map((array) => ({...array, type: types[array.data.constructor.name as keyof typeof types]}))),
  )

const x = normals(1, ROWS * D)
const inputs = {name: 'inputs', shape: [ROWS, D], data: x}
const w1 = normals(2, D * H)
const w2 = normals(3, H * C)
const hidden = (row: number) =>
  Array.from({length: H}, (_, h) =>
    Math.max(
      0,
      Array.from({length: D}, (_, d) => x[row * D + d]! * w1[d * H + h]!).reduce((a, b) => a + b, 0),
    ),
  )
/** What the model of `C` outputs gives. */
const outputs = Float32Array.from({length: ROWS * C}, (_, k) =>
  hidden(Math.floor(k / C)).reduce((sum, value, h) => sum + value * w2[h * C + (k % C)]!, 0),
)
const noise = normals(4, ROWS * C)

function model(name: string, last: string | null, width = C, more: Node[] = [], output = 'y'): string {
  const weights: Weight[] = [
    {name: 'w1', dims: [D, H], values: w1},
    {
      name: 'w2',
      dims: [H, width],
      values: Array.from({length: H * width}, (_, k) => w2[Math.floor(k / width) * C + (k % width)]!),
    },
    {name: 'b', dims: [width], values: new Float32Array(width)},
  ]
  return write(
    name,
    tinyOnnx({
      nodes: [
        ['MatMul', ['inputs', 'w1'], ['z1']],
        ['Relu', ['z1'], ['h1']],
        ['MatMul', ['h1', 'w2'], ['z2']],
        ['Add', ['z2', 'b'], [last === null && more.length === 0 ? output : 'z3']],
        ...(last === null ? [] : [[last, ['z3'], [more.length === 0 ? output : 'z4']] as Node]),
        ...more,
      ],
      weights,
      inputs: [{name: 'inputs', shape: ['batch', D]}],
      outputs: [{name: output, shape: null}],
    }),
  )
}

const targets = Float32Array.from({length: ROWS}, (_, row) => outputs[row * C]! + 0.1 * noise[row]!)
const regression = model('regression.onnx', null, 1)
const regressionData = npz('regression.npz', inputs, {name: 'targets', shape: [ROWS], data: targets})
const yes = Int32Array.from(outputs, (z, k) => Number(z + 0.5 * noise[k]! > 0))
const labelData = npz('labels.npz', inputs, {name: 'labels', shape: [ROWS, C], data: yes})

async function report(...args: string[]): Promise<CertifyReport> {
  const out = `${folder}/report.json`
  const {code, stderr} = await commandLine('certify', ...args, '--bootstrap', '0', '--out', out)
  expect(stderr.includes('error'), stderr).toBe(false)
  expect([0, 1]).toContain(code)
  return JSON.parse(readFileSync(out, 'utf8')) as CertifyReport
}

async function refused(...args: string[]): Promise<string> {
  const {code, stderr} = await commandLine('certify', ...args)
  expect(code).toBe(2)
  return stderr.replaceAll(/\s+/g, ' ')
}

describe('a regression', () => {
  it('is known by its targets, judged by its error and held against the median', async () => {
    const {metrics, verdict} = await report(regression, '--data', regressionData)
    expect(metrics.task).toBe('regression')
    expect(metrics.loss.name).toBe('absolute')
    expect(metrics.accuracy).toBeNull()
    const {measure, value, lower, upper, baseline, limit} = metrics.performance!
    expect([measure, lower]).toEqual(['absolute-error', null])
    const errors = Array.from(targets, (y, row) => Math.abs(y - outputs[row * C]!))
    expect(value).toBeLessThan(0.12)
    expect(value).toBeLessThan(upper!)
    expect(upper!).toBeLessThan(baseline)
    expect(limit).toBe(metrics.loss.max)
    expect(Math.max(...errors)).toBeGreaterThanOrEqual(limit! - 1e-6)
    expect(verdict.summary).toContain('always guessing the median target')
  })

  it('that always says the same is uninformative', async () => {
    const states = {name: 'h', shape: [ROWS, D], data: x}
    const mean = targets.reduce((sum, y) => sum + y / ROWS, 0)
    const file = npz(
      'constant.npz',
      states,
      {name: 'predictions', shape: [ROWS, 1], data: new Float32Array(ROWS).fill(mean)},
      {name: 'targets', shape: [ROWS], data: targets},
    )
    for (const loss of ['absolute', 'squared']) {
      const {verdict} = await report(file, '--loss', loss)
      expect(verdict.status).toBe('uninformative')
      expect(verdict.summary).toContain(`always guessing the ${loss === 'absolute' ? 'median' : 'mean'} target`)
    }
  })

  it('whole numbers, missing values and other shapes are refused with what to give', async () => {
    const whole = npz('whole.npz', inputs, {
      name: 'labels',
      shape: [ROWS],
      data: Int32Array.from(targets, (y) => Math.round(Math.abs(y) * 3)),
    })
    expect(await refused(regression, '--data', whole)).toMatch(/whole numbers .* --task regression/)
    expect((await report(regression, '--data', whole, '--task', 'regression')).metrics.task).toBe('regression')
    const missing = npz('missing.npz', inputs, {
      name: 'targets',
      shape: [ROWS],
      data: targets.map((y, row) => (row === 7 ? Number.NaN : y)),
    })
    expect(await refused(regression, '--data', missing)).toMatch(/targets is NaN at row 7/)
    const wide = npz('wide.npz', inputs, {name: 'targets', shape: [ROWS, C], data: outputs})
    expect(await refused(regression, '--data', wide)).toMatch(/\[240, 4\], and the output y gives \[1\]/)
    expect(await refused(model('s.onnx', 'Softmax'), '--data', wide)).toMatch(/softmax.* --task regression/)
    expect(await refused(regression, '--data', regressionData, '--loss', 'brier')).toMatch(
      /task regression, which has absolute, squared, file/,
    )
    expect(await refused(regression, '--data', regressionData, '--min-accuracy', '.5')).toMatch(
      /shares of right answers/,
    )
  })
})

describe('several labels', () => {
  it('are known by rows with several 1, of logits and of sigmoids', async () => {
    const logits = await report(model('logits.onnx', null), '--data', labelData)
    const sigmoids = await report(model('sigmoids.onnx', 'Sigmoid'), '--data', labelData)
    for (const {metrics} of [logits, sigmoids]) {
      expect([metrics.task, metrics.loss.name]).toEqual(['multi-label', 'hamming'])
      const right = yes.reduce((sum, y, k) => sum + (Number(outputs[k]! > 0) === y ? 1 : 0), 0) / yes.length
      expect(metrics.performance!.value).toBeCloseTo(right, 9)
      expect(metrics.performance!.lower!).toBeLessThan(right)
    }
    expect(await refused(model('softmax.onnx', 'Softmax'), '--data', labelData)).toMatch(
      /softmax, which gives one class/,
    )
  })

  it('one 1 a row behind sigmoids could be classes: refused, and either when asked for', async () => {
    const best = Int32Array.from({length: ROWS}, (_, row) => {
      const own = [...outputs.subarray(row * C, (row + 1) * C)]
      return own.indexOf(Math.max(...own))
    })
    const file = npz('one-hot.npz', inputs, {
      name: 'labels',
      shape: [ROWS, C],
      data: Int32Array.from(outputs, (_, k) => (best[Math.floor(k / C)] === k % C ? 1 : 0)),
    })
    const sigmoid = model('sigmoid.onnx', 'Sigmoid')
    expect(await refused(sigmoid, '--data', file)).toMatch(/--task classes .* --task multi-label/)
    expect((await report(sigmoid, '--data', file, '--task', 'classes')).metrics.performance!.measure).toBe('accuracy')
    expect((await report(sigmoid, '--data', file, '--task', 'multi-label')).metrics.task).toBe('multi-label')
    expect((await report(model('l.onnx', null), '--data', file)).metrics.performance!.value).toBe(1)
  })
})

describe('tokens', () => {
  /** Each row's numbers through the same layers: [rows, T, D] → [rows, T, C]. */
  const steps = Float32Array.from({length: ROWS * T * D}, (_, k) => x[k % (ROWS * D)]!)
  const labels = Int32Array.from({length: ROWS * T}, (_, k) => {
    const row = k % ROWS
    const own = [...outputs.subarray(row * C, (row + 1) * C)]
    return k % 7 === 0 ? (own.indexOf(Math.max(...own)) + 1) % C : own.indexOf(Math.max(...own))
  })
  const tagger = write(
    'tagger.onnx',
    tinyOnnx({
      nodes: [
        ['MatMul', ['inputs', 'w1'], ['z1']],
        ['Relu', ['z1'], ['h1']],
        ['MatMul', ['h1', 'w2'], ['y']],
      ],
      weights: [
        {name: 'w1', dims: [D, H], values: w1},
        {name: 'w2', dims: [H, C], values: w2},
      ],
      inputs: [{name: 'inputs', shape: ['batch', T, D]}],
      outputs: [{name: 'y', shape: ['batch', T, C]}],
    }),
  )
  const tokens = {name: 'inputs', shape: [ROWS, T, D], data: steps}
  const file = (name: string, of: Int32Array, ...more: Array_[]) =>
    npz(name, tokens, {name: 'labels', shape: [ROWS, T], data: of}, ...more)

  it('are known by a class axis; −100, a mask and another label leave tokens out alike', async () => {
    const whole = await report(tagger, '--data', file('tokens.npz', labels))
    expect([whole.metrics.task, whole.metrics.loss.name]).toEqual(['tokens', 'one-minus-p'])
    expect(whole.metrics.performance!.value).toBeCloseTo(6 / 7, 2)
    const counts = (k: number) => k % T < 2 + (Math.floor(k / T) % 3)
    const masked = {
      name: 'attention_mask',
      shape: [ROWS, T],
      data: Int32Array.from(labels, (_, k) => Number(counts(k))),
    }
    const ways = [
      await report(
        tagger,
        '--data',
        file(
          'a.npz',
          labels.map((y, k) => (counts(k) ? y : -100)),
        ),
      ),
      await report(tagger, '--data', file('b.npz', labels, masked)),
      await report(
        tagger,
        '--data',
        file(
          'c.npz',
          labels.map((y, k) => (counts(k) ? y : 255)),
        ),
        '--ignore-label',
        '255',
      ),
    ]
    // What the mask leaves out of a layer's mean differs; what is measured does not.
    for (const {metrics} of ways) expect(metrics.performance).toEqual(ways[0]!.metrics.performance)
    expect(ways[0]!.metrics.performance!.value).not.toBe(whole.metrics.performance!.value)
    expect(
      await refused(
        tagger,
        '--data',
        file(
          'd.npz',
          labels.map((y, k) => (k === 13 ? 9 : y)),
        ),
      ),
    ).toMatch(/label of row 2, token 3 is 9, but the output has 4 classes/)
  })

  it('stored scores give what the model gives, and verify, a rule and shards go along', async () => {
    const out = `${folder}/whole.json`
    const data = file('tokens.npz', labels)
    await commandLine('certify', tagger, '--data', data, '--bootstrap', '0', '--out', out)
    const verified = await commandLine('verify', out)
    expect(verified.code, verified.stdout + verified.stderr).toBe(0)
    const parts = [1, 2].map((k) => `${folder}/part${k}.json`)
    for (const [k, part] of parts.entries())
      await commandLine('certify', tagger, '--data', data, '--bootstrap', '0', '--shard', `${k + 1}/2`, '--out', part)
    const merged = await commandLine('merge', ...parts, '--out', `${folder}/merged.json`)
    expect(merged.code, merged.stderr).toBe(0)
    const [a, b] = [out, `${folder}/merged.json`].map((path) => JSON.parse(readFileSync(path, 'utf8')) as CertifyReport)
    expect(b!.metrics).toEqual(a!.metrics)
    expect(b!.verdict).toEqual(a!.verdict)
  })
})

describe('scores', () => {
  it('of the model’s own output, of an array beside the inputs, and of a file alone', async () => {
    const squares = model('loss.onnx', null, 1, [['Mul', ['z3', 'z3'], ['loss']]], 'loss')
    const own = await report(squares, '--data', npz('plain.npz', inputs), '--task', 'scores')
    const loss = Float64Array.from({length: ROWS}, (_, row) => outputs[row * C]! ** 2)
    const beside = await report(
      regression,
      '--data',
      npz('beside.npz', inputs, {name: 'loss', shape: [ROWS], data: loss}),
      '--task',
      'scores',
    )
    const alone = await report(
      npz('alone.npz', {name: 'h', shape: [ROWS, D], data: x}, {name: 'loss', shape: [ROWS], data: loss}),
    )
    for (const {metrics} of [own, beside, alone]) {
      expect([metrics.task, metrics.loss.name, metrics.performance]).toEqual(['scores', 'file', undefined])
      expect(metrics.loss.mean).toBeCloseTo(own.metrics.loss.mean, 4)
    }
    expect(own.metrics.layers.map(({name}) => name)).not.toContain('loss')
    expect(await refused(regression, '--data', npz('none.npz', inputs), '--task', 'scores')).toMatch(
      /no output called loss/,
    )
  })
})
