import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {mutateBytes} from '../../../scripts/fuzz/mutate/bytes.js'
import {mutateZip} from '../../../scripts/fuzz/mutate/containers.js'
import {mutateJson} from '../../../scripts/fuzz/mutate/json.js'
import type {Mutator} from '../../../scripts/fuzz/mutate/mutator.js'
import {mutateProtobuf} from '../../../scripts/fuzz/mutate/protobuf.js'
import {CSV_WORDS, JSON_WORDS, mutateTokens} from '../../../scripts/fuzz/mutate/text.js'
import type {Read, Target} from '../../../scripts/fuzz/target.js'
import {type DataSet, openCheckpoint, readDataSet} from '../../../src/checkpoint/index.js'
import {openTrainable} from '../../../src/checkpoint/trainable.js'
import {layersModelBytes} from '../../../src/checkpoint/write-layers-model.js'
import {loadTensorFlow} from '../../../src/checkpoint/tensorflow.js'
import {writeNpz} from '../../../src/data/npz.js'
import {UsageError} from '../../../src/errors.js'
import {packState, unpackState} from '../../../src/harden/state-file.js'
import {FLOAT16, INT64, mlp, tinyOnnx} from '../../checkpoint/tiny-onnx.js'
import {array, fromFile, text} from './files.js'

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url))

const data = (...shape: number[]): DataSet => ({
  rows: 2,
  labels: Int32Array.of(0, 1),
  inputFiles: [{path: 'data.npz', sha256: '', bytes: 0}],
  inputs: [
    {
      name: 'inputs',
      shape: [2, ...shape],
      data: Float32Array.from({length: 2 * shape.reduce((product, length) => product * length, 1)}, (_, i) => i % 3),
    },
  ],
})

/** Opens a checkpoint, lists its layers, and gathers hidden states of the data set, all layers and the default ones. */
const run =
  (examples: DataSet) =>
  async (path: string): Promise<void> => {
    const checkpoint = await openCheckpoint(path)
    try {
      checkpoint.listLayers()
      await checkpoint.embeddings(checkpoint.kind === 'embeddings' ? null : examples, {memoryLimitBytes: 2 ** 28})
      await checkpoint
        .embeddings(checkpoint.kind === 'embeddings' ? null : examples, {
          layers: ['*'],
          pool: 'mean',
          memoryLimitBytes: 2 ** 28,
        })
        .catch(ignoreUsage)
    } finally {
      await checkpoint.close()
    }
  }

const ignoreUsage = (error: unknown) => {
  if (!(error instanceof UsageError)) throw error
}

const onnxSeeds = () => [
  mlp(),
  tinyOnnx({
    nodes: [
      ['Conv', ['x', 'w'], ['c'], {kernel_shape: [2, 2], strides: [1, 1]}],
      ['Relu', ['c'], ['r']],
      ['MaxPool', ['r'], ['p'], {kernel_shape: [2, 2]}],
      ['Flatten', ['p'], ['f'], {axis: 1}],
      ['Gemm', ['f', 'g'], ['scores']],
      ['Softmax', ['scores'], ['y'], {axis: 1}],
    ],
    weights: [
      {name: 'w', dims: [1, 1, 2, 2], values: [1, -1, 0.5, 2]},
      {name: 'g', dims: [1, 2], values: [1, -1]},
    ],
    inputs: [{name: 'x', shape: ['n', 1, 3, 3]}],
    outputs: [{name: 'y', shape: ['n', 2]}],
  }),
  tinyOnnx({
    nodes: [
      ['Gather', ['e', 'x'], ['g'], {axis: 0}],
      ['Erf', ['g'], ['h']],
      ['Add', ['g', 'h'], ['s']],
      ['ReduceMean', ['s'], ['m'], {axes: [1], keepdims: 0}],
      ['LogSoftmax', ['m'], ['y'], {axis: 1}],
    ],
    weights: [{name: 'e', dims: [4, 2], values: [1, 2, 3, 4, 5, 6, 7, 8]}],
    inputs: [{name: 'x', shape: ['n', 3], type: INT64}],
    outputs: [{name: 'y', shape: ['n', 2]}],
  }),
  tinyOnnx({
    nodes: [
      ['Dropout', ['x'], ['d']],
      ['Reshape', ['d', 's'], ['r']],
      ['Cast', ['r'], ['y'], {to: 1}],
    ],
    weights: [{name: 's', dims: [2], values: [-1, 2], type: INT64}],
    inputs: [{name: 'x', shape: ['n', 2], type: FLOAT16}],
    outputs: [{name: 'y', shape: ['n', 2]}],
  }),
]

type Files = {json: string; weights: Uint8Array}

