import {encode as encodePng} from 'fast-png'
import {parquetWriteBuffer} from 'hyparquet-writer'
import jpeg from 'jpeg-js'
import {mutateGzip, mutatePng, mutateSafetensors, mutateZip} from '../../../scripts/fuzz/mutate/containers.js'
import {mutateBytes} from '../../../scripts/fuzz/mutate/bytes.js'
import {mutateJson} from '../../../scripts/fuzz/mutate/json.js'
import {mutateProtobuf} from '../../../scripts/fuzz/mutate/protobuf.js'
import {CSV_WORDS, JSON_WORDS, mutateTokens} from '../../../scripts/fuzz/mutate/text.js'
import type {Read, Target} from '../../../scripts/fuzz/target.js'
import {csvExamples} from '../../../src/checkpoint/csv-examples.js'
import {parseTable} from '../../../src/data/csv.js'
import {gunzip, gzip} from '../../../src/data/gzip.js'
import {hdf5Limits, type Hdf5Content, hdf5File} from '../../../src/data/hdf5.js'
import {decodeImage, loadDecoders} from '../../../src/data/images/decode-image.js'
import {prepareImage} from '../../../src/data/images/prepare-image.js'
import {parseJson} from '../../../src/data/json.js'
import {parseNpy, writeNpy} from '../../../src/data/npy.js'
import {openNpz, writeNpz} from '../../../src/data/npz.js'
import {pack, unpack} from '../../../src/data/packed.js'
import {parquetLimits} from '../../../src/data/parquet.js'
import {fields, utf8Text as protobufText} from '../../../src/data/protobuf.js'
import {ReadingThread, type ReadingOrder, type ThreadLimits} from '../../../src/data/reading-thread.js'
import {openSafetensors} from '../../../src/data/safetensors.js'
import {readZipDirectory, readZipEntry, writeZip} from '../../../src/data/zip.js'
import {InputError} from '../../../src/errors.js'
import {judge} from '../../../src/judge/judge.js'
import {readVerdictLog} from '../../../src/verdicts/read-log.js'
import {hdf5Bytes} from '../../data/hdf5-files.js'
import {mlp} from '../../checkpoint/tiny-onnx.js'
import {array, text} from './files.js'

const NPY_WORDS = [
  "'descr'",
  "'fortran_order'",
  "'shape'",
  '(',
  ')',
  ',',
  'True',
  'False',
  "'<f8'",
  "'>i8'",
  "'|O'",
  "'|S4'",
  "'<U2'",
  "'<f2'",
  "'|b1'",
  "[('a', '<f8')]",
]
const ARRAYS = [
  array('f', 'f8', [1, 2.5, -3, 4], [2, 2]),
  array('i', 'i8', [1, -2, 3]),
  array('b', 'b1', [0, 1]),
  array('s', 'S', ['ab', 'c']),
  array('u', 'U', ['é', 'xy', '']),
  array('h', 'f4', [1, 2, 3], [3, 1]),
  array('e', 'u1', [], [0, 4]),
]
const npySeeds = () => [
  ...ARRAYS.map(writeNpy),
  // In the order of Fortran, and with the first byte last.
  ...["'fortran_order': True, ", "'descr': '>f8', "].map((change) =>
    Buffer.from(
      Buffer.from(writeNpy(ARRAYS[0]!))
        .toString('latin1')
        .replace(new RegExp(`${change.slice(0, change.indexOf(':'))}: [^,]*, `), change),
      'latin1',
    ),
  ),
]

function safetensorsSeed(): Uint8Array {
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: {format: 'pt'},
      a: {dtype: 'F32', shape: [2, 2], data_offsets: [0, 16]},
      b: {dtype: 'BF16', shape: [3], data_offsets: [16, 22]},
      c: {dtype: 'I64', shape: [1], data_offsets: [22, 30]},
      d: {dtype: 'F16', shape: [1], data_offsets: [30, 32]},
    }),
  )
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, new Uint8Array(32)])
}

const parquetSeed = (options: object, rows = 6): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        {name: 'loss', data: Array.from({length: rows}, (_, i) => i / 4), type: 'DOUBLE'},
        {name: 'label', data: Array.from({length: rows}, (_, i) => BigInt(i % 2)), type: 'INT64'},
        {name: 'h_0', data: Array.from({length: rows}, (_, i) => i), type: 'FLOAT'},
        {name: 'h_1', data: Array.from({length: rows}, (_, i) => -i), type: 'INT32'},
        {name: 'text', data: Array.from({length: rows}, (_, i) => 'ab'.repeat(i % 3)), type: 'STRING'},
        {name: 'on', data: Array.from({length: rows}, (_, i) => i > 2), type: 'BOOLEAN'},
      ],
      ...options,
    }),
  )

