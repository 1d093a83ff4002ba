import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {mutateJson} from '../../../scripts/fuzz/mutate/json.js'
import type {Mutator} from '../../../scripts/fuzz/mutate/mutator.js'
import {mutateBytes} from '../../../scripts/fuzz/mutate/bytes.js'
import {mutateZip} from '../../../scripts/fuzz/mutate/containers.js'
import {CSV_WORDS, JSON_WORDS, mutateTokens} from '../../../scripts/fuzz/mutate/text.js'
import type {Target} from '../../../scripts/fuzz/target.js'
import {certify} from '../../../src/certify/certify.js'
import {type KeepSums, measureBlocks} from '../../../src/certify/measure/measure.js'
import {keepPacked, type PackedBlockSums} from '../../../src/certify/evidence/partial-blocks.js'
import {checkRows} from '../../../src/certify/nearest/check.js'
import type {Rule} from '../../../src/certify/nearest/rule.js'
import {readRule, writeRule} from '../../../src/certify/nearest/rule-file.js'
import {stateRows} from '../../../src/cli/state-rows.js'
import {writeNpy} from '../../../src/data/npy.js'
import {writeNpz} from '../../../src/data/npz.js'
import {planCertify} from '../../../src/certify/plan/plan.js'
import {mergeShares} from '../../../src/certify/shards.js'
import {piecesIn} from '../../../src/cli/pieces.js'
import {keptIn} from '../../../src/cli/resumption.js'
import {InternalError} from '../../../src/errors.js'
import type {OpenKept} from '../../../src/frame/kept-parts.js'
import {verifyReport} from '../../../src/cli/verify-run.js'
import {withChecksum} from '../../../src/frame/checksum.js'
import type {FormatName} from '../../../src/render/formats.js'
import {toJson} from '../../../src/frame/json.js'
import {sealPartial} from '../../../src/documents/partials.js'
import {parsePartial} from '../../../src/documents/read-partial.js'
import {parseReport} from '../../../src/documents/read-report.js'
import {renderReadReport} from '../../../src/render/renderers.js'
import type {AnyReport, CertifyReport} from '../../../src/documents/reports.js'
import {identity} from '../../../src/linalg/blocks.js'
import {dense} from '../../../src/linalg/types.js'
import {packSums, type PieceSizes, unpackSums} from '../../../src/sanitize/landmark-pieces.js'
import {shardSet} from '../../../src/documents/shard-set.js'
import {engine, mixture, options} from '../../certify/fixtures.js'
import {partialFiles, SUBJECT, VERSION} from '../../render/partials.js'
import {certifySample} from '../../render/samples/certify.js'
import {driftSample} from '../../render/samples/drift.js'
import {evaluateSample} from '../../render/samples/evaluate.js'
import {hardenSample} from '../../render/samples/harden.js'
import {attestationFaults, attestationOf, readAttestation} from '../../../src/documents/attestation.js'
import {historySample} from '../../render/samples/history.js'
import {judgeSample} from '../../render/samples/judge.js'
import {sanitizeSample} from '../../render/samples/sanitize.js'

const bytesOf = (report: Parameters<typeof toJson>[0]): Uint8Array => Buffer.from(toJson(report))

/** Sealed again after the change, so that it reaches what stands behind the checksum. */
const resealed =
  (seal: (json: never) => object): Mutator =>
  (input, other, random) => {
    const changed = mutateJson(input, other, random)
    try {
      return Buffer.from(JSON.stringify(seal(JSON.parse(Buffer.from(changed).toString()) as never)))
    } catch {
      return changed
    }
  }

/** A rule of three anchors. */
function smallRule(): Rule {
  return {
    layer: 'h',
    radius: 1,
    anchorLoss: 0.5,
    target: {risk: 0.1, loss: 1, minCoverage: 0, alpha: 0.05},
    references: 50,
    accepted: 40,
    wrong: 1,
    coverage: 0.6,
    tested: 2,
    lossName: 'zero-one',
    metric: 'l2',
    anchors: {rows: 3, cols: 2, data: Float64Array.of(0, 0, 1, 1, 2, 0)},
    anchorLosses: Float64Array.of(0, 1, 0),
    anchorRows: Uint32Array.of(4, 7, 9),
  }
}

function stateSeeds() {
  const states = {name: 'h', shape: [3, 2], type: 'f8', data: Float64Array.of(1, 2, 3, 4, 5, 6)} as const
  return {
    csv: Buffer.from('a,b\n1,2\n3,4\n'),
    jsonl: Buffer.from('[1, 2]\n{"h": [3, 4]}\n'),
    npz: writeNpz([states]),
    npy: writeNpy(states),
  }
}

/** A report of certify with all evidence, small. */
export async function certificate(): Promise<CertifyReport> {
  const chosen = options({bootstrap: 10, seed: 5})
  const {metrics, verdict, notes, evidence} = await certify(mixture(5, 40), chosen, engine)
  return withChecksum({
    ...certifySample(),
    subject: SUBJECT,
    seed: 5,
    config: JSON.parse(JSON.stringify({...chosen})) as CertifyReport['config'],
    metrics,
    verdict,
    notes,
    evidence: evidence!,
  })
}

