import type {Accuracy, Method} from '../../src/evaluate/types.js'
import type {CertifyMetrics} from '../../src/certify/types.js'
import type {Cell, LayerMetrics} from '../../src/certify/layer-types.js'
import type {CellStatus} from '../../src/certify/family-types.js'
import {HARDEN_DEFAULTS} from '../../src/harden/options.js'
import type {ModelMeasures} from '../../src/harden/types.js'
import type {
  CertifyReport,
  DriftReport,
  EvaluateReport,
  HardenReport,
  JudgeReport,
  SanitizeReport,
} from '../../src/documents/reports.js'
import {measuresFor} from '../../src/drift/divergence.js'
import {Drift} from '../../src/drift/drift.js'
import {judge} from '../../src/judge/judge.js'
import {TRAINING} from '../../src/learn/train.js'
import type {TopEdge} from '../../src/sanitize/types.js'
import {withChecksum} from '../../src/frame/checksum.js'
import {random} from '../../src/stats/random.js'

/** Text that tries to be markup, a terminal command and a table cell at once, and hides its end. */
export const HOSTILE = `"><script>alert('x')</script>&amp;]]>\x1b[31m|**bold**\u202e\n\0`

const DELTAS = [0.1, 0.2, 0.35, 0.5, 0.75, 1]
const ETAS = [0.25, 0.5, 0.9]
const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

const run = {
  startedAt: '2026-05-04T10:11:12.000Z',
  elapsedMs: 8421,
  node: 'v20.20.2',
  platform: 'linux x64',
  cpus: 2,
  peakMemoryBytes: 412_000_000,
}

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

/** A citation-like graph of 6,000 edges, a tenth pruned, the truth known. */
export function sanitizeSample(): SanitizeReport {
  const edges = 6000
  const rng = random(7)
  const scored = Array.from({length: edges}, (_, i) => {
    const adversarial = i < 500
    return {
      adversarial,
      score: Math.min(2.99, Math.max(0.01, (adversarial ? 2.15 : 1.15) + (adversarial ? 0.35 : 0.42) * rng.normal())),
    }
  }).sort((a, b) => b.score - a.score)
  const pruned = 600
  const cut = scored[pruned - 1]!.score
  const bins = Array.from({length: 61}, (_, i) => i * 0.05)
  const kept = new Array<number>(60).fill(0)
  const removed = new Array<number>(60).fill(0)
  for (const [i, {score}] of scored.entries()) (i < pruned ? removed : kept)[Math.min(59, Math.floor(score / 0.05))]!++
  const found = scored.slice(0, pruned).filter((e) => e.adversarial).length
  const metrics: SanitizeReport['metrics'] = {
    nodes: 2485,
    edges,
    pruned,
    notScored: 14,
    added: {
      count: 2,
      agreement: 0.5,
      top: [
        {source: 'a', target: 'b', likeness: 1.5},
        {source: 'b', target: 'c', likeness: 1.25},
      ],
    },
    gkcBefore: 1.8342,
    gkcAfter: 1.5127,
    alignment: null,
    keptOnRequest: 0,
    explained: [],
    solver: {name: 'gram', landmarks: null, kernelError: null, labelFreeError: 0},
    ridge: 10,
    nodeSetSize: 2485,
    condition: 131.4,
    evidence: {from: 'features', separation: 0.93},
    labelledNodes: 247,
    classes: 7,
    zeroRows: 2,
    isolatedBefore: 0,
    isolatedAfter: 0,
    keptByMinDegree: 21,
    cut: {rule: 'ratio', score: cut, share: 0.1},
    agreementBefore: 0.6713,
    agreementAfter: 0.7381,
    histogram: {edges: bins, kept, pruned: removed},
    top: scored.slice(0, 25).map(({score}, i) => topEdge(score, i)),
    reading: {
      directedEdges: 12_011,
      selfLoopsDropped: 3,
      duplicatesMerged: 8,
      symmetrised: 0,
      nodesDropped: 0,
      edgesDropped: 0,
      isolatedNodes: 0,
    },
    truth: {adversarial: 500, auc: 0.9314, averagePrecision: 0.7711, precision: found / pruned, recall: found / 500},
  }
  return {
    schemaVersion: 1,
    command: 'sanitize',
    version: '0.1.0',
    seed: 0,
    engine: {name: 'cpu', precision: 'fp64', tried: [{name: 'cpu', outcome: 'taken: asked for by name'}]},
    inputs: [{path: 'graphs/citations-attacked.npz', sha256: HASH, bytes: 1_204_331}],
    config: {
      preset: 'surety',
      edges: 'edges_attacked',
      pruneRatio: 0.1,
      minDegree: 1,
      aggregation: 'row',
      hops: 1,
      ridge: 10,
      labels: 'pseudo',
    },
    metrics,
    verdict: {
      status: 'pass',
      summary:
        '600 of 6,000 edges were pruned; kernel complexity fell by 17.5 % and label agreement rose from 67 % to 74 %',
      meaning: [
        'The pruned edges are those that make the labels hardest to learn from the graph, as an attacker would add them.',
        'Pruning is a defence, not a proof: true edges are among the pruned ones, and an attacker who knows the score can hide from it.',
      ],
    },
    notes: [
      {level: 'info', code: 'not-scored', message: '14 edges are out of reach of the node set and were not scored'},
    ],
    run,
  }
}