const image = (mode: Partial<Parameters<typeof encodePng>[0]>) =>
  encodePng({
    width: 5,
    height: 4,
    data: Uint8Array.from({length: 20 * (mode.channels ?? 3)}, (_, i) => (i * 37) % 256),
    channels: 3,
    ...mode,
  })
const PLAIN = {
  width: 3,
  height: 3,
  fit: 'stretch',
  shorter: null,
  channels: 3,
  layout: 'chw',
  range: [0, 1],
  mean: [0, 0, 0],
  std: [1, 1, 1],
} as const

/**
 * As the program reads it, but with one thread for all inputs, and less time and memory for each. Coverage sees nothing
 * of it.
 */
function inThread<Content>(
  format: ReadingOrder['format'],
  limits: ThreadLimits,
  use: (content: Content) => unknown,
): Read {
  const thread = new ReadingThread()
  return async (bytes) =>
    use(
      await thread.read<Content>({
        format,
        bytes: Uint8Array.from(bytes),
        place: 'x',
        limits: {...limits, maxSeconds: 3, maxHeapMiB: 512},
      }),
    )
}

/** Every message that a field may hold, a few levels down. */
function visit(message: Uint8Array, depth: number): void {
  for (const {bytes} of fields(message, 'x')) {
    protobufText(bytes)
    if (depth === 0 || bytes.length === 0) continue
    try {
      visit(bytes, depth - 1)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
    }
  }
}

