import type {PairSource} from '../certify/perturbed/pairs.js'
import type {
  Checkpoint,
  DataSet,
  DataSetOptions,
  EmbeddingOptions,
  ModelStates,
  OutputKind,
  Pooling,
  SampleKind,
} from '../checkpoint/index.js'
import type {TaskName} from '../certify/types.js'
import {UsageError} from '../errors.js'
import type {Subject} from '../documents/subject.js'
import type {InputFile, Json} from '../frame/report.js'
import type {InputFlags} from './certify-input-flags.js'
import {defined} from './flags.js'
import {refuseIdleDataFlags, refuseIdleFlags} from './idle-flags.js'
import {type Pictures, picturesOf} from './pictures.js'
import type {OnProgress} from './progress.js'

/** Hidden states of a checkpoint, with everything that the report says about their origin. */
export interface OpenedSubject {
  states: ModelStates
  /** the requested pair distributions */
  pairs: PairSource[]
  /** pictures of the inputs, if they are images */
  pictures: Pictures
  subject: Subject
  inputs: InputFile[]
  config: Record<string, Json>
}

export async function readSubject(
  checkpoint: Checkpoint,
  path: string,
  flags: InputFlags,
  onProgress: OnProgress,
): Promise<OpenedSubject> {
  if (checkpoint.kind !== 'embeddings' && flags.data === undefined) {
    throw new UsageError(`${path} is a model, so it needs --data`, [
      'give inputs and labels as npz, npy, csv or parquet, a folder of images, or certify a file of embeddings',
    ])
  }
  if (flags.group !== undefined && flags.limit !== undefined)
    throw new UsageError('--limit draws rows, but --group needs whole sources, and --limit would leave parts of them', [
      'leave out --limit, or write a file with fewer sources',
    ])
  const [{readDataSet}, {pairSources}] = await Promise.all([
    import('../checkpoint/index.js'),
    import('./pair-sources.js'),
  ])
  const options = dataOptions(flags)
  refuseIdleFlags(flags, checkpoint.kind === 'embeddings' ? 'stored states' : 'a model', path)
  const data = flags.data === undefined ? null : await readDataSet(flags.data, options, checkpoint, checkpoint.notes)
  if (data !== null) refuseIdleDataFlags(flags, data.format, flags.data!)
  const embeddingOptions: EmbeddingOptions = {
    ...defined({
      layers: flags.layers,
      pool: flags.pool as Pooling | undefined,
      limit: flags.limit,
      output: flags.output as OutputKind | undefined,
      outputName: flags['output-name'],
      task: flags.task as TaskName | 'auto' | undefined,
      group: flags.group,
      slice: flags.slice,
      batchSize: flags['batch-size'],
      memoryLimitBytes: flags['max-memory'],
    }),
    labels: defined({
      file: flags.labels,
      name: flags['labels-name'],
      classes: flags.classes,
      ignoreLabel: flags['ignore-label'],
    }),
    sample: sampleOf(flags),
    seed: flags.seed,
    onProgress: (done, total) => onProgress('forward pass', done, total),
  }
  const perturb = flags.perturb ?? []
  const images = {shape: flags['image-shape'] ?? null, range: rangeOf(flags['input-range'])}
  const perturbed = await pairSources({
    checkpoint,
    data,
    embeddingOptions,
    dataOptions: options,
    perturb,
    pairs: flags.pairs,
    draws: flags.draws ?? 1,
    onProgress,
    perturbOptions: {seed: flags.seed, imageShape: images.shape, range: images.range},
  })
  const states = await checkpoint.embeddings(data, embeddingOptions)
  const own = checkpoint.kind === 'embeddings' ? 'embeddings' : 'model'
  return {
    states,
    pairs: perturbed.sources,
    pictures:
      (flags.thumbnails ?? true)
        ? picturesOf({data, inputs: states.inputs, layers: states.layers.length, ...images})
        : () => Promise.resolve([]),
    subject: {model: modelOf(checkpoint, states), data: dataOf(data, states, sampleOf(flags))},
    inputs: [
      ...checkpoint.inputFiles.map((file) => ({...file, role: own}) as const),
      ...(data?.inputFiles ?? []).map((file) => ({...file, role: 'data'}) as const),
      ...perturbed.files,
    ],
    config: {
      layers: flags.layers ?? 'auto',
      pool: flags.pool ?? 'auto',
      outputName: states.outputName,
      ...(states.task === undefined ? {} : {task: states.task.task}),
      limit: flags.limit ?? null,
      sample: flags.limit === undefined ? null : sampleOf(flags),
      ...(perturbed.sources.length === 0 ? {} : {perturb: perturb.map(({name, strength}) => `${name}:${strength}`)}),
      ...(flags.draws === undefined ? {} : {draws: flags.draws}),
      ...(perturbed.sources.length === 0 && images.shape === null && images.range === null
        ? {}
        : {imageShape: flags['image-shape'] ?? 'auto', inputRange: flags['input-range'] ?? 'auto'}),
    },
  }
}

