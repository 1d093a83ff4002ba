import type {EvaluateReport} from '../../../src/documents/reports.js'
import type {Accuracy, Method} from '../../../src/evaluate/types.js'
import {TRAINING} from '../../../src/learn/train.js'
import {run} from './run.js'
import {sanitizeSample} from './sanitize.js'

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
      summary:
        'gcn: accuracy on 83 targets 27.9 % (19.4 to 38.4) on the graph as given, 59.0 % (48.2 to 69.0) sanitized',
      meaning: ['Mean over 3 trainings.'],
    },
    notes,
    run,
  }
}