/** src/data: one format each. */
export const DATA_TARGETS: Target[] = [
  {
    name: 'npy',
    seeds: npySeeds,
    mutators: [mutateTokens(NPY_WORDS)],
    open: () => (bytes) => parseNpy(bytes, 'a', 'x.npy'),
  },
  {
    name: 'zip',
    seeds: () => [
      writeZip([
        ['a', Buffer.from('aaaaaaaaaaaaaaaaaaaaaaaaaa')],
        ['b/c', Buffer.from('b')],
        ['empty', new Uint8Array(0)],
      ]),
      writeNpz(ARRAYS.slice(0, 2)),
    ],
    mutators: [mutateBytes],
    open: () => (bytes) => readZipDirectory(bytes, 'x.zip').map((entry) => readZipEntry(bytes, entry, 'x.zip').length),
  },
  {
    name: 'npz',
    seeds: () => [writeNpz(ARRAYS), writeNpz(ARRAYS.slice(0, 1))],
    mutators: [mutateZip(mutateBytes, mutateTokens(NPY_WORDS))],
    open: () => (bytes) => {
      const archive = openNpz(bytes, 'x.npz')
      return archive.names.map((name) => [archive.shape(name), archive.read(name), archive.raw(name)])
    },
  },
  {
    name: 'safetensors',
    seeds: () => [safetensorsSeed()],
    mutators: [mutateSafetensors(mutateJson), mutateSafetensors(mutateTokens(JSON_WORDS))],
    open: () => (bytes) => {
      const file = openSafetensors(bytes, 'x.safetensors')
      return [file.metadata, ...file.names.map((name) => file.read(name))]
    },
  },
  {
    name: 'parquet',
    seeds: () => [
      parquetSeed({}),
      parquetSeed({codec: 'UNCOMPRESSED'}),
      parquetSeed({rowGroupSize: 4}, 9),
      parquetSeed({codec: 'UNCOMPRESSED'}, 1),
    ],
    mutators: [],
    open: () => inThread('parquet', parquetLimits(), (arrays) => arrays),
  },
  {
    name: 'hdf5',
    mutators: [],
    seeds: async () => [
      await hdf5Bytes({
        attributes: {layer_names: ['a', 'b']},
        datasets: {a: {data: Float32Array.of(1, 2, 3, 4), shape: [2, 2]}},
        groups: {
          g: {
            attributes: {text: 'x'},
            datasets: {b: {data: Int32Array.of(1, 2), shape: [2]}, c: {data: BigInt64Array.of(5n), shape: [1]}},
          },
        },
      }),
      await hdf5Bytes({
        datasets: {
          z: {data: Float64Array.from({length: 64}, (_, i) => i % 3), shape: [64], compression: 6, chunks: [16]},
        },
      }),
    ],
    open: () =>
      inThread('hdf5', hdf5Limits(), (content: Hdf5Content) => {
        const file = hdf5File(content, 'x.h5')
        return [
          file.names.map((name) => [file.shape(name), file.read(name)]),
          ['', 'g'].map((group) => [
            file.members(group),
            file.attribute(group, 'layer_names'),
            file.attribute(group, 'text'),
          ]),
        ]
      }),
  },
  {
    name: 'csv',
    seeds: () =>
      text('a,b,c\n1,2,3\n"x, y","say ""hi""",z\n', '# comment\n\na\tb\n1\t2\n', '\ufeffa;b\n1;2\n', 'a b  c\n1 2 3\n'),
    mutators: [mutateTokens(CSV_WORDS)],
    open: () => (bytes) => parseTable(bytes, 'x.csv'),
  },
  {
    name: 'csv-examples',
    seeds: () => text('a,label,b\n1,0,2\n3.5,1,-4e3\n', 'label,a\n0,1\n'),
    mutators: [mutateTokens(CSV_WORDS)],
    open: () => (bytes) => csvExamples(bytes, ['labels', 'label'], 'x.csv'),
  },
  {
    name: 'verdict-log',
    seeds: () =>
      text(
        'question,first,second,repetition,verdict,bandwagon\n1,x,y,1,A,\n1,y,x,1,[[B]],y\n2,x,y,1,tie,\n2,y,x,1,,x\n',
        'id\toption_a\toption_b\torder\twinner\n1\tx\ty\tAB\tx\n1\tx\ty\tBA\ty\n',
        '{"id":1,"options":["x","y","z"],"verdict":"y"}\n{"id":1,"options":["z","y","x"],"verdict":2}\n',
        '[{"id":"a","model_a":"x","model_b":"y","winner":"model_a","words_a":3,"words_b":4}]',
        '{"question_id":1,"model_1":"x","model_2":"y","g1_winner":"model_1","g2_winner":"error","judge":["j","p"],"turn":1}\n',
      ),
    mutators: [mutateTokens(CSV_WORDS), mutateTokens(JSON_WORDS), mutateJson],
    open: () => (bytes) => {
      const log = readVerdictLog(bytes, 'x.csv')
      return judge(log, {alpha: 0.05, repetitions: 'all'}).outcomes
    },
  },
  {
    name: 'gzip',
    seeds: () => [gzip(Buffer.from('a,b\n1,2\n'.repeat(20))), gzip(new Uint8Array(0))],
    mutators: [mutateGzip(mutateBytes)],
    open: () => (bytes) => gunzip(bytes, 'x.gz'),
  },
  {
    name: 'json',
    seeds: () => text('{"a": [1, 2.5e3, null, true, "x\\u00e9\\n"], "b": {"__proto__": {"c": 1}}}', '[]', '\ufeff"x"'),
    mutators: [mutateJson, mutateTokens(JSON_WORDS)],
    open: () => (bytes) => parseJson(bytes, 'x.json'),
  },
  {
    name: 'packed',
    seeds: () =>
      [Float64Array.of(1, 2, 3), Float64Array.of(-0, Infinity, NaN)].map((values) => Buffer.from(pack(values))),
    mutators: [],
    open: () => (bytes) => unpack(Buffer.from(bytes).toString('latin1'), 'f8', 3, 'x'),
  },
  {name: 'protobuf', seeds: () => [mlp()], mutators: [mutateProtobuf], open: () => (bytes) => visit(bytes, 4)},
  {
    name: 'png',
    mutators: [mutatePng(mutateBytes)],
    seeds: () => [
      image({}),
      image({channels: 1}),
      image({channels: 4}),
      image({channels: 1, depth: 16, data: new Uint16Array(20).fill(700)}),
      image({channels: 2}),
    ],
    open: async () => {
      const decoders = await loadDecoders()
      return (bytes) => prepareImage(decodeImage(bytes, 'x.png', decoders), PLAIN)
    },
  },
  {
    name: 'jpeg',
    mutators: [],
    seeds: () =>
      [90, 20].map(
        (quality) =>
          jpeg.encode(
            {width: 16, height: 9, data: Buffer.from(Uint8Array.from({length: 4 * 144}, (_, i) => (i * 31) % 256))},
            quality,
          ).data,
      ),
    open: async () => {
      const decoders = await loadDecoders()
      return (bytes) => prepareImage(decodeImage(bytes, 'x.jpg', decoders), PLAIN)
    },
  },
]