/** Small LayersModels as model.json with their weights beside it: a chain of layers, and one with branches. */
async function sequentialFiles(): Promise<Files> {
  const {tfl} = await loadTensorFlow()
  return layersModelBytes(
    tfl.sequential({
      layers: [
        tfl.layers.dense({units: 3, inputShape: [2], activation: 'relu', name: 'h1', kernelInitializer: 'ones'}),
        tfl.layers.batchNormalization({name: 'norm'}),
        tfl.layers.dropout({rate: 0.5, name: 'drop'}),
        tfl.layers.dense({units: 2, activation: 'softmax', name: 'scores', kernelInitializer: 'ones'}),
      ],
    }),
  )
}
async function functionalFiles(): Promise<Files> {
  const {tfl} = await loadTensorFlow()
  const input = tfl.input({shape: [2], name: 'x'})
  const hidden = tfl.layers
    .dense({units: 3, activation: 'relu', name: 'h1', kernelInitializer: 'ones'})
    .apply(input) as typeof input
  const normal = tfl.layers.batchNormalization({name: 'norm'}).apply(hidden) as typeof input
  const sum = tfl.layers.add({name: 'sum'}).apply([hidden, normal]) as typeof input
  return layersModelBytes(
    tfl.model({
      inputs: input,
      outputs: tfl.layers.dense({units: 2, name: 'scores', kernelInitializer: 'ones'}).apply(sum) as typeof input,
    }),
  )
}

const float = {dtype: {type: 'DT_FLOAT'}}
const shape = (...sizes: number[]) => ({shape: {dim: sizes.map((size) => ({size: String(size)}))}})
const graphModel = () =>
  JSON.stringify({
    format: 'graph-model',
    signature: {
      inputs: {pixels: {name: 'x:0', dtype: 'DT_FLOAT', tensorShape: shape(-1, 2).shape}},
      outputs: {logits: {name: 'scores:0', dtype: 'DT_FLOAT', tensorShape: shape(-1, 2).shape}},
    },
    modelTopology: {
      node: [
        {name: 'w1', op: 'Const', attr: float},
        {name: 'b1', op: 'Const', attr: float},
        {name: 'x', op: 'Placeholder', attr: {...float, ...shape(-1, 2)}},
        {name: 'sum', op: 'MatMul', input: ['x', 'w1'], attr: {T: {type: 'DT_FLOAT'}}},
        {name: 'biased', op: 'BiasAdd', input: ['sum', 'b1'], attr: {T: {type: 'DT_FLOAT'}}},
        {name: 'scores', op: 'Relu', input: ['biased'], attr: {T: {type: 'DT_FLOAT'}}},
      ],
      library: {},
      versions: {producer: 1482},
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [
          {name: 'w1', shape: [2, 2], dtype: 'float32'},
          {name: 'b1', shape: [2], dtype: 'float32'},
        ],
      },
    ],
  })
const GRAPH_WEIGHTS = new Uint8Array(Float32Array.of(1, -1, 2, 0.5, 0, 1).buffer)

/** model.json changes, its weights stay. */
const modelJson = (
  name: string,
  files: () => Files | Promise<Files>,
  mutators: readonly Mutator[],
  read: (path: string) => unknown,
): Target => ({
  name,
  mutators,
  seeds: async () => text((await files()).json),
  open: async (folder) => {
    writeFileSync(join(folder, 'weights.bin'), (await files()).weights)
    return fromFile(folder, 'model.json', read)
  },
})

const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'good', 'bad', 'film', '##s', 'very']
const tokenizerSeeds = () =>
  [
    {
      version: '1.0',
      truncation: {max_length: 8},
      padding: null,
      added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: {type: 'BertPreTokenizer'},
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          {SpecialToken: {id: '[CLS]', type_id: 0}},
          {Sequence: {id: 'A', type_id: 0}},
          {SpecialToken: {id: '[SEP]', type_id: 0}},
        ],
        pair: [],
        special_tokens: {
          '[CLS]': {id: '[CLS]', ids: [2], tokens: ['[CLS]']},
          '[SEP]': {id: '[SEP]', ids: [3], tokens: ['[SEP]']},
        },
      },
      decoder: {type: 'WordPiece', prefix: '##', cleanup: true},
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      },
    },
    {
      version: '1.0',
      added_tokens: [],
      normalizer: {
        type: 'Sequence',
        normalizers: [{type: 'NFC'}, {type: 'Replace', pattern: {Regex: ' {2,}'}, content: ' '}],
      },
      pre_tokenizer: {type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true},
      post_processor: {type: 'ByteLevel', trim_offsets: false},
      decoder: {type: 'ByteLevel'},
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        fuse_unk: false,
        vocab: {g: 0, o: 1, d: 2, go: 3, Ġ: 4, b: 5, a: 6},
        merges: ['g o'],
      },
    },
  ].map((json) => Buffer.from(JSON.stringify(json)))

const texts =
  (name: string) =>
  (folder: string): Read => {
    const tokenizer = join(folder, 'tokenizer.json')
    writeFileSync(tokenizer, tokenizerSeeds()[0]!)
    return fromFile(folder, name, (path) => readDataSet(path, {tokenizer}))
  }

