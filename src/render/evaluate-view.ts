import type {Accuracy, EvaluateMetrics, Method, Spread} from '../evaluate/types.js'

const GRAPH = {clean: 'clean', given: 'as given', sanitized: 'sanitized', defended: 'defended: cut and repaired'}
const KIND = {sanitize: 'surety', part: 'part', control: 'control'}

/** 81.2 ± 0.9 %: accuracies need the tenth that `percent` leaves out. */
export function spread({mean, sd}: Spread): string {
  return `${tenths(mean)}${sd === null ? '' : ` ± ${tenths(sd)}`}\u00a0%`
}

export const spreadOrDash = (of: Spread | null) => (of === null ? '–' : spread(of))

/** Text of a table: head, then rows. */
export interface TextTable {
  head: string[]
  rows: string[][]
}

/** What a defence is judged by: the targets where an attack aimed at some, else the test nodes. */
export const judgedAccuracy = ({test, targets}: Accuracy): Spread => targets ?? test

/** The graphs as they came and as they were left, then what needs no graph at all. */
export function graphTable(
  {accuracies, withoutGraph = [], targets}: EvaluateMetrics,
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
      spread(test),
      ...(aimed ? [spreadOrDash(on)] : []),
    ]),
  }
}

/** How well every ranking finds the known adversarial edges, and what pruning by it is worth. */
export function methodTable({methods, targets, adversarial}: EvaluateMetrics): TextTable {
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
    rows: methods.map(({name, kind, grade, samePruning}) => [
      name,
      KIND[kind],
      ...(graded ? [grade!.auc, grade!.averagePrecision, grade!.precisionAtK].map((x) => x.toFixed(3)) : []),
      ...(trained ? [spreadOrDash(samePruning?.test ?? null)] : []),
      ...(aimed ? [spreadOrDash(samePruning?.targets ?? null)] : []),
    ]),
  }
}

/** Methods with a curve, and the accuracy of each at every budget. */
export function curveTable(metrics: EvaluateMetrics): TextTable {
  const drawn = withCurves(metrics)
  const shares = drawn[0]?.curve.map(({share}) => share) ?? []
  return {
    head: ['pruned', ...shares.map((share) => `${Number((100 * share).toPrecision(4))} %`)],
    rows: drawn.map(({name, curve}) => [name, ...curve.map(({accuracy}) => spread(judgedAccuracy(accuracy)))]),
  }
}

export const withCurves = ({methods}: EvaluateMetrics): Method[] => methods.filter(({curve}) => curve.length > 0)

/** Tenths of a percent, without the sign. */
function tenths(share: number): string {
  return (100 * share).toFixed(1)
}
