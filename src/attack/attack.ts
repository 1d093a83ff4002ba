import {availableParallelism} from 'node:os'
import {InputError, UsageError, option} from '../errors.js'
import type {Graph} from '../graph/types.js'
import {normaliseRows, identityCsr} from '../linalg/csr.js'
import {openProducts} from '../linalg/open-products.js'
import type {Products} from '../linalg/products.js'
import {createCpuEngine} from '../pairwise/cpu/index.js'
import {random, type Random} from '../stats/random.js'
import type {FlipPenalty} from './best-pairs.js'
import {degreeTest} from './degree-test.js'
import {adjacencyOf, type EdgeSet, edgeSet} from './edge-set.js'
import {marginLoss} from './meta-gradient.js'
import {metattack} from './metattack.js'
import {nettack} from './nettack.js'
import {pgdAttack} from './pgd.js'
import {diceAttack, randomAttack} from './random-edges.js'
import {fitSurrogate, meanSelfSimilarity, predictions, type Victim} from './surrogate.js'
import {defenceCost} from './suspicion.js'
import type {AttackLog, AttackOptions, Perturbation} from './types.js'

export interface AttackRun {
  threads?: number
  onProgress?: (stage: string, done: number, total: number) => void
}

/**
 * λ of the surrogate as a multiple of the mean diagonal of S_L S_Lᵀ, and the steepness of its loss: docs/attack.md,
 * "Choices".
 */
const RIDGE_SHARE = 2
const SHARPNESS = 2.5

/** Node limit of adaptive attacks, which store n² · 4 bytes and factor an n × n matrix. */
const MAX_ADAPTIVE = 6_000
/** Node limit of attacks that examine n² pairs per step. */
const MAX_ALL_PAIRS = 25_000
/** Limit of labelled nodes: L² · 8 bytes and L³ / 6 multiply–adds per step. */
const MAX_LABELLED = 5_000

/**
 * Changes edges of a graph so that a graph network performs worse, to test defences.
 *
 * Reads    dice: all labels (its attacker knows them). nettack: the labels of its targets and of split.train. metattack
 *          and pgd: only labels of split.train. random: none.
 * Returns  edges, added and removed, flat pairs u < v, sorted; deterministic for a graph, options and state of `random`
 *          on one machine.
 * Throws   InputError  labels, split or size do not allow the method, or the budget cannot be used.   UsageError
 *          options that do not fit.
 */
export async function attack(
  graph: Graph,
  options: AttackOptions,
  generator: Random,
  run: AttackRun = {},
): Promise<Perturbation> {
  checkOptions(graph, options)
  const products = await openProducts(run.threads ?? availableParallelism())
  try {
    const set = edgeSet(graph.nodes, graph.edges)
    const {changed, log} = await perturb(graph, set, options, generator, products, run)
    return {edges: changed.edges(), added: changed.added(), removed: changed.removed(), log}
  } finally {
    await products.close()
  }
}

function checkOptions(
  {nodes}: Graph,
  {method, count, targets, perTarget, adaptive, flipsPerStep, degreeTest: test}: AttackOptions,
): void {
  if (method === 'nettack') {
    if (targets === null || targets.length === 0)
      throw new UsageError('nettack attacks given nodes, and there are none', [
        `name an array of the npz with ${option('targets')}, or nodes with ${option('targetNodes')}`,
      ])
    if (!(Number.isInteger(perTarget) && perTarget > 0))
      throw new UsageError(`the changes per target are ${perTarget}, they must be a whole number of at least 1`)
  } else if (count === null || !(Number.isInteger(count) && count > 0))
    throw new UsageError(`the budget is ${count} edges, it must be a whole number of at least 1`, [
      `raise ${option('budget')}, or set ${option('count')}`,
    ])
  const bad = targets?.find((node) => node >= nodes)
  if (bad !== undefined)
    throw new InputError(`target node ${bad} does not exist, the graph has ${nodes} nodes`, ['number nodes from 0'])
  if (adaptive > 0 && method !== 'metattack' && method !== 'nettack')
    throw new UsageError(`${method} has no adaptive form`, [`use ${option('adaptive')} with metattack or nettack`])
  if (test && method !== 'metattack' && method !== 'nettack')
    throw new UsageError(`${method} has no degree test`, [`use ${option('degreeTest')} with metattack or nettack`])
  if (!(Number.isInteger(flipsPerStep) && flipsPerStep > 0))
    throw new UsageError(`the flips per step are ${flipsPerStep}, they must be a whole number of at least 1`)
  const limit = adaptive > 0 ? MAX_ADAPTIVE : method === 'metattack' ? MAX_ALL_PAIRS : Infinity
  if (nodes > limit) {
    throw new InputError(
      `the graph has ${nodes} nodes, ${method}${adaptive > 0 ? ` with ${option('adaptive')}` : ''} takes at most ${limit}`,
      [
        method === 'metattack'
          ? 'use pgd, whose memory does not grow with the number of pairs'
          : `leave ${option('adaptive')} out`,
      ],
    )
  }
}

interface Outcome {
  changed: EdgeSet
  log: AttackLog
}

