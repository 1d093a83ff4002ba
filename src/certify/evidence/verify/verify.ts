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
 * Recomputes a certificate from its evidence with the same code, and lists the differences; needs neither model nor
 * data.
 *
 * `drawn`   the rows that a limit selected from the data file; null: all.
 * Returns   one sentence per discrepancy, in the order of the report; empty: the certificate is correct.
 * Checks    the split of α, the sample that the seed draws, L_max and the loss tail, ε with its bound and interval,
 *           every cell with its status, perturbations, the most volatile rows, overlaps and ranking, verdict, notes;
 *           that stakes follow from the pilot and are allowed by the bound; that sums do not contradict each other. Not
 *           checked: names, sizes, scale and median of distances, diameter, accuracy, the legacy score. Nor that the
 *           sums came from the model and the data, which would need both.
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
  // Absent in earlier versions.
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

/** Sums that are not requested or impossible are discrepancies too. */
function rebuildOrFault(...claim: Parameters<typeof rebuild>): ReturnType<typeof rebuild> | string {
  try {
    return rebuild(...claim)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

/** Grids in the configuration that differ in size from the evidence's, so that nothing can be recomputed. */
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

/** Of the evidence, only the units are compared: everything else was computed from its sums. */
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
