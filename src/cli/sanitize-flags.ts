import {Flags, type Interfaces} from '@oclif/core'
import {UsageError} from '../errors.js'
import type {SanitizeRequest} from '../sanitize/request.js'
import {DEFENDING_ENOUGH, DEFENDING_REPAIR, type SanitizeOptions} from '../sanitize/settings.js'
import {GROUP, maxMemory, nodePair, number, positiveOrInfinite} from './flags.js'
import {readingFlags, readingOf, within} from './reading-flags.js'

/** The flags that determine which edges are marked; the command adds the outputs. */
export const sanitizeFlags = {
  ...readingFlags,
  within,
  weights: Flags.string({
    options: ['ignore', 'sum', 'max'],
    default: 'ignore',
    helpGroup: GROUP.input,
    description: 'edge weights: ignored, or combined over repeated edges',
  }),
  truth: Flags.string({
    helpGroup: GROUP.input,
    description: 'known adversarial edges: array of the npz, or csv of pairs; only used to grade the result',
  }),
  preset: Flags.string({
    options: ['surety', 'paper'],
    default: 'surety',
    helpGroup: GROUP.method,
    description: 'surety: fused ranks over all nodes; paper: the literal KC score on labelled nodes',
  }),
  'node-set': Flags.string({
    options: ['all', 'labelled'],
    helpGroup: GROUP.method,
    description: 'nodes whose kernel complexity counts',
  }),
  coding: Flags.string({
    options: ['centred', 'one-hot', 'signed'],
    helpGroup: GROUP.method,
    description: 'how a label becomes a row of Y',
  }),
  norm: Flags.string({
    options: ['row', 'sym'],
    helpGroup: GROUP.method,
    description: 'normalisation of the adjacency matrix',
  }),
  hops: Flags.integer({min: 1, max: 2, helpGroup: GROUP.method, description: 'aggregation steps before the kernel'}),
  ridge: positiveOrInfinite({
    helpGroup: GROUP.method,
    description: 'λ added to the diagonal of the kernel; infinity: kernel–label alignment, without a solve',
  }),
  sign: Flags.string({
    options: ['signed', 'absolute'],
    helpGroup: GROUP.method,
    description: 'KC score: change of complexity, or its size',
  }),
  'label-free': Flags.boolean({
    allowNo: true,
    helpGroup: GROUP.method,
    description:
      'also report the label-free complexity of every edge, which does not affect the ranking (default: up to 1,000 nodes, and without labels of two classes)',
  }),
  method: Flags.string({
    options: ['exact', 'first-order', 'auto'],
    helpGroup: GROUP.method,
    description: 'KC score by exact removal or in closed form (default: auto, exact up to 1,000 nodes in the node set)',
  }),
  solver: Flags.string({
    options: ['auto', 'gram', 'landmarks', 'stream'],
    helpGroup: GROUP.method,
    description:
      'Gram matrices in memory, Nyström landmarks, or passes over all pairs (default: by size, see --explain-plan)',
  }),
  landmarks: Flags.integer({
    min: 1,
    helpGroup: GROUP.method,
    description: 'landmark nodes of the solver of that name (default: 1024)',
  }),
  prune: Flags.string({
    helpGroup: GROUP.method,
    exclusive: ['prune-ratio', 'prune-count', 'threshold', 'fdr'],
    description:
      'auto: choose the cut without ground truth, and prune nothing where there is not enough evidence (the default); or a share (10% or 0.1), a number (100) or a chance of being wired at random ("p>0.5")',
  }),
  fdr: number({
    min: 0,
    max: 1,
    helpGroup: GROUP.method,
    exclusive: ['prune-ratio', 'prune-count', 'threshold'],
    description:
      'remove as many edges as possible with at most this expected share of genuine ones among them (an estimate)',
  }),
  'prune-ratio': number({
    min: 0,
    max: 1,
    helpGroup: GROUP.method,
    exclusive: ['prune-count', 'threshold'],
    description: 'share of the edges to remove',
  }),
  'prune-count': Flags.integer({
    min: 0,
    helpGroup: GROUP.method,
    exclusive: ['prune-ratio', 'threshold'],
    description: 'number of edges to remove; old name of --prune 500',
  }),
  threshold: number({
    helpGroup: GROUP.method,
    exclusive: ['prune-ratio', 'prune-count'],
    description: 'remove edges with this score or more',
  }),
  protect: Flags.string({
    helpGroup: GROUP.method,
    description: 'csv of nodes, one per line, whose edges are never pruned',
  }),
  focus: Flags.string({
    helpGroup: GROUP.method,
    description: 'csv of nodes, one per line: score only the edges that reach these',
  }),
  suppress: Flags.string({
    helpGroup: GROUP.method,
    description: 'JSON list of {source, target, reason, expires}: edges that are never pruned, until they expire',
  }),
  explain: nodePair({
    multiple: true,
    helpGroup: GROUP.output,
    description: 'u,v: explain in words why this edge is suspect or not; may be repeated',
  }),
  'min-degree': Flags.integer({
    min: 0,
    default: 1,
    helpGroup: GROUP.method,
    description: 'never leave a node with fewer neighbours by pruning',
  }),
  repair: Flags.integer({
    min: 0,
    helpGroup: GROUP.method,
    exclusive: ['soft'],
    description:
      'after pruning, add up to this many edges to each node that lost neighbours, between mutually most similar nodes (default: 0)',
  }),
  defend: Flags.boolean({
    default: false,
    helpGroup: GROUP.method,
    exclusive: ['soft', 'repair'],
    description: `prune, and connect nodes that lost neighbours to similar nodes (--repair ${DEFENDING_REPAIR}, up to ${DEFENDING_ENOUGH} neighbours): for a graph that a network is trained on`,
  }),
  review: Flags.integer({
    min: 1,
    helpGroup: GROUP.output,
    description: 'list this many of the most suspect edges with probability, reasons and both ends, for review',
  }),
  'max-memory': maxMemory(),
}

