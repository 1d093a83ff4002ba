import type {PairSource} from '../certify/perturbed/pairs.js'
import type {Embeddings} from '../certify/types.js'
import {
  type Checkpoint,
  type DataSet,
  type DataSetOptions,
  type EmbeddingOptions,
  openCheckpoint,
  readDataSet,
} from '../checkpoint/index.js'
import {sampleRows, takeExamples} from '../checkpoint/sample.js'
import {UsageError} from '../errors.js'
import {perturbByAttack} from '../perturb/attacks.js'
import {CATALOGUE, type Material, type PerturbationRequest} from '../perturb/catalogue.js'
import {type Perturbed, perturbNumbers, type PerturbOptions, perturbTexts, textsToPerturb} from '../perturb/perturb.js'
import type {InputFile} from '../frame/report.js'

export interface PairRequest {
  checkpoint: Checkpoint
  data: DataSet | null
  embeddingOptions: EmbeddingOptions
  dataOptions: DataSetOptions
  perturb: readonly PerturbationRequest[]
  perturbOptions: PerturbOptions
  /** copies of each row, for PR(γ) */
  draws: number
  /** a file with the perturbed copy of every row */
  pairs: string | undefined
  onProgress: (what: string, done: number, total: number) => void
}

/** Far from the consecutive seeds of other perturbations. */
const DRAW_STREAM = 1_000_003

/** The pair distributions of --perturb and --pairs, and the files read for them. */
export async function pairSources({
  checkpoint,
  data,
  embeddingOptions,
  dataOptions,
  perturb,
  perturbOptions,
  draws,
  pairs,
  onProgress,
}: PairRequest): Promise<{sources: PairSource[]; files: InputFile[]}> {
  const sources: PairSource[] = []
  const files: InputFile[] = []
  let taken: DataSet | null = null
  for (const [index, request] of perturb.entries()) {
    if (data === null)
      throw new UsageError(`--perturb ${request.name} changes inputs, but hidden states are all there is here`, [
        'certify the model itself, or give the hidden states of perturbed inputs with --pairs',
      ])
    const of: Material = CATALOGUE[request.name].of
    // Checked before the model runs.
    if (of === 'text') textsToPerturb(data, request.name)
    const rows = (taken ??= sampled(data, embeddingOptions))
    // A separate random stream per perturbation and draw.
    const seeded = (draw: number) => ({...perturbOptions, seed: perturbOptions.seed + index + DRAW_STREAM * draw})
    const numbers = (anchors: Uint32Array, draw: number) => perturbNumbers(rows, request, anchors, seeded(draw))
    const copies: Record<Material, (anchors: Uint32Array, draw: number) => Perturbed | Promise<Perturbed>> = {
      numbers,
      image: numbers,
      text: (_, draw) => perturbTexts(rows, request, seeded(draw)),
      gradient: (anchors, draw) => perturbByAttack(checkpoint, rows, request, anchors, seeded(draw)),
    }
    sources.push({
      ...request,
      kind: of === 'gradient' ? 'attack' : 'random',
      draws,
      perturb: async (anchors, draw = 0) => {
        const perturbed = await copies[of](anchors, draw)
        return {
          embeddings: await quietly(checkpoint, perturbed.data, {
            ...embeddingOptions,
            limit: rows.rows,
            onProgress: (done, total) => onProgress(`copies by ${request.name}`, draw * total + done, draws * total),
          }),
          description: perturbed.description,
        }
      },
    })
  }
  if (pairs !== undefined) {
    const {embeddings, inputFiles} = await suppliedPairs(
      pairs,
      checkpoint,
      data !== null,
      embeddingOptions,
      dataOptions,
    )
    files.push(...inputFiles.map((file) => ({...file, role: 'pairs' as const})))
    sources.push({
      name: 'pairs',
      strength: null,
      kind: 'supplied',
      perturb: () => Promise.resolve({embeddings, description: `the pairs of ${pairs}`}),
    })
  }
  return {sources, files}
}

async function suppliedPairs(
  path: string,
  checkpoint: Checkpoint,
  isModel: boolean,
  options: EmbeddingOptions,
  dataOptions: DataSetOptions,
): Promise<{embeddings: Embeddings; inputFiles: InputFile[]}> {
  if (isModel) {
    const data = await readDataSet(path, dataOptions, checkpoint, [])
    return {embeddings: await quietly(checkpoint, data, options), inputFiles: data.inputFiles}
  }
  const other = await openCheckpoint(path)
  try {
    if (other.kind !== 'embeddings')
      throw new UsageError(`${path} is a model, but the pairs of hidden states are hidden states`, [
        'store the hidden states of the perturbed inputs',
      ])
    return {embeddings: await other.embeddings(null, options), inputFiles: other.inputFiles}
  } finally {
    await other.close()
  }
}

/** Drops notes, because the report has those of the run on the unperturbed data. */
async function quietly(checkpoint: Checkpoint, data: DataSet, options: EmbeddingOptions): Promise<Embeddings> {
  const {length} = checkpoint.notes
  const embeddings = await checkpoint.embeddings(data, options)
  checkpoint.notes.splice(length)
  return embeddings
}

/** The same rows as in the run on the unperturbed data; images are decoded once. */
function sampled(data: DataSet, options: EmbeddingOptions): DataSet {
  const rows = sampleRows(data.rows, data.labels, options, [])
  const taken = rows === null ? data : takeExamples(data, rows)
  return {
    ...taken,
    inputs: taken.inputs.map(({name, shape, data: values, possible}) => ({
      name,
      shape,
      data: values,
      ...(possible === undefined ? {} : {possible}),
    })),
  }
}
