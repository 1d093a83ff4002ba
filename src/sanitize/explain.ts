import type {Graph} from '../graph/types.js'
import {chanceText} from '../frame/figures.js'
import {PARTS, suspicionOf} from './parts.js'
import type {EdgeScores, ExplainedEdge, PartName} from './types.js'

const percent = (share: number) => `${Math.round(share * 100)} %`

/** A chance inside a sentence. */
const inWords = (p: number) => chanceText(p, ' ').replace('> ', 'more than ').replace('< ', 'less than ')

/** One sentence in plain words: why this edge has its rank. */
export function explainEdge(scores: EdgeScores, e: number): string {
  const u = scores.edges[2 * e]!
  const v = scores.edges[2 * e + 1]!
  const {parts} = scores
  const place = `of ${scores.rank.length} edges it is number ${scores.rank[e]!}`
  if (scores.scored[e] === 0)
    return `not scored: no changed row lies in the node set, so nothing is known about it (${place})`
  const labels =
    scores.pseudoLabels[u]! < 0
      ? 'no classes are known'
      : scores.pseudoDisagree[e] === 1
        ? `its ends look like classes ${scores.pseudoLabels[u]!} and ${scores.pseudoLabels[v]!}`
        : `both ends look like class ${scores.pseudoLabels[u]!}`
  const likeness = `${scores.evidence} alike by ${percent(parts.similarity[e]!)}, common neighbours ${percent(parts.overlap[e]!)}`
  const effect =
    parts.kc[e]! > 0
      ? `removing it lowers the complexity by ${parts.kc[e]!.toExponential(1)}`
      : 'removing it does not lower the complexity'
  const p = scores.probability[e]!
  const chance = Number.isNaN(p)
    ? 'too little is known for a chance'
    : `it was wired at random with a chance of ${inWords(p)}`
  return `${labels}, ${likeness}; ${chance}; ${effect} (${place})`
}

/**
 * Why each of the edges asked for stands where it does, in sentences; a pair that is not an edge says so. `pairs` [2 k], u
 * < v.
 */
export function explainedEdges(scores: EdgeScores, pairs: Uint32Array | null, graph: Graph): ExplainedEdge[] {
  const name = (i: number) => graph.nodeNames?.[i] ?? String(i)
  return Array.from({length: (pairs?.length ?? 0) / 2}, (_, k) => {
    const [u, v] = [pairs![2 * k]!, pairs![2 * k + 1]!]
    const e = edgeBetween(scores.edges, u, v)
    return {
      source: name(u),
      target: name(v),
      statements: e < 0 ? ['there is no such edge in the graph'] : statementsOn(scores, e, name),
    }
  })
}

function statementsOn(scores: EdgeScores, e: number, name: (i: number) => string): string[] {
  const {parts, edges, rank} = scores
  const m = rank.length
  const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
  if (scores.scored[e] === 0)
    return ['it was not scored: no changed row lies in the node set or the focus, so nothing is known about it']
  const placeBy = (name: PartName): Place => {
    const suspicion = suspicionOf(PARTS.find((part) => part.name === name)!, parts[name]!)
    return {
      first: suspicion.reduce((place, x) => place + Number(x > suspicion[e]!), 1),
      others: suspicion.reduce((count, x) => count + Number(x === suspicion[e]!), -1),
    }
  }
  const {kc, labelFree} = parts
  const byLabelFree = labelFree === null ? null : placeBy('labelFree')
  const places = {
    labels: placeBy('disagreement'),
    neighbourhoods: placeBy('context'),
    features: placeBy('similarity'),
    'common neighbours': placeBy('overlap'),
    fit: placeBy('fit'),
    'kernel complexity': placeBy('kc'),
    ...(byLabelFree === null ? {} : {'label-free complexity': byLabelFree}),
  }
  const by = ({first, others}: Place) =>
    `number ${first} of ${m} by this alone${others === 0 ? '' : `, with ${others} ${others === 1 ? 'other' : 'others'}`}`
  const amongst = (node: number) => {
    let place = 1
    let degree = 0
    for (let other = 0; other < m; other++) {
      if (edges[2 * other] !== node && edges[2 * other + 1] !== node) continue
      degree++
      if (rank[other]! < rank[e]!) place++
    }
    return `number ${place} of the ${degree} of ${name(node)}`
  }
  const [one, other] = [scores.pseudoLabels[u]!, scores.pseudoLabels[v]!]
  const known = ['neither end has a given label', 'one end has a given label', 'both ends have a given label'][
    scores.labelledEnds[e]!
  ]!
  const neighbours = (node: number) =>
    `${name(node)} (${scores.degrees[node]!} ${scores.degrees[node] === 1 ? 'neighbour' : 'neighbours'})`
  const moves = (change: number) =>
    change === 0 ? 'stays as it is' : `${change > 0 ? 'falls' : 'rises'} by ${Math.abs(change).toExponential(1)}`
  return [
    `it was ${scores.pruned[e] === 1 ? 'pruned' : 'kept'}: number ${rank[e]!} of all ${m} edges from the most suspect, ${amongst(u)} and ${amongst(v)}; ${inShort(places, m)}`,
    one < 0
      ? 'labels: no classes are known'
      : `labels: ${one === other ? `both ends look like class ${one}` : `its ends look like classes ${one} and ${other}`}, and ${known}; by given labels and features their classes differ with a chance of ${inWords(parts.disagreement[e]!)} (${by(places.labels)})`,
    `neighbourhoods: each end is alike to the other's neighbours by ${(parts.context[e]! / 2).toFixed(2)} on average, where 1 is the same (${by(places.neighbourhoods)})`,
    `${scores.evidence}: alike by ${percent(parts.similarity[e]!)} (${by(places.features)}); of the neighbours of both, ${percent(parts.overlap[e]!)} are common (${by(places['common neighbours'])})`,
    `fit: by its likeness and common neighbours the odds that it is an edge and not a pair wired at random are ${Math.exp(parts.fit[e]!).toPrecision(2)} to 1 (${by(places.fit)})`,
    `complexity: without it the aggregated rows of ${neighbours(u)} and ${neighbours(v)} move; the kernel complexity then ${moves(kc[e]!)} (${by(places['kernel complexity'])})${labelFree === null || byLabelFree === null ? '' : `, the label-free one ${moves(labelFree[e]!)} (${by(byLabelFree)}; an edge between unlike nodes lowers it)`}`,
  ]
}

/** Place by one kind of evidence, 1 = the most suspect, and how many other edges share it. */
interface Place {
  first: number
  others: number
}

/**
 * Evidence by which an edge is among the most suspect fifth, and by which it is in the unsuspicious half; equal edges
 * share their middle place.
 */
function inShort(places: Record<string, Place>, m: number): string {
  const those = (test: (share: number) => boolean) =>
    Object.entries(places)
      .filter(([, {first, others}]) => test((first + others / 2) / m))
      .map(([what]) => what)
      .join(', ') || 'nothing clearly'
  return `against it: ${those((share) => share <= 0.2)}; for it: ${those((share) => share > 0.5)}`
}

/** Number of the edge {u, v} in a sorted list, −1 where there is none. */
function edgeBetween(edges: Uint32Array, u: number, v: number): number {
  let low = 0
  let high = edges.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = edges[2 * middle]! - u || edges[2 * middle + 1]! - v
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return -1
}
