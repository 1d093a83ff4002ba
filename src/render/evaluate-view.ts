import {accuracyText, judgedAccuracy, judgedNodes} from '../evaluate/accuracy-interval.js'
import type {EvaluateMetrics, Method, Spread} from '../evaluate/types.js'
import {NBSP} from '../frame/figures.js'

export {judgedAccuracy, judgedNodes}

const GRAPH = {clean: 'clean', given: 'as given', sanitized: 'sanitized', defended: 'defended: cut and repaired'}
const KIND = {sanitize: 'surety', part: 'part', control: 'control'}

/** 81.2 % (79.1 to 83.2): accuracies need the tenth that `percent` leaves out. */
export const spread = (of: Spread, nodes: number): string => accuracyText(of, nodes, NBSP)

const spreadOrDash = (of: Spread | null, nodes: number) => (of === null ? '–' : spread(of, nodes))

/** Text of a table: head, then rows. */
export interface TextTable {
  head: string[]
  rows: string[][]
}

/** The graphs as they came and as they were left, then what needs no graph at all. */
export function graphTable(
  {accuracies, withoutGraph = [], targets, split}: EvaluateMetrics,
  count: (n: number) => string,
): TextTable {
  const aimed = targets !== null
  return {
    head: ['graph', 'edges', 'test accuracy', ...(aimed ? ['on targets'] : [])],
    rows: [
      ...accuracies.map((one) => ({...one, name: GRAPH[one.graph]})),
      ...withoutGraph.map((one) => ({...one, name: `ignored: ${one.name}`})),
    ].map(({name, edges, test, targets: on}) => [
      name,
      count(edges),
      spread(test, split.test),
      ...(aimed ? [spreadOrDash(on, targets)] : []),
    ]),
  }
}

/**
 * How well every ranking finds the known adversarial edges, and what pruning by it is worth; the best first, by the
 * accuracy where it was trained, else by AUC.
 */
export function methodTable({methods, targets, adversarial, split}: EvaluateMetrics): TextTable {
  const graded = adversarial !== null
  const trained = methods.some(({samePruning, kind}) => samePruning !== null && kind === 'control')
  const aimed = trained && targets !== null
  return {
    head: [
      'ranking',
      'kind',
      ...(graded ? ['AUC', 'avg. prec.', 'prec. @ k'] : []),
      ...(trained ? ['accuracy'] : []),
      ...(aimed ? ['on targets'] : []),
    ],
    rows: ranked(methods).map(({name, kind, grade, samePruning}) => [
      name,
      KIND[kind],
      ...(graded ? [grade!.auc, grade!.averagePrecision, grade!.precisionAtK].map((x) => x.toFixed(3)) : []),
      ...(trained ? [spreadOrDash(samePruning?.test ?? null, split.test)] : []),
      ...(aimed ? [spreadOrDash(samePruning?.targets ?? null, targets)] : []),
    ]),
  }
}

/** Trained rankings by their accuracy, then the others by AUC. */
export function ranked(methods: readonly Method[]): Method[] {
  const worth = ({samePruning, grade}: Method) =>
    samePruning === null ? (grade?.auc ?? 0) : 2 + judgedAccuracy(samePruning).mean
  return methods.toSorted((a, b) => worth(b) - worth(a))
}

/** Methods with a curve, and the accuracy of each at every budget. */
export function curveTable(metrics: EvaluateMetrics): TextTable {
  const drawn = withCurves(metrics)
  const shares = drawn[0]?.curve.map(({share}) => share) ?? []
  return {
    head: ['pruned', ...shares.map((share) => `${Number((100 * share).toPrecision(4))} %`)],
    rows: drawn.map(({name, curve}) => [name, ...curve.map(({accuracy}) => meanText(judgedAccuracy(accuracy)))]),
  }
}

export const withCurves = ({methods}: EvaluateMetrics): Method[] => methods.filter(({curve}) => curve.length > 0)

/** 81.2 %, where a table has no room for intervals. */
export const meanText = ({mean}: Spread): string => `${(100 * mean).toFixed(1)}${NBSP}%`
