import type {CellStatus} from '../../../src/certify/family-types.js'
import type {Cell, LayerMetrics} from '../../../src/certify/layer-types.js'
import type {CertifyMetrics} from '../../../src/certify/types.js'
import type {CertifyReport} from '../../../src/documents/reports.js'
import {withChecksum} from '../../../src/frame/checksum.js'
import {HASH, run} from './run.js'

const DELTAS = [0.1, 0.2, 0.35, 0.5, 0.75, 1]
const ETAS = [0.25, 0.5, 0.9]

/** A digit network on 1,797 examples: 3 layers × 6 δ × 3 η, every status present. */
export function certifySample(names: readonly string[] = ['/fc1/Relu', '/fc2/Relu', '/fc3/Relu']): CertifyReport {
  const layers = names.map((name, k) => layer(name, k, names.length))
  const cells = layers.flatMap((l, k) =>
    DELTAS.flatMap((delta, g) => ETAS.map((eta, e) => cell(l, k, delta, g, eta, e))),
  )
  const best = cells.filter((c) => c.status === 'certified' && c.eta === 0.5).sort((a, b) => a.direct - b.direct)[0]!
  const metrics: CertifyMetrics = {
    rows: 1797,
    duplicatesRemoved: 3,
    anchors: 600,
    references: 1197,
    loss: {name: 'one-minus-p', max: 1, mean: 0.0412, tailUpper: null},
    accuracy: 0.9722,
    alpha: {total: 0.05, epsilon: 0.0042, global: 0.0042, windowed: 0.0007, direct: 0.00023, statements: 75},
    layers,
    cells,
    classes: layers.flatMap((l, k) =>
      [0, 3, 9].map((label) => ({
        layer: l.name,
        label,
        delta: 0.5,
        eta: 0.5,
        references: 120 + label,
        pairs: label === 9 ? 12 : 4200,
        observed: 0.04 + 0.01 * label,
        bound: label === 9 ? 1 : 0.11 + 0.02 * k,
        status: label === 9 ? ('abstain' as const) : ('certified' as const),
      })),
    ),
    examples: {
      eta: 0.5,
      risk: 0.1,
      layers: layers.map((l, k) => ({
        layer: l.name,
        deltas: DELTAS,
        certified: DELTAS.map((_, g) => Math.min(1, g / (6 + k))),
        abstained: 0.3 + 0.1 * k,
        medianRadius: k === 2 ? null : 0.75,
      })),
      rows: Array.from({length: 5}, (_, p) => ({
        row: 31 * p,
        label: p,
        loss: 0.1 * p,
        radii: layers.map(() => (p === 0 ? null : 0.75)),
        bounds: layers.map(() => [null, 0.4, 0.2, 0.12, 0.08, 0.11]),
      })),
    },
    witnesses: Array.from({length: 9}, (_, i) => ({
      layer: names[i % names.length]!,
      rows: [181 + 37 * i, 1290 - 11 * i],
      distance: 0.212 + 0.031 * i,
      losses: [0.0031 * (i + 1), 0.9983 - 0.012 * i],
      labels: i % 3 === 0 ? [8, 8] : [3, 9],
      ratio: 4.7 - 0.21 * i,
    })),
    localization: {
      ranking: [...layers]
        .sort((a, b) => b.epsilon.scaleFree.estimate - a.epsilon.scaleFree.estimate)
        .map((l) => ({
          layer: l.name,
          scaleFree: l.epsilon.scaleFree.estimate,
          interval: l.epsilon.scaleFree.asymptotic,
        })),
      legacyMean: 20.6,
      legacyLast: 22.8,
      labelHints: [{row: 1290, label: 3, suggested: 9, agreement: 0.9, loss: 0.98}],
      overlap: layers.map((_, i) => layers.map((__, j) => (i === j ? 1 : Number((0.62 / Math.abs(i - j)).toFixed(2))))),
    },
  }
  return withChecksum({
    schemaVersion: 1 as const,
    command: 'certify' as const,
    version: '0.1.0',
    seed: 0,
    engine: {
      name: 'cpu',
      precision: 'fp64',
      tried: [
        {name: 'webgpu', outcome: 'only a software adapter was found; it is used when asked for by name'},
        {name: 'tfjs', outcome: '@tensorflow/tfjs-node-gpu is not installed'},
        {name: 'cpu', outcome: 'taken: passed its self-test, products by onnxruntime 1.30.0'},
      ],
    },
    inputs: [
      {path: 'models/digits-mlp.onnx', sha256: HASH, bytes: 54_212},
      {path: 'data/digits-test.npz', sha256: [...HASH].reverse().join(''), bytes: 231_402},
    ],
    config: {
      alpha: 0.05,
      delta: DELTAS,
      eta: ETAS,
      layers: 'all',
      loss: 'one-minus-p',
      metric: 'l2',
      pool: 'none',
      scale: 'median',
      floor: 0.01,
      anchors: 600,
    },
    metrics,
    verdict: {
      status: 'pass',
      summary: `At most ${(best.direct * 100).toFixed(1)} % of random pairs within δ = ${best.delta} in layer ${best.layer} differ in loss by 0.5 or more`,
      meaning: [
        `With probability at least 95 % over the sample, all ${cells.length} bounds of this report hold at once for random pairs of inputs drawn like the data.`,
        'It is a statement about random pairs of this distribution. It is not a statement about an adversary who chooses the worst input, nor about data of another kind.',
      ],
    },
    notes: [
      {
        level: 'warning',
        code: 'software-adapter',
        message: 'a software WebGPU adapter was passed over; ask for it by name to use it',
      },
      {
        level: 'info',
        code: 'duplicates-removed',
        message: '3 examples repeat another one bit by bit and were left out',
      },
    ],
    run,
  })
}

