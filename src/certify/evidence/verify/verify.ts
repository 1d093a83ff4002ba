import {InputError} from '../../../errors.js'
import {type Certification, conclude} from '../../certify.js'
import type {Evidence} from '../evidence.js'
import type {CertifyOptions} from '../../options.js'
import type {CertifyPlan} from '../../plan-types.js'
import {differences} from './differences.js'
import {type DrawnRows, evidenceFaults} from './plausible.js'
import {rebuild} from './rebuild.js'
import {stakeFaults} from './stakes.js'

/**
 * Makes a certificate again from its evidence by the code that made it, and says where the two differ; the model and
 * the data are not needed.
 *
 * `drawn`   the rows that a limit left of the data file; null: all of them.
 * Returns   one sentence for each discrepancy, in the order of the report; empty: the certificate stands.
 * Checks    the split of α, the sample that the seed draws, L_max and the loss tail, ε with its bound and interval,
 *           every cell with its status, perturbations, the most volatile rows, overlaps and ranking, verdict, notes;
 *           that stakes are those that the pilot calls for, and ones the bound allows;
 *           that sums do not contradict each other. Taken as stated: names, sizes, distances' scale and median,
 *           diameter, accuracy, the legacy score. That the sums came from the model and the data is not checked: that
 *           needs both.
 * Cost      that of the bounds and of the bootstrap.
 * Throws    InputError  rows of the sample, examples or perturbations that do not decode.
 */
export function verifyCertificate(
  claim: Certification,
  options: CertifyOptions,
  drawn: DrawnRows | null = null,
): string[] {
  const {evidence} = claim
  if (evidence === null) return ['there is no evidence']
  const faults = evidenceFaults(claim.metrics, evidence, options, drawn)
  if (faults.length > 0) return faults
  const rebuilt = rebuildOrFault(claim.metrics, evidence, options)
  if (typeof rebuilt === 'string') return [rebuilt]
  const {plan, sums, pairs} = rebuilt
  const grids = gridFaults(plan, evidence)
  if (grids.length > 0) return grids
  const stakes = stakeFaults(plan, evidence)
  const again = conclude(plan, sums, pairs)
  // Earlier versions did not write it.
  if (claim.metrics.headline !== undefined && claim.metrics.headline.lift === undefined)
    delete again.metrics.headline?.lift
  const missing = again.notes.filter(
    ({code, message}) => !claim.notes.some((note) => note.code === code && note.message === message),
  )
  return [
    ...stakes,
    ...differences(
      judged(claim.metrics, claim.verdict, evidence),
      judged(again.metrics, again.verdict, again.evidence!),
    ),
    ...missing.map(({message}) => `the note is missing: ${message}`),
  ]
}

/** Sums that the configuration does not ask for, or that cannot be, are a discrepancy like any other. */
function rebuildOrFault(...claim: Parameters<typeof rebuild>): ReturnType<typeof rebuild> | string {
  try {
    return rebuild(...claim)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

/** Grids that the configuration states and the evidence does not have: nothing can be computed from them. */
function gridFaults({etas, layers}: CertifyPlan, evidence: Evidence): string[] {
  const fault = (place: string, stated: Float64Array, found: readonly number[]) =>
    stated.length === found.length
      ? []
      : [`${place}: the configuration makes ${stated.length} values, the evidence has ${found.length}`]
  return [
    ...fault('η', etas, evidence.etas),
    ...layers.flatMap(({name, deltas}, k) => fault(`layer ${name}, δ`, deltas, evidence.layers[k]!.deltas)),
  ]
}

/** Of the evidence the units: its sums are what everything else was computed from. */
const judged = (
  metrics: Certification['metrics'],
  verdict: Certification['verdict'],
  {anchors, references, etas, tailExceeding, layers}: Evidence,
) => ({
  metrics,
  verdict,
  evidence: {
    anchors,
    references,
    etas,
    tailExceeding,
    layers: layers.map(({name, floor, deltas}) => ({name, floor, deltas})),
  },
})
