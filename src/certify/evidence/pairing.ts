import {InputError, option} from '../../errors.js'
import type {InputFile} from '../../frame/report.js'
import {unpackRows} from '../sample/points.js'
import {compareCertificates} from './compare.js'
import type {Certified} from './certified.js'
import type {Evidence} from './evidence.js'
import type {CertifyMetrics} from '../types.js'
import type {Comparison} from '../comparison-types.js'

/** An earlier certificate and its input files. */
export interface EarlierCertificate extends Certified {
  /** name for errors */
  path: string
  inputs: readonly InputFile[]
}

/**
 * The paired difference to an earlier report. Examples are the same if the hashes of the data files are. Hidden states
 * of two checkpoints are different files, so there labels or targets must agree row by row.
 *
 * Throws  InputError  different examples, or examples that cannot be matched (says why).
 */
export function compareWith(
  earlier: EarlierCertificate,
  now: {metrics: CertifyMetrics; evidence: Evidence | null; inputs: readonly InputFile[]},
  alpha: number,
): Comparison {
  const {path} = earlier
  const {metrics, evidence} = now
  if (evidence === null)
    throw new InputError(`nothing is certified here, so there is nothing to compare with ${path}`, [
      `leave out ${option('split: null')}`,
    ])
  const hashes = (inputs: readonly InputFile[]) =>
    inputs
      .filter(({role}) => role === 'data')
      .map(({sha256}) => sha256)
      .sort()
      .join()
  const [here, there] = [hashes(now.inputs), hashes(earlier.inputs)]
  const byHash = here !== '' && there !== ''
  if (byHash && here !== there) {
    const files = earlier.inputs
      .filter(({role}) => role === 'data')
      .map((input) => input.path)
      .join(', ')
    throw new InputError(
      `${path}: was made from other data (${files}): the sha256 of the data files differ, so the examples cannot be paired`,
      ['certify both checkpoints on the same file'],
    )
  }
  const pairing = byHash ? 'input-hash' : recognised([evidence, earlier.evidence])
  if (pairing === null)
    throw new InputError(
      `${path}: whether its examples are these is unknown: hidden states of two checkpoints are different files, and one of them has neither labels nor targets`,
      ['store labels or targets with the hidden states', 'or certify both checkpoints on one file of data'],
    )
  try {
    return {pairing, ...compareCertificates({metrics, evidence}, earlier, alpha)}
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${path}: ${error.message}`, error.nextSteps, {cause: error})
    throw error
  }
}

/**
 * What identifies rows across files: labels, or the errors of the best constant answer, which depend only on the
 * targets.
 */
function recognised(both: readonly Evidence[]): 'labels' | 'targets' | null {
  const rows = both.map(({sample}) => unpackRows(sample.references, 'evidence, references'))
  if (rows.every(({labelsDigest}) => labelsDigest !== null)) return 'labels'
  return rows.every(({targetsDigest}) => targetsDigest !== null) ? 'targets' : null
}
