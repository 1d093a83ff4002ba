import type {NamedArray} from '../data/named-array.js'
import {writeNpz} from '../data/npz.js'
import {clopperPearsonUpper} from '../stats/clopper-pearson.js'
import {checkRows} from '../certify/nearest/check.js'
import type {Rule} from '../certify/nearest/rule.js'
import type {CheckMetrics} from '../documents/reports.js'
import {confidence, lossChange, percentDown, percentUp} from '../frame/figures.js'
import type {InputFile, Note, Verdict} from '../frame/report.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {modelStates} from './rule-source.js'
import {stateRows} from './state-rows.js'

/** The decision for every row, 17 bytes each. */
export interface Decisions {
  accepted: Uint8Array
  /** row of the certificate's data file */
  anchor: Uint32Array
  distance: Float64Array
  anchorLoss: Float64Array
}

/** Decides every row of a file of hidden states, in blocks. */
export async function decide(
  path: string,
  rule: Rule,
  engine: PairwiseEngine,
  onRows: (done: number) => void,
): Promise<{decisions: Decisions; files: InputFile[]; notes: Note[]}> {
  const parts: Decisions[] = []
  const rows = stateRows(path, {layer: rule.layer, dim: rule.anchors.cols})
  let done = 0
  for (;;) {
    const {value, done: ended} = await rows.next()
    if (ended === true) return {decisions: joined(parts), files: [value], notes: []}
    parts.push(await decided(rule, value, engine))
    onRows((done += value.rows))
  }
}

/** Decides every row of a file of inputs, using the model at `model` to compute hidden states. */
export async function decideByModel(
  paths: {model: string; inputs: string},
  rule: Rule,
  engine: PairwiseEngine,
  onRows: (done: number) => void,
): Promise<{decisions: Decisions; files: InputFile[]; notes: Note[]}> {
  const {openCheckpoint} = await import('../checkpoint/index.js')
  const checkpoint = await openCheckpoint(paths.model)
  try {
    const {rows, files} = await modelStates(checkpoint, paths, rule, onRows)
    return {decisions: await decided(rule, rows, engine), files, notes: checkpoint.notes}
  } finally {
    await checkpoint.close()
  }
}

async function decided(rule: Rule, rows: Parameters<typeof checkRows>[1], engine: PairwiseEngine): Promise<Decisions> {
  const {accepted, nearest, distances} = await checkRows(rule, rows, engine)
  return {
    accepted,
    anchor: nearest.map((k) => rule.anchorRows[k]!),
    distance: distances,
    anchorLoss: Float64Array.from(nearest, (k) => rule.anchorLosses[k]!),
  }
}

function joined(parts: readonly Decisions[]): Decisions {
  const length = parts.reduce((sum, {accepted}) => sum + accepted.length, 0)
  const all = {
    accepted: new Uint8Array(length),
    anchor: new Uint32Array(length),
    distance: new Float64Array(length),
    anchorLoss: new Float64Array(length),
  }
  let at = 0
  for (const part of parts) {
    all.accepted.set(part.accepted, at)
    all.anchor.set(part.anchor, at)
    all.distance.set(part.distance, at)
    all.anchorLoss.set(part.anchorLoss, at)
    at += part.accepted.length
  }
  return all
}

export const DECISION_FORMS = ['csv', 'jsonl', 'npz'] as const

/** The decisions as a file: .csv, .jsonl or .npz. */
export function decisionsAs(form: (typeof DECISION_FORMS)[number], decisions: Decisions): Uint8Array | string {
  const {accepted, anchor, distance, anchorLoss} = decisions
  const rows = Array.from(accepted.keys())
  if (form === 'npz') {
    const array = (name: string, type: NamedArray['type'], data: Decisions[keyof Decisions]) => ({
      name,
      shape: [accepted.length],
      type,
      data,
    })
    return writeNpz([
      array('accepted', 'b1', accepted),
      array('anchor', 'u4', anchor),
      array('distance', 'f8', distance),
      array('anchor_loss', 'f8', anchorLoss),
    ])
  }
  const word = (k: number) => (accepted[k] === 1 ? 'accept' : 'abstain')
  if (form === 'csv')
    return [
      'row,decision,anchor,distance,anchor_loss',
      ...rows.map((k) => `${k},${word(k)},${anchor[k]!},${distance[k]!},${anchorLoss[k]!}`),
      '',
    ].join('\n')
  return rows
    .map(
      (k) =>
        `${JSON.stringify({row: k, decision: word(k), anchor: anchor[k], distance: distance[k], anchorLoss: anchorLoss[k]})}\n`,
    )
    .join('')
}

/** Metrics, verdict and notes of check. */
export function checkOutcome(
  {layer, radius, anchorLoss, target, coverage, lossName, anchors}: Rule,
  {accepted}: Decisions,
): {metrics: CheckMetrics; verdict: Verdict; notes: Note[]} {
  const rows = accepted.length
  const count = accepted.reduce((sum, x) => sum + x, 0)
  const {risk, loss, alpha} = target
  const promise = `With ${confidence(alpha, ' ')} confidence at most ${percentUp(risk, ' ')} of accepted inputs like those of the certificate have a ${lossName} loss of ${lossChange(loss)} or more.`
  const few = rows > 0 && clopperPearsonUpper(count, rows, alpha) < coverage
  return {
    metrics: {
      rows,
      accepted: count,
      abstained: rows - count,
      guarantee: {layer, radius, anchorLoss, risk, loss, lossName, alpha, coverage, anchors: anchors.rows},
    },
    verdict: {
      status: 'done',
      summary: `${count} of ${rows} inputs are accepted${rows === 0 ? '' : ` (${percentDown(count / rows, ' ')})`}, ${rows - count} abstained from. ${promise}`,
      meaning: [
        `An input is accepted where one of the ${anchors.rows} anchors lies near it in layer ${layer} and the nearest has a loss of at most ${lossChange(anchorLoss)}; elsewhere the rule abstains. No label is needed.`,
        'This holds for inputs drawn from the distribution of the sample that the rule was made from. It says nothing about an adversary who chooses the input, nor about data from elsewhere, and nothing about inputs that were abstained from.',
      ],
    },
    notes: few
      ? [
          {
            level: 'warning',
            code: 'fewer-accepted',
            message: `fewer inputs are accepted than the rule was shown to accept (${percentDown(coverage, ' ')}): these inputs are not like those of the certificate, so its guarantee does not apply to them`,
          },
        ]
      : [],
  }
}
