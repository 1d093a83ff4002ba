import type {DriftReport} from '../../../src/documents/reports.js'
import {measuresFor} from '../../../src/drift/divergence.js'
import {Drift} from '../../../src/drift/drift.js'
import {random} from '../../../src/stats/random.js'
import {HASH, run} from './run.js'

/** Fourteen documents with everything a report of drift can hold; `texts` are the tokens. */
export function driftSample(
  texts: readonly string[] = ['the', ' end', '\n', ' of', ' it'],
  name = 'mail',
): DriftReport {
  const draw = random(8)
  const drift = new Drift({alpha: 0.05, taus: [0.01, 0.1], losses: [0.5], klCap: 10, partial: false}, 50)
  for (let d = 0; d < 14; d++) {
    const measures = measuresFor(60)
    for (let t = 0; t < 60; t++) {
      const js = draw.uniform() ** 6 * 0.6
      measures.js[t] = measures.jsUpper[t] = js
      measures.kl[t] = measures.klUpper[t] = 3 * js
      measures.deltaLogP[t] = t % 9 === 0 ? NaN : js * draw.normal()
      measures.entropyOld[t] = measures.entropyNew[t] = 4 * draw.uniform()
      measures.rankOld[t] = 1 + draw.integer(4)
      measures.rankNew[t] = 1 + draw.integer(4)
      measures.sameTop[t] = js > 0.2 ? 0 : 1
    }
    const pieces = Array.from({length: 60}, (_, t) => texts[t % texts.length]!)
    drift.add({name: `${name} ${d}`, measures, pieces: d === 0 ? null : pieces})
  }
  const {metrics, verdict, notes} = drift.result()
  return {
    schemaVersion: 1,
    command: 'drift',
    version: '0.1.0',
    algorithm: 1,
    seed: 0,
    engine: {name: 'none', precision: 'fp64', tried: []},
    inputs: [
      {path: 'before.npz', sha256: HASH, bytes: 190024, role: 'against'},
      {path: 'after.npz', sha256: HASH.replace('9', '8'), bytes: 190024, role: 'model'},
    ],
    config: {alpha: 0.05, tau: [0.01, 0.1], loss: [0.5], 'kl-cap': 10, shift: null, 'trust-order': false},
    metrics,
    verdict,
    notes,
    run,
  }
}