export type SanitizeFlags = Interfaces.InferredFlags<typeof sanitizeFlags> & {seed: number}

/** A run of sanitize, from its flags. */
export function requestOf(graph: string, flags: SanitizeFlags): SanitizeRequest {
  return {
    graph,
    reading: {...readingOf(flags), weights: flags.weights as SanitizeRequest['reading']['weights']},
    truth: flags.truth ?? null,
    protect: flags.protect ?? null,
    focus: flags.focus ?? null,
    suppress: flags.suppress ?? null,
    today: isoDate(),
    explain: (flags.explain ?? []) as [string, string][],
    options: {
      preset: flags.preset as SanitizeOptions['preset'],
      nodeSet: (flags['node-set'] as SanitizeOptions['nodeSet']) ?? null,
      coding: (flags.coding as SanitizeOptions['coding']) ?? null,
      norm: (flags.norm as SanitizeOptions['norm']) ?? null,
      hops: (flags.hops as SanitizeOptions['hops']) ?? null,
      ridge: flags.ridge === Infinity ? 'infinity' : (flags.ridge ?? null),
      sign: (flags.sign as SanitizeOptions['sign']) ?? null,
      labelFree: flags['label-free'] ?? null,
      method: (flags.method as SanitizeOptions['method']) ?? null,
      solver: (flags.solver as SanitizeOptions['solver']) ?? null,
      landmarks: flags.landmarks ?? null,
      prune: pruneRule(flags),
      minDegree: flags['min-degree'],
      repair: flags.defend ? DEFENDING_REPAIR : (flags.repair ?? 0),
      enoughNeighbours: flags.defend ? DEFENDING_ENOUGH : null,
      review: flags.review ?? null,
      seed: flags.seed,
    },
  }
}

function pruneRule(flags: {
  prune: string | undefined
  fdr: number | undefined
  'prune-ratio': number | undefined
  'prune-count': number | undefined
  threshold: number | undefined
}): SanitizeOptions['prune'] {
  if (flags['prune-ratio'] !== undefined) return {rule: 'ratio', value: flags['prune-ratio']}
  if (flags['prune-count'] !== undefined) return {rule: 'count', value: flags['prune-count']}
  if (flags.threshold !== undefined) return {rule: 'threshold', value: flags.threshold}
  if (flags.fdr !== undefined) return {rule: 'fdr', value: flags.fdr}
  return flags.prune === undefined ? {rule: 'auto'} : namedRule(flags.prune)
}

/** A share has a decimal point, a count does not. */
function namedRule(text: string): SanitizeOptions['prune'] {
  if (text === 'auto') return {rule: 'auto'}
  const chance = /^p\s*>\s*(\d*\.?\d+)$/.exec(text)
  if (chance !== null) return {rule: 'probability', value: Number(chance[1])}
  const share = /^(\d*\.?\d+)\s*%$/.exec(text)
  if (share !== null) return {rule: 'ratio', value: Number((Number(share[1]) / 100).toPrecision(12))}
  if (/^\d+$/.test(text)) return {rule: 'count', value: Number(text)}
  if (/^\d*\.\d+$/.test(text)) return {rule: 'ratio', value: Number(text)}
  throw new UsageError(`--prune is ${JSON.stringify(text)}, it must be auto, a share, a number, or p>x`, [
    'use --prune auto, --prune 10%, --prune 100 or --prune "p>0.5"',
  ])
}

/** Today's date in the format of suppressions. */
export const isoDate = (): string => new Date().toISOString().slice(0, 10)
