import type {ReviewedEdge, SanitizeMetrics, TopEdge} from '../sanitize/types.js'
import type {Report} from '../frame/report.js'
import {type Answer, answerOf, type Fact} from './answer.js'
import {count, number, percent, plural} from './format.js'
import {chance, complexity} from './sanitize-view.js'

/** Edges to look at on the first screen. */
const SHOWN = 10

/** An edge of the queue, from whichever list the report has. */
export interface FirstEdge {
  rank: number
  source: string
  target: string
  p: string
  pruned: boolean
  reason: string
}

/** The first screen of a cleaned graph: how many edges are suspect and how sure that is, what was removed, what to review. */
export function sanitizeAnswer({metrics, verdict}: Pick<Report<SanitizeMetrics>, 'metrics' | 'verdict'>): Answer {
  const {randomEdges: found, edges, pruned, notScored, added} = metrics
  if (found === undefined || notScored === edges) return {...answerOf(verdict), facts: facts(metrics), look: null}
  const judged = found.finding !== 'not enough evidence to judge'
  const removed = removedText(metrics)
  const [estimate, low, high] = [found.number.estimate, found.number.low, found.number.high].map((x) =>
    count(Math.round(x)),
  )
  return {
    headline: !judged
      ? `Too little is known to judge the edges of this graph; ${removed}.`
      : found.finding === 'no evidence of an attack'
        ? `No evidence of an attack; ${removed}.`
        : `${estimate!} of ${count(edges)} edges look wired at random; ${removed}.`,
    lead: [
      ...(judged
        ? [
            `How sure: between ${low!} and ${high!} edges look so with 95 % confidence, ${count(found.certain)} of them with a chance of at least .9.`,
          ]
        : [`${capital(found.reason ?? 'nothing is known of the edges')}.`]),
      ...(pruned > 0 && found.expectedGenuine !== null
        ? [
            `Of the ${plural(pruned, 'removed edge')} about ${count(Math.round(found.expectedGenuine))} are expected to be genuine.`,
          ]
        : []),
      ...(added.count > 0
        ? [`${plural(added.count, 'edge')} between like nodes ${added.count === 1 ? 'was' : 'were'} added.`]
        : []),
      'A chance is an estimate and no proof of an attack; an edge that was kept is not certified as genuine.',
    ],
    facts: facts(metrics),
    look: null,
  }
}

function removedText({pruned, edges}: SanitizeMetrics): string {
  return pruned === 0
    ? 'nothing is marked for removal'
    : `${count(pruned)} (${percent(edges === 0 ? 0 : pruned / edges)}) ${pruned === 1 ? 'is' : 'are'} marked for removal`
}

function facts(metrics: SanitizeMetrics): Fact[] {
  const {truth, pruned, edges} = metrics
  const kernel = complexity(metrics)
  return [
    {name: 'Marked for removal', value: count(pruned), detail: `of ${plural(edges, 'edge')}`},
    {
      name: kernel.name.replace('k', 'K'),
      value: `${number(kernel.before)} → ${number(kernel.after)}`,
      detail: kernel.better,
    },
    ...(truth === null
      ? []
      : [
          {
            name: 'Known adversarial edges',
            value: `${percent(truth.recall)} removed`,
            detail: `of ${count(truth.adversarial)}; ranking AUC ${number(truth.auc)}, 0.5 is guessing`,
          },
        ]),
  ]
}

/** The ten edges to look at first: the queue where there is one, else the highest scores. */
export function firstEdges({review = [], top}: Pick<SanitizeMetrics, 'review' | 'top'>): FirstEdge[] {
  const queued = (edge: ReviewedEdge): FirstEdge => ({
    rank: edge.rank,
    source: edge.ends[0].name,
    target: edge.ends[1].name,
    p: chance(edge.probability),
    pruned: edge.pruned,
    reason: shortReason(edge.reason),
  })
  const scored = ({rank, source, target, probability, pruned, reason}: TopEdge): FirstEdge => ({
    rank,
    source,
    target,
    p: chance(probability),
    pruned,
    reason: shortReason(reason),
  })
  return (review.length >= Math.min(SHOWN, top.length) ? review.map(queued) : top.map(scored)).slice(0, SHOWN)
}

/** Why, without the chance and the place, which have columns of their own. */
const shortReason = (reason: string) => reason.split('; ')[0]!.replace(/^its ends look like /, '')

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