const AGREEMENT = {seed: 1, model: 'ab'}
const state = () =>
  packState(
    {
      epochs: [],
      parameters: [Float64Array.of(1, 2)],
      adam: {step: 3, first: [Float64Array.of(0, 1)], second: [Float64Array.of(1, 1)]},
      current: [Float32Array.of(1, 2)],
      best: {epoch: 1, score: 0.5, weights: [Float32Array.of(1, 2)]},
    },
    AGREEMENT,
  )

/** src/checkpoint and src/harden: models, hidden states, data sets, tokenizers, training states. */
export const CHECKPOINT_TARGETS: Target[] = [
  {
    name: 'onnx',
    seeds: () => [...onnxSeeds(), fixture('digits/digits-cnn.onnx')],
    mutators: [mutateProtobuf],
    open: (folder) => fromFile(folder, 'x.onnx', async (path) => (await openCheckpoint(path)).listLayers()),
  },
  {
    name: 'onnx-run',
    seeds: onnxSeeds,
    mutators: [mutateProtobuf],
    open: (folder) => fromFile(folder, 'x.onnx', run(data(2))),
  },
  modelJson('tfjs-layers', functionalFiles, [mutateJson, mutateTokens(JSON_WORDS)], run(data(2))),
  modelJson('tfjs-trainable', sequentialFiles, [mutateJson], async (path) =>
    (await openTrainable(path)).model.dispose(),
  ),
  modelJson(
    'tfjs-graph',
    () => ({json: graphModel(), weights: GRAPH_WEIGHTS}),
    [mutateJson, mutateTokens(JSON_WORDS)],
    run(data(2)),
  ),
  {
    name: 'tfjs-weights',
    seeds: () => [GRAPH_WEIGHTS],
    mutators: [],
    open: (folder) => {
      writeFileSync(join(folder, 'model.json'), graphModel())
      return fromFile(folder, 'weights.bin', () => run(data(2))(join(folder, 'model.json')))
    },
  },
  {
    name: 'keras-h5',
    slow: true,
    seeds: () => [fixture('keras/mlp-keras2.h5')],
    mutators: [mutateTokens(JSON_WORDS)],
    open: (folder) => fromFile(folder, 'x.h5', run(data(6))),
  },
  {
    name: 'keras-archive',
    slow: true,
    seeds: () => [fixture('keras/cnn-keras3.keras')],
    mutators: [mutateZip(mutateBytes, mutateJson, mutateJson, mutateTokens(JSON_WORDS))],
    open: (folder) => fromFile(folder, 'x.keras', run(data(6, 6, 1))),
  },
  {
    name: 'hidden-states',
    mutators: [mutateZip(mutateBytes)],
    seeds: () => [
      writeNpz([
        array('h1', 'f4', [1, 2, 3, 4, 5, 6], [3, 2]),
        array('h2', 'f8', [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2], [3, 2, 2]),
        array('labels', 'i4', [0, 1, 0]),
        array('logits', 'f4', [1, 0, 0, 1, 2, 3], [3, 2]),
      ]),
      writeNpz([array('h', 'f4', [1, 2, 3], [3, 1]), array('loss', 'f8', [0, 0.5, 1])]),
    ],
    open: (folder) => fromFile(folder, 'x.npz', run(data(2))),
  },
  {
    name: 'data-set',
    mutators: [mutateZip(mutateBytes), mutateTokens(CSV_WORDS)],
    seeds: () => [
      writeNpz([array('inputs', 'f4', [1, 2, 3, 4], [2, 2]), array('labels', 'i8', [0, 1])]),
      ...text('a,b,label\n1,2,0\n3,4,1\n'),
    ],
    open: (folder) => fromFile(folder, 'x', (path) => readDataSet(path)),
  },
  {
    name: 'tokenizer',
    seeds: tokenizerSeeds,
    mutators: [mutateJson, mutateTokens(JSON_WORDS)],
    open: (folder) => {
      const examples = join(folder, 'x.csv')
      writeFileSync(examples, 'text,label\n"Good films, very  good",pos\nbad,neg\n"",pos\n')
      return fromFile(folder, 'tokenizer.json', (tokenizer) => readDataSet(examples, {tokenizer}))
    },
  },
  {
    name: 'texts-csv',
    seeds: () => text('text,label\n"Good films, very",pos\nbad,neg\n'),
    mutators: [mutateTokens(CSV_WORDS)],
    open: texts('x.csv'),
  },
  {
    name: 'texts-jsonl',
    seeds: () => text('{"text": "good", "label": 1}\n{"text": "bad\\n", "label": 0}\n'),
    mutators: [mutateTokens(JSON_WORDS)],
    open: texts('x.jsonl'),
  },
  {
    name: 'training-state',
    seeds: () => [state()],
    mutators: [mutateZip(mutateBytes, mutateTokens(JSON_WORDS))],
    open: () => (bytes) => unpackState(bytes, AGREEMENT, 'x.npz'),
  },
]