/** Read, and shown in every form that it has: what `surety report` does. */
const report = (command: AnyReport['command'], sample: () => AnyReport, forms: readonly FormatName[]): Target => ({
  name: `report-${command}`,
  seeds: () => [bytesOf(sample())],
  mutators: [mutateJson, mutateTokens(JSON_WORDS)],
  open: () => (bytes) => {
    const read = parseReport(bytes, 'x.json', command)
    return forms.map((form) => renderReadReport(read, 'x.json', form))
  },
})

/** A file in the folder of --resume. */
function kept(name: string, file: string, use: (open: OpenKept<PackedBlockSums>, keep: KeepSums) => unknown): Target {
  const fill = async (folder: string) => {
    const plan = await planCertify(mixture(5, 40), options({bootstrap: 10, seed: 5}), engine)
    const open = keptIn<PackedBlockSums>(folder, 'PackedBlockSums', certifySample())
    const keep = keepPacked(await open({}), plan)
    await measureBlocks(plan, mixture(5, 40), engine, [0], undefined, keep)
    return {open, keep}
  }
  return {
    name,
    mutators: [mutateJson, resealed(withChecksum)],
    seeds: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'surety-fuzz-seed-'))
      await fill(folder)
      return [readFileSync(join(folder, file))]
    },
    open: async (folder) => {
      const {open, keep} = await fill(folder)
      return (bytes) => {
        writeFileSync(join(folder, file), bytes)
        return use(open, keep)
      }
    },
  }
}

const SIZES: PieceSizes = {rows: 9, landmarks: 3, width: 2, classes: 2, ridge: 10}

/** A piece of a run in stages. */
const stagePiece: Target = {
  name: 'stage-piece',
  mutators: [],
  seeds: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'surety-fuzz-seed-'))
    const sums = {outer: identity(SIZES.landmarks), cross: dense(SIZES.landmarks, SIZES.classes), own: 1}
    await piecesIn(folder, 'run').write('sums-0', packSums(sums))
    return [readFileSync(join(folder, 'sums-0.safetensors'))]
  },
  open: (folder) => async (bytes) => {
    writeFileSync(join(folder, 'sums-0.safetensors'), bytes)
    const held = await piecesIn(folder, 'run').read('sums-0')
    return held === null ? null : unpackSums(held, SIZES)
  },
}

/** src/report: what surety wrote and reads again. */
export const REPORT_TARGETS: Target[] = [
  report('certify', certifySample, ['html', 'markdown', 'terminal']),
  report('sanitize', sanitizeSample, ['html', 'markdown', 'terminal']),
  report('evaluate', evaluateSample, ['html', 'terminal']),
  report('harden', hardenSample, ['html', 'terminal']),
  report('drift', driftSample, ['html', 'terminal']),
  report('judge', judgeSample, ['html', 'terminal']),
  report('history', historySample, ['html', 'terminal']),
  stagePiece,
  {
    name: 'certificate',
    seeds: async () => [bytesOf(await certificate())],
    mutators: [mutateJson, resealed(withChecksum)],
    open: () => (bytes) => {
      const read = parseReport(bytes, 'x.json', 'certify')
      return read.evidence === undefined ? null : verifyReport({...read, evidence: read.evidence})
    },
  },
  {
    name: 'attestation',
    seeds: () => [
      Buffer.from(JSON.stringify(attestationOf(judgeSample(), [{name: 'judge.json', sha256: '0'.repeat(64)}]))),
    ],
    mutators: [mutateJson],
    open: () => (bytes) => {
      const read = readAttestation(bytes, 'x.json')
      return read === null ? null : attestationFaults(read.statement)
    },
  },
  {
    name: 'rule',
    seeds: () => [writeRule(smallRule())],
    mutators: [mutateZip(mutateBytes, mutateJson)],
    open: () => async (bytes) => {
      const rule = readRule(bytes, 'rule.npz')
      return checkRows(rule, {rows: 1, cols: rule.anchors.cols, data: new Float64Array(rule.anchors.cols)}, engine)
    },
  },
  ...(['csv', 'jsonl', 'npz', 'npy'] as const).map(
    (form): Target => ({
      name: `state-rows-${form}`,
      seeds: () => [stateSeeds()[form]],
      mutators:
        form === 'jsonl'
          ? [mutateTokens(JSON_WORDS)]
          : form === 'csv'
            ? [mutateTokens(CSV_WORDS)]
            : [mutateZip(mutateBytes)],
      open: (folder) => async (bytes) => {
        const path = join(folder, `states.${form}`)
        writeFileSync(path, bytes)
        let rows = 0
        for await (const block of stateRows(path, {layer: 'h', dim: 2})) rows += block.rows
        return rows
      },
    }),
  ),
  kept('kept-run', 'run.json', (run) => run({})),
  kept('kept-part', 'layer-0-block-0.json', async (_, keep) =>
    keep(0, 0, () => Promise.reject(new InternalError('the part is there'))),
  ),
  {
    name: 'partial',
    seeds: async () => (await partialFiles(1)).map(({partial}) => bytesOf(partial)),
    mutators: [mutateJson, resealed(sealPartial)],
    open: () => (bytes) => {
      const partial = parsePartial(bytes, 'x.json')
      const {files} = shardSet([{path: 'x.json', partial}], VERSION)
      return partial.command === 'certify'
        ? mergeShares(files.map((file) => ({place: file.path, share: file.partial as typeof partial})))
        : null
    },
  },
]
