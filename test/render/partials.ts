import {certifyShard} from '../../src/certify/shards.js'
import {toJson} from '../../src/frame/json.js'
import {type CertifyPartial, sealPartial} from '../../src/documents/partials.js'
import {parsePartial} from '../../src/documents/read-partial.js'
import type {PartialFile} from '../../src/documents/shard-set.js'
import type {Subject} from '../../src/documents/subject.js'
import {engine, mixture, options} from '../certify/fixtures.js'

export const VERSION = '1.2.3'

export const SUBJECT: Subject = {
  model: {kind: 'embeddings', layers: [{name: 'h1', kind: 'array', shape: [2]}]},
  data: {
    format: null,
    rows: 400,
    used: 400,
    sample: 'all',
    classes: [200, 200],
    classNames: null,
    inputs: [],
    preparation: null,
  },
}

/** Partial results of `count` shards as they are read from files. */
export async function partialFiles(count: number): Promise<PartialFile<CertifyPartial>[]> {
  const files: PartialFile<CertifyPartial>[] = []
  const chosen = options({bootstrap: 10, seed: 5})
  for (let index = 1; index <= count; index++) {
    const share = await certifyShard(mixture(5, 400), chosen, engine, {index, count})
    const partial: CertifyPartial = sealPartial({
      schemaVersion: 1,
      kind: 'partial',
      command: 'certify',
      version: VERSION,
      seed: 5,
      shard: {index, count},
      engine: {name: 'cpu', precision: 'fp64', tried: [{name: 'cpu', outcome: 'taken: 2 threads'}]},
      inputs: [{path: 'x.npz', sha256: 'ab'.repeat(32), bytes: 100}],
      config: {alpha: 0.05, deltas: [1, 2]},
      subject: SUBJECT,
      notes: [{level: 'info', code: 'n', message: 'noted'}],
      run: {
        startedAt: '2026-01-01T00:00:00.000Z',
        elapsedMs: index,
        node: 'v20',
        platform: 'linux x64',
        cpus: 2,
        peakMemoryBytes: 1,
      },
      ...share,
    })
    const path = `part-${index}.json`
    files.push({path, partial: parsePartial(Buffer.from(toJson(partial)), path) as CertifyPartial})
  }
  return files
}

/** A copy of the file after a change of its partial result, sealed again. */
export function resealed(
  {path, partial}: PartialFile<CertifyPartial>,
  change: (partial: CertifyPartial) => unknown,
): PartialFile<CertifyPartial> {
  const copy = structuredClone(partial)
  change(copy)
  return {path, partial: sealPartial(copy)}
}
