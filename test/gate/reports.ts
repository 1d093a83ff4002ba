import {certify} from '../../src/certify/certify.js'
import type {CertifyOptions} from '../../src/certify/options.js'
import type {Embeddings} from '../../src/certify/types.js'
import {withChecksum} from '../../src/frame/checksum.js'
import type {CertifyReport} from '../../src/documents/reports.js'
import {readSchema} from '../../src/documents/schema.js'
import type {Schema} from '../../src/gate/metric-schema.js'
import type {GateConfig, Threshold} from '../../src/gate/types.js'
import {engine, mixture, options} from '../certify/fixtures.js'

export const schema = readSchema('report.schema.json') as Schema

export const data = mixture(3, 600)
/** The same examples, a model that is less sure of them. */
export const changed: Embeddings = {...data, output: {...data.output!, data: data.output!.data.map((x) => 0.2 * x)}}

/** A report of surety certify as the command writes it, but for the run block. */
export async function certifyReport(
  embeddings: Embeddings = data,
  changes: Partial<CertifyOptions> = {},
  dataHash = 'd'.repeat(64),
  modelHash = 'a'.repeat(64),
): Promise<CertifyReport> {
  const settings = options({bootstrap: 0, examples: 20, ...changes})
  const {metrics, verdict, notes, evidence} = await certify(embeddings, settings, engine)
  return withChecksum({
    schemaVersion: 1 as const,
    command: 'certify' as const,
    version: '0.1.0',
    algorithm: 1,
    seed: settings.seed,
    engine: {name: 'cpu', precision: 'fp64' as const, tried: []},
    inputs: [
      {path: 'model.onnx', sha256: modelHash, bytes: 1, role: 'model' as const},
      {path: 'data.npz', sha256: dataHash, bytes: 1, role: 'data' as const},
    ],
    config: {...settings, deltas: 'auto', etas: 'auto', bounds: []},
    metrics,
    verdict,
    notes,
    ...(evidence === null ? {} : {evidence}),
  })
}

/** A configuration of one certify check. */
export const configOf = (thresholds: Record<string, Threshold>, more: Partial<GateConfig> = {}): GateConfig => ({
  checks: {model: {certify: 'model.onnx', thresholds}},
  ...more,
})