function topEdge(score: number, i: number): TopEdge {
  return {
    source: `paper-${(811 * (i + 1)) % 2485}`,
    target: `paper-${(1303 * (i + 2)) % 2485}`,
    score,
    rank: i + 1,
    pruned: i !== 4,
    kc: 0.00214 - 0.00006 * i,
    labelFree: -0.0121 + 0.0002 * i,
    similarity: i % 3 === 0 ? 0 : 0.021 * (i % 5),
    disagreement: 0.94 - 0.01 * i,
    labelledEnds: i % 3,
    reason:
      i % 2 === 0
        ? 'features share nothing and pseudo-labels differ; removing it lowers complexity'
        : 'pseudo-labels differ; one end carries a given label',
  }
}

/** The same with radii of its own for each layer, as quantiles of its distances give them. */
export function ownRadiiSample(): CertifyReport {
  const report = certifySample()
  for (const c of report.metrics.cells) {
    const k = report.metrics.layers.findIndex(({name}) => name === c.layer)
    c.delta = Number((c.delta * (1 + 0.1 * k)).toPrecision(3))
  }
  return report
}

/** A citation-like graph under a targeted attack, every control compared at three budgets. */
export function evaluateSample(): EvaluateReport {
  const {seed, engine, inputs, notes} = sanitizeSample()
  const around = (mean: number): Accuracy => ({test: spread(mean), targets: spread(mean - 0.2)})
  const spread = (mean: number) => ({mean, sd: 0.0061, values: [mean - 0.0061, mean, mean + 0.0061]})
  const method = (name: string, kind: Method['kind'], auc: number): Method => ({
    name,
    kind,
    grade: {auc, averagePrecision: auc - 0.3, precisionAtK: auc - 0.35},
    samePruning: kind === 'part' ? null : around(0.35 + 0.45 * auc),
    curve:
      kind === 'part'
        ? []
        : [0.05, 0.1, 0.2].map((share, i) => ({
            share,
            pruned: 312 * 2 ** i,
            accuracy: around(0.35 + 0.45 * auc - 0.03 * (2 - i)),
          })),
  })
  const others = [
    'labelled ends',
    'low degree',
    '−Jaccard',
    '−cosine',
    'pseudo-labels differ',
    'GCN-SVD, rank 10',
    'GCN-SVD, rank 15',
    'GCN-SVD, rank 50',
    'random',
  ]
  const graph = (name: 'clean' | 'given' | 'sanitized', edges: number, mean: number) => ({
    graph: name,
    edges,
    ...around(mean),
  })
  return {
    schemaVersion: 1,
    command: 'evaluate',
    version: '0.1.0',
    seed,
    engine,
    inputs,
    config: {model: 'gcn', seeds: 3, compare: true, budgets: [0.05, 0.1, 0.2]},
    metrics: {
      nodes: 2485,
      edges: 6246,
      classes: 7,
      split: {train: 247, validation: 249, test: 1988, source: 'file'},
      targets: 83,
      model: 'gcn',
      seeds: 3,
      training: TRAINING,
      accuracies: [graph('clean', 5069, 0.8413), graph('given', 6246, 0.4791), graph('sanitized', 4902, 0.7904)],
      recovered: {test: 0.8595, targets: 0.8595},
      cut: {rule: 'auto', pruned: 1344, share: 0.2152},
      adversarial: 1222,
      methods: [
        method('sanitize', 'sanitize', 0.953),
        method('KC', 'part', 0.799),
        ...others.map((name, k) => method(name, 'control', 0.9 - 0.05 * k)),
      ],
    },
    verdict: {
      status: 'done',
      summary: 'gcn: accuracy on 83 targets 27.9 ± 0.6 % on the graph as given, 59.0 ± 0.6 % sanitized',
      meaning: ['Mean ± standard deviation over 3 trainings.'],
    },
    notes,
    run,
  }
}