const sampleOf = ({sample}: InputFlags) => (sample ?? 'random') as SampleKind

/** Throws UsageError unless the flag holds an ascending pair. */
function rangeOf(values: readonly number[] | undefined): [number, number] | null {
  if (values === undefined) return null
  const [low, high, ...more] = values
  if (low === undefined || high === undefined || more.length > 0 || !(low < high))
    throw new UsageError(`--input-range is ${values.join(',')}; it is the smallest and the largest value`, [
      'write --input-range 0,1',
    ])
  return [low, high]
}

/** Options for reading examples from a file. */
export function dataOptions(flags: InputFlags): DataSetOptions {
  const range = flags['image-range']
  if (range !== undefined && (range.length !== 2 || range[0] === range[1]))
    throw new UsageError(
      `--image-range takes two different numbers, what black and white become, not '${range.join(',')}'`,
      ['use 0,255 for the levels as they are'],
    )
  const channels = flags['image-channels']
  return {
    ...defined({
      labels: flags['labels-name'],
      inputs: flags['inputs-name'],
      labelsFile: flags.labels,
      classes: flags.classes,
      tokenizer: flags.tokenizer,
      text: flags['text-name'],
      maxTokens: flags['max-tokens'],
      group: flags.group,
      slice: flags.slice,
      task: flags.task as TaskName | 'auto' | undefined,
      ignoreLabel: flags['ignore-label'],
    }),
    images: defined({
      size: flags['image-size'],
      fit: flags['image-fit'] as 'stretch' | 'crop' | undefined,
      shorter: flags['image-resize'],
      channels: channels === undefined ? undefined : channels === 'grey' ? (1 as const) : (3 as const),
      layout: flags['image-layout'] as 'chw' | 'hwc' | undefined,
      range: range as [number, number] | undefined,
      mean: flags['image-mean'],
      std: flags['image-std'],
    }),
  }
}

function modelOf(checkpoint: Checkpoint, states: ModelStates): Subject['model'] {
  const known = new Map(checkpoint.listLayers().map((layer) => [layer.name, layer]))
  return {
    kind: checkpoint.kind,
    layers: states.layers.map(({name}) => ({name, kind: known.get(name)!.type, shape: known.get(name)!.shape})),
  }
}

function dataOf(
  data: DataSet | null,
  {rows, rowsInFile, labels, inputs, classNames, unlabelled}: ModelStates,
  sample: SampleKind,
): Subject['data'] {
  return {
    format: data?.format ?? null,
    rows: rowsInFile,
    used: rows,
    sample: unlabelled === true ? 'labelled' : rows === rowsInFile ? 'all' : sample,
    classes: labels === null ? null : countByClass(labels),
    classNames: (data?.classNames ?? classNames ?? null)?.slice() ?? null,
    inputs,
    preparation: data?.preparation ?? null,
  }
}

/** Labels can be up to 2³¹; with more classes, counts are not reported. */
const MAX_CLASSES = 10_000

function countByClass(labels: Int32Array): number[] | null {
  const largest = labels.reduce((most, label) => Math.max(most, label), 0)
  if (largest >= MAX_CLASSES) return null
  const counts = new Array<number>(largest + 1).fill(0)
  for (const label of labels) counts[label]!++
  return counts
}