/** A report of certify with radii of its own for each layer, as quantiles of its distances give them. */
export function ownRadiiSample(): CertifyReport {
  const report = certifySample()
  for (const c of report.metrics.cells) {
    const k = report.metrics.layers.findIndex(({name}) => name === c.layer)
    c.delta = Number((c.delta * (1 + 0.1 * k)).toPrecision(3))
  }
  return report
}

function layer(name: string, k: number, count: number): LayerMetrics {
  const scaleFree = 0.118 + 0.044 * Math.sin(1.3 * k + 0.6)
  const scale = 6.2 + 3.1 * k
  return {
    name,
    dim: Math.max(10, 64 >> k),
    scale,
    floor: 0.01,
    epsilon: {
      raw: {
        estimate: scaleFree / scale,
        upper: (1.34 * scaleFree) / scale,
        asymptotic: [(0.86 * scaleFree) / scale, (1.15 * scaleFree) / scale],
      },
      scaleFree: {estimate: scaleFree, upper: 1.34 * scaleFree, asymptotic: [0.86 * scaleFree, 1.15 * scaleFree]},
    },
    crossLabelShare: 0.71 + 0.06 * (k % 4),
    zeroDistancePairs: 2 * k,
    zeroDistanceLossPairs: k === 0 ? 0 : 1,
    diameter: 2.9 * scale,
    medianDistance: scale,
    relativeDepth: count === 1 ? 0 : k / (count - 1),
    mostVolatile: Array.from({length: 6}, (_, i) => ({
      row: (97 * (i + 3) * (k + 1)) % 1797,
      volatility: 1.92 - 0.17 * i,
      loss: 0.97 - 0.03 * i,
      label: (3 * i + k) % 10,
    })),
    legacyVulnerability: 18.4 + 2.2 * k,
    groups: Array.from({length: 4}, (_, g) => ({
      units: [4 * g, 4 * g + 3] as [number, number],
      volatilityShare: [0.2, 0.4, 0.3, 0.1][g]!,
      distanceShare: 0.25,
      dropChange: g === 3 ? null : 0.02 * (g - 1),
    })),
    classPairs: [
      {labels: [3, 9], pairs: 4210, observed: 0.181, share: 0.31},
      {labels: [8, 8], pairs: 812, observed: 0.052, share: 0.02},
    ],
  }
}

function cell(l: LayerMetrics, k: number, delta: number, g: number, eta: number, e: number): Cell {
  const fraction = [0.0004, 0.0021, 0.019, 0.09, 0.27, 0.5][g]!
  const observed = Math.min(1, (0.05 + 0.28 * delta + 0.03 * k) * (1.25 - eta))
  const status: CellStatus =
    g === 0 && k === 0
      ? 'abstain'
      : g === 0 && k === 1
        ? 'vacuous'
        : g === 5 && e === 2 && k === 2
          ? 'invalid'
          : 'certified'
  const slack = status === 'certified' ? 1.22 + 3 * Math.exp(-0.9 * g) : Infinity
  return {
    layer: l.name,
    delta,
    deltaRaw: delta * l.scale,
    eta,
    pairs: k === 0 && g === 0 ? 287 : Math.round(600 * 1197 * fraction),
    fraction,
    observed: k === 0 && g === 0 ? null : observed,
    global: Math.min(1, (l.epsilon.scaleFree.upper! * delta) / (eta * fraction)),
    windowed: Math.min(1, observed * slack * 1.7),
    direct: Math.min(1, observed * slack),
    lower: status === 'certified' ? observed * 0.7 : 0,
    status,
  }
}