async function perturb(
  graph: Graph,
  set: EdgeSet,
  options: AttackOptions,
  generator: Random,
  products: Products,
  run: AttackRun,
): Promise<Outcome> {
  const {method, targets} = options
  const count = options.count ?? 0
  if (method === 'random' || method === 'dice') {
    if (method === 'random') randomAttack(set, count, generator)
    else diceAttack(set, count, requireLabels(graph), generator)
    return {changed: set, log: {lossBefore: null, lossAfter: null, steps: count}}
  }
  const victim = await victimOf(graph, products)
  const clean = await fitSurrogate(victim, adjacencyOf(graph.nodes, graph.edges), products)
  const labels = predictions(clean.scores)
  victim.train.forEach((node, i) => (labels[node] = victim.trainLabels[i]!))
  const goal = targets ?? outside(victim)
  // Removing a node's last edge would isolate it, which is conspicuous and useless.
  const leavesEdges = (of: EdgeSet, u: number, v: number) => !of.has(u, v) || (of.degree(u) > 1 && of.degree(v) > 1)
  const progress = (total: number) => (done: number) => run.onProgress?.('changes', done, total)
  if (method === 'pgd') {
    const task = {
      victim,
      labels,
      goal,
      count,
      iterations: options.iterations,
      candidates: options.candidates,
      sharpness: SHARPNESS,
      allowed: leavesEdges,
      onProgress: progress(options.iterations),
    }
    const changed = (await pgdAttack(set, task, generator, products)) ?? refuse(count)
    const after = await fitSurrogate(victim, adjacencyOf(graph.nodes, changed.edges()), products)
    const loss = ({scores}: typeof clean) => marginLoss(scores, labels, goal, SHARPNESS).value
    return {changed, log: {lossBefore: loss(clean), lossAfter: loss(after), steps: options.iterations}}
  }
  const test = options.degreeTest ? degreeTest(set) : null
  const allowed = (u: number, v: number) => leavesEdges(set, u, v) && (test?.allows(u, v) ?? true)
  const made = (u: number, v: number) => test?.made(u, v, set.has(u, v))
  const penalty = options.adaptive > 0 ? await penaltyOf(graph, options.adaptive, generator, products, run) : () => null
  if (method === 'nettack') {
    goal.forEach((node) => {
      if (graph.labels !== null && graph.labels[node]! >= 0) labels[node] = graph.labels[node]!
    })
    const {before, after, steps} = nettack(set, {
      projected: clean.projected,
      labels,
      targets: goal,
      perTarget: options.perTarget,
      penalty,
      allowed,
      made,
      onProgress: progress(goal.length),
    })
    return {changed: set, log: {lossBefore: before / goal.length, lossAfter: after / goal.length, steps}}
  }
  const losses = await metattack(
    set,
    {
      victim,
      labels,
      goal,
      count,
      flipsPerStep: options.flipsPerStep,
      sharpness: SHARPNESS,
      penalty,
      allowed,
      made,
      onProgress: progress(count),
    },
    products,
  )
  return {changed: set, log: {lossBefore: losses[0]!, lossAfter: losses.at(-1)!, steps: losses.length - 1}}
}

/**
 * The cost of changes that the defence would undo: `weight` times the best gain of the first step, for an added edge
 * more suspect than every true one, and for a removed edge that repair would restore.
 */
async function penaltyOf(
  graph: Graph,
  weight: number,
  generator: Random,
  products: Products,
  run: AttackRun,
): Promise<(bestGain: number) => FlipPenalty> {
  const engine = await createCpuEngine({threads: run.threads ?? availableParallelism()})
  const cost = await defenceCost(graph, engine, products, random(generator.integer(2 ** 31))).finally(() =>
    engine.close(),
  )
  return (bestGain) => (u) => cost(u).map((x) => weight * bestGain * x)
}

async function victimOf(graph: Graph, products: Products): Promise<Victim> {
  const all = requireLabels(graph)
  if (graph.split === null)
    throw new InputError('the graph has no split: this attack targets a model that is trained on some of the nodes', [
      `name the training nodes with ${option('split')}`,
    ])
  const train = graph.split.train.filter((i) => all[i]! >= 0)
  if (train.length === 0)
    throw new InputError('no node of the training part of the split has a label', [
      'give a split whose training part has labelled nodes',
    ])
  if (train.length > MAX_LABELLED)
    throw new InputError(`${train.length} training nodes have a label, the attack takes at most ${MAX_LABELLED}`, [
      'use a split with a smaller training part',
    ])
  const trainLabels = Int32Array.from(train, (i) => all[i]!)
  if (new Set(trainLabels).size < 2)
    throw new InputError('all training nodes have one class; an attack needs at least two', [
      'use a split with nodes of another class',
    ])
  const features = graph.features === null ? identityCsr(graph.nodes) : normaliseRows(graph.features).unit
  const victim = {nodes: graph.nodes, features, classes: graph.classes, train, trainLabels, ridge: 1}
  return {
    ...victim,
    ridge:
      RIDGE_SHARE * meanSelfSimilarity(await fitSurrogate(victim, adjacencyOf(graph.nodes, graph.edges), products)),
  }
}

function requireLabels({labels}: Graph): Int32Array {
  if (labels === null)
    throw new InputError('the graph has no labels, and this attack needs some', [
      `give labels with ${option('labels')}, or use ${option('method')} random`,
    ])
  return labels
}

function outside({nodes, train}: Victim): Uint32Array {
  const inside = new Uint8Array(nodes)
  for (const i of train) inside[i] = 1
  return Uint32Array.from(inside.keys()).filter((i) => inside[i] === 0)
}

function refuse(count: number): never {
  throw new InputError(`a budget of ${count} changes cannot be spent: too few pairs may change`, [
    `lower ${option('budget')} or ${option('count')}`,
  ])
}