/** Forty epochs with a control and two attacks; the penalty of one epoch is unknown. */
export function hardenSample(names: readonly string[] = ['h1', 'h2', 'logits']): HardenReport {
  const {seed, engine, inputs, notes} = sanitizeSample()
  const measures = (accuracy: number, epsilon: number): ModelMeasures => ({
    loss: 1.02 - accuracy,
    accuracy,
    layers: names.map((name, k) => ({
      name,
      dim: 64 >> k,
      epsilonRaw: epsilon / (9 + k),
      epsilonScaleFree: epsilon + 0.003 * k,
      medianDistance: 9 + k,
    })),
    attacks: [0.05, 0.1].map((radius, k) => ({
      radius,
      fgsm: accuracy - 0.2 - 0.3 * k,
      pgd: accuracy - 0.25 - 0.35 * k,
    })),
  })
  return {
    schemaVersion: 1,
    command: 'harden',
    version: '0.1.0',
    seed,
    engine,
    inputs,
    config: {...HARDEN_DEFAULTS, layers: 'auto', attackRadius: [0.05, 0.1], inputRange: 'auto', control: true},
    metrics: {
      rows: {train: 9000, validation: 500},
      parameters: 52_650,
      backend: 'wasm',
      layers: [...names],
      options: {...HARDEN_DEFAULTS, epochs: 40},
      epochs: Array.from({length: 40}, (_, k) => ({
        epoch: k + 1,
        lambda: 0.1,
        loss: 0.6 / (k + 1),
        penalty: k === 3 ? null : 0.9 / (k + 1),
        validation: {
          loss: 0.2 + 0.4 / (k + 1),
          accuracy: 0.97 - 0.2 / (k + 1),
          penalty: 0.3 + 0.4 / (k + 1),
          score: 0.23 + 0.44 / (k + 1),
        },
      })),
      best: 33,
      before: measures(0.951, 0.081),
      after: measures(0.962, 0.062),
      control: measures(0.964, 0.077),
      attack: {steps: 20, range: [0, 1]},
    },
    verdict: {
      status: 'done',
      summary: 'epoch 33 of 40 is kept: accuracy 95.1 % → 96.2 %',
      meaning: ['The control was trained alike, without the penalty.'],
    },
    notes,
    run,
  }
}

/** Two judges in two rounds, with everything a report can hold: flips, ties, unparsed, nudges, lengths. */
export function judgeSample(
  names: readonly [string, string] = ['amber', 'birch'],
  judges = ['even', 'leaning'],
): JudgeReport {
  const draw = random(5)
  const judgements = judges.flatMap((name, k) =>
    ['0', '1'].flatMap((round) =>
      Array.from({length: 12}, (_, q) => q).flatMap((q) =>
        ([null, 0] as const).flatMap((nudged) =>
          [names, [names[1], names[0]] as const].map((shown, order) => {
            const u = draw.uniform() + 0.3 * k * (order === 0 ? 1 : -1)
            return {
              line: 1,
              question: `q${q}`,
              part: '',
              judge: name,
              round,
              repetition: '1',
              shown: [...shown],
              choice: u < 0.06 ? null : u < 0.12 ? ('tie' as const) : u < 0.5 ? 0 : 1,
              lengths: order === 0 ? [100 + q, 110] : [110, 100 + q],
              nudges: {bandwagon: nudged === null ? null : order},
            }
          }),
        ),
      ),
    ),
  )
  const log = {judgements, format: 'table' as const, columns: {question: 'id'}, unused: ['note'], nudges: ['bandwagon']}
  const {metrics, verdict, notes} = judge(log, {alpha: 0.05, repetitions: 'first'})
  return {
    schemaVersion: 1,
    command: 'judge',
    version: '0.1.0',
    algorithm: 1,
    seed: 0,
    engine: {name: 'none', precision: 'fp64', tried: []},
    inputs: [{path: 'verdicts.csv', sha256: HASH, bytes: 4821, role: 'data'}],
    config: {alpha: 0.05, repetitions: 'first'},
    metrics,
    verdict,
    notes,
    run,
  }
}

/** Fourteen documents with everything a report of drift can hold; `texts` are the tokens. */
export function driftSample(
  texts: readonly string[] = ['the', ' end', '\n', ' of', ' it'],
  name = 'mail',
): DriftReport {
  const draw = random(8)
  const drift = new Drift({alpha: 0.05, taus: [0.01, 0.1], losses: [0.5], klCap: 10, partial: false}, 50)
  for (let d = 0; d < 14; d++) {
    const measures = measuresFor(60)
    for (let t = 0; t < 60; t++) {
      const js = draw.uniform() ** 6 * 0.6
      measures.js[t] = measures.jsUpper[t] = js
      measures.kl[t] = measures.klUpper[t] = 3 * js
      measures.deltaLogP[t] = t % 9 === 0 ? NaN : js * draw.normal()
      measures.entropyOld[t] = measures.entropyNew[t] = 4 * draw.uniform()
      measures.rankOld[t] = 1 + draw.integer(4)
      measures.rankNew[t] = 1 + draw.integer(4)
      measures.sameTop[t] = js > 0.2 ? 0 : 1
    }
    const pieces = Array.from({length: 60}, (_, t) => texts[t % texts.length]!)
    drift.add({name: `${name} ${d}`, measures, pieces: d === 0 ? null : pieces})
  }
  const {metrics, verdict, notes} = drift.result()
  return {
    schemaVersion: 1,
    command: 'drift',
    version: '0.1.0',
    algorithm: 1,
    seed: 0,
    engine: {name: 'none', precision: 'fp64', tried: []},
    inputs: [
      {path: 'before.npz', sha256: HASH, bytes: 190024, role: 'against'},
      {path: 'after.npz', sha256: HASH.replace('9', '8'), bytes: 190024, role: 'model'},
    ],
    config: {alpha: 0.05, tau: [0.01, 0.1], loss: [0.5], 'kl-cap': 10, shift: null, 'trust-order': false},
    metrics,
    verdict,
    notes,
    run,
  }
}
