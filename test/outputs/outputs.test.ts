import {parquetWriteBuffer} from 'hyparquet-writer'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {deflateRawSync} from 'node:zlib'
import type {NamedArray} from '../../src/data/named-array.js'
import {writeNpy} from '../../src/data/npy.js'
import {writeNpz} from '../../src/data/npz.js'
import {alignOutputs} from '../../src/outputs/align.js'
import {openOutputs} from '../../src/outputs/open.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-outputs-test-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
let files = 0
const file = (content: Uint8Array | string) => {
  const path = join(folder, `f${files++}`)
  writeFileSync(path, content)
  return path
}
const open = (content: Uint8Array | string, shift: 0 | 1 | null = null) => openOutputs(file(content), {shift})

const LOGITS = Float32Array.from({length: 2 * 3 * 4}, (_, k) => Math.sin(k))
const logits = (name = 'logits', shape = [2, 3, 4]): NamedArray => ({name, type: 'f4', shape, data: LOGITS})
const tokens = (name: string, data = [0, 1, 2, 3, 2, 1]): NamedArray => ({
  name,
  type: 'i8',
  shape: [2, 3],
  data: Float64Array.from(data),
})
const lines = (...objects: object[]) => objects.map((each) => JSON.stringify(each)).join('\n')

function safetensors(arrays: Record<string, {dtype: string; shape: number[]; bytes: Uint8Array}>): Uint8Array {
  let at = 0
  const header = Object.fromEntries(
    Object.entries(arrays).map(([name, {dtype, shape, bytes}]) => {
      const start = at
      at += bytes.length
      return [name, {dtype, shape, data_offsets: [start, at]}]
    }),
  )
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, ...Object.values(arrays).map(({bytes}) => bytes)])
}

/** A zip whose one entry is stored as it is. */
function storedZip(name: string, content: Uint8Array, deflated = false): Uint8Array {
  const packed = deflated ? deflateRawSync(content) : content
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(deflated ? 8 : 0, 8)
  local.writeUInt16LE(name.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(deflated ? 8 : 0, 10)
  central.writeUInt32LE(packed.length, 20)
  central.writeUInt32LE(content.length, 24)
  central.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + name.length, 12)
  end.writeUInt32LE(30 + name.length + packed.length, 16)
  return Buffer.concat([local, Buffer.from(name), packed, central, Buffer.from(name), end])
}

function kld(values: number[][], tokens: number[], context: number, vocabulary: number): Uint8Array {
  const head = Buffer.alloc(20 + 4 * tokens.length)
  head.write('_logits_', 'latin1')
  head.writeInt32LE(context, 8)
  head.writeInt32LE(vocabulary, 12)
  head.writeInt32LE(tokens.length / context, 16)
  tokens.forEach((token, k) => head.writeInt32LE(token, 20 + 4 * k))
  const width = 2 * ((vocabulary + 1) >> 1) + 4
  const rows = values.map((row) => {
    const out = Buffer.alloc(2 * width)
    out.writeFloatLE(0.5, 0)
    out.writeFloatLE(-8, 4)
    row.forEach((value, k) => out.writeUInt16LE(value, 8 + 2 * k))
    return out
  })
  return Buffer.concat([head, ...rows])
}

describe('openOutputs', () => {
  it('reads the same rows from npz, compressed or not, npy and safetensors', async () => {
    const bytes = new Uint8Array(LOGITS.buffer)
    const ids = Buffer.alloc(48)
    ;[0, 1, 2, 3, 2, 1].forEach((token, k) => ids.writeBigInt64LE(BigInt(token), 8 * k))
    const forms = [
      writeNpz([logits(), tokens('targets')]),
      storedZip('logits.npy', writeNpy(logits())),
      storedZip('logits.npy', writeNpy(logits()), true),
      writeNpy(logits()),
      safetensors({
        logits: {dtype: 'F32', shape: [2, 3, 4], bytes},
        targets: {dtype: 'I64', shape: [2, 3], bytes: ids},
      }),
    ]
    for (const form of forms) {
      const outputs = await open(form)
      expect(outputs).toMatchObject({kind: 'full', vocabulary: 4})
      expect([...outputs.row(1, 2)]).toEqual([...LOGITS.subarray(20, 24)])
      expect([...outputs.row(0, 0)]).toEqual([...LOGITS.subarray(0, 4)])
      outputs.close()
    }
  })

  it('reads Parquet: a row a position beside its document, or a row a document', async () => {
    const row = (k: number) => Array.from(LOGITS.subarray(4 * k, 4 * k + 4))
    const positions = [0, 1, 2, 3, 4, 5].map(row)
    const file = (columns: Parameters<typeof parquetWriteBuffer>[0]['columnData']) =>
      new Uint8Array(parquetWriteBuffer({columnData: columns}))
    const flat = file([
      {name: 'document', data: ['a', 'a', 'a', 'b', 'b', 'c']},
      {name: 'logits', data: positions},
      {name: 'targets', data: Int32Array.of(0, 1, 2, 3, 2, 1)},
    ])
    const outputs = await open(flat)
    expect(outputs).toMatchObject({kind: 'full', vocabulary: 4})
    expect(outputs.documents.map(({name, tokens: of}) => [name, of])).toEqual([
      ['a', [0, 1, 2]],
      ['b', [3, 2]],
      ['c', [1]],
    ])
    expect([...outputs.row(1, 1)]).toEqual(row(4))
    expect([...outputs.row(2, 0)]).toEqual(row(5))
    outputs.close()
    const nested = await open(file([{name: 'logits', data: [positions.slice(0, 3), positions.slice(3)]}]))
    expect(nested.documents.map(({positions: n}) => n)).toEqual([3, 3])
    expect([...nested.row(1, 2)]).toEqual(row(5))
    nested.close()
    const torn = file([
      {name: 'document', data: ['a', 'b', 'a', 'b', 'b', 'c']},
      {name: 'logits', data: positions},
    ])
    await expect(open(torn)).rejects.toThrow(/column document: the rows of document "a" do not lie together/)
  })

  it('takes targets as they stand, input_ids one place on, and the others only with a shift', async () => {
    const taken = async (name: string, shift: 0 | 1 | null = null) => {
      const outputs = await open(writeNpz([logits(), tokens(name)]), shift)
      const found = outputs.documents.map(({tokens: of}) => of)
      outputs.close()
      return found
    }
    expect(await taken('targets')).toEqual([
      [0, 1, 2],
      [3, 2, 1],
    ])
    expect(await taken('input_ids')).toEqual([
      [1, 2],
      [2, 1],
    ])
    expect(await taken('labels', 0)).toEqual([
      [0, 1, 2],
      [3, 2, 1],
    ])
    await expect(taken('tokens')).rejects.toThrow(/can hold the token that a row predicts, or the one before/)
  })

  it('leaves out what a mask and −100 leave out', async () => {
    const mask: NamedArray = {name: 'mask', type: 'u1', shape: [2, 3], data: Uint8Array.of(1, 0, 1, 1, 1, 1)}
    const outputs = await open(writeNpz([logits(), tokens('targets', [0, 1, 2, -100, 2, 1]), mask]))
    expect(outputs.documents.map(({tokens: of}) => of)).toEqual([
      [0, 2],
      [2, 1],
    ])
    expect([...outputs.row(0, 1)]).toEqual([...LOGITS.subarray(8, 12)])
    expect([...outputs.row(1, 0)]).toEqual([...LOGITS.subarray(16, 20)])
    outputs.close()
  })

  it('reads prompt_logprobs of vLLM, logprobs of OpenAI and samples of lm-evaluation-harness', async () => {
    const vllm = await open(
      lines({
        custom_id: 'a',
        prompt_token_ids: [5, 7],
        prompt_logprobs: [
          null,
          {7: {logprob: -1, rank: 2, decoded_token: ' b'}, 9: {logprob: -0.6, rank: 1, decoded_token: ' c'}},
        ],
      }),
    )
    expect(vllm.documents).toEqual([{name: 'a', positions: 1, tokens: [7], pieces: [' b'], advantages: null}])
    expect(vllm.top(0, 0)).toMatchObject({tokens: ['7', '9'], taken: 0, rank: 2, top: 1})
    const openAi = await open(
      lines({
        custom_id: 'a',
        response: {
          body: {
            choices: [{logprobs: {content: [{token: 'x', logprob: -3, top_logprobs: [{token: 'y', logprob: -0.1}]}]}}],
          },
        },
      }),
    )
    expect(openAi.top(0, 0)).toMatchObject({tokens: ['y', 'x'], taken: 1, rank: null, top: 0})
    const harness = await open(
      lines({
        doc_id: 3,
        arguments: [
          ['Q', ' yes'],
          ['Q', ' no'],
        ],
        resps: [[['-1.5', 'False']], [['-0.5', 'True']]],
      }),
    )
    expect(harness.documents[0]).toMatchObject({name: '3', positions: 2, pieces: [' yes', ' no']})
    expect([...harness.top(0, 1).logProbabilities]).toEqual([-0.5])
    for (const each of [vllm, openAi, harness]) each.close()
  })

  it('reads the base file of llama-perplexity: the second half of each chunk', async () => {
    const outputs = await open(kld([[0, 16, 8]], [0, 1, 2, 1], 4, 3))
    expect(outputs.documents).toEqual([{name: null, positions: 1, tokens: [1], pieces: null, advantages: null}])
    expect([...outputs.row(0, 0)]).toEqual([-8, 0, -4])
    outputs.close()
  })

  it.each<[string, Uint8Array | string, RegExp]>([
    ['no array of logits', writeNpz([tokens('input_ids')]), /no array logits or log_probs; its arrays are input_ids/],
    ['two dimensions too few', writeNpz([{...logits(), shape: [24]}]), /has the shape 24/],
    ['log-probabilities that are logits', writeNpz([logits('log_probs')]), /sum to .* not to 1/],
    [
      'a token outside of the vocabulary',
      writeNpz([logits(), tokens('targets', [0, 1, 2, 3, 2, 4])]),
      /document 1, position 2: the token 4/,
    ],
    ['a truncated npy', writeNpy(logits()).subarray(0, 150), /its shape 2 × 3 × 4 needs 96/],
    ['a base file of another length', kld([[0, 16, 8]], [0, 1, 2, 1], 4, 3).subarray(0, 50), /which need/],
    ['JSON lines of something else', '{"a": 1}\n', /none of prompt_logprobs/],
    [
      'a probability above 1',
      lines({prompt_token_ids: [1, 2], prompt_logprobs: [null, {2: {logprob: 0.5}}]}),
      /"2" is 0.5/,
    ],
    [
      'probabilities that sum to more',
      lines({prompt_token_ids: [1, 2], prompt_logprobs: [null, {2: {logprob: -0.1}, 3: {logprob: -0.2}}]}),
      /sum to/,
    ],
    ['no token ids', lines({prompt_logprobs: [null, {2: {logprob: -0.1}}]}), /no prompt_token_ids/],
    ['Parquet that is none', 'PAR1xxxxPAR1', /is not a readable Parquet file/],
    ['text', 'hello there, world', /neither npz, npy nor safetensors/],
    ['nothing', '', /is empty/],
  ])('refuses %s', async (_, content, message) => {
    await expect(open(content)).rejects.toThrow(message)
    await expect(open(content)).rejects.toMatchObject({exitCode: 2})
  })
})

describe('alignOutputs', () => {
  const names = (...ids: string[]): NamedArray => ({name: 'ids', type: 'U', shape: [ids.length], data: ids})
  const align = async (one: NamedArray[], other: NamedArray[], trust = false) =>
    alignOutputs(await open(writeNpz(one)), await open(writeNpz(other)), trust)

  it('goes by name, and by order where a file has no names', async () => {
    const swapped = tokens('targets', [3, 2, 1, 0, 1, 2])
    const found = await align([logits(), tokens('targets'), names('a', 'b')], [logits(), swapped, names('b', 'a')])
    expect(found.documents).toEqual([
      {name: 'a', old: 0, fresh: 1, positions: 3},
      {name: 'b', old: 1, fresh: 0, positions: 3},
    ])
    expect((await align([logits(), tokens('targets')], [logits(), tokens('targets')])).documents).toHaveLength(2)
    const some = await align(
      [logits(), tokens('targets'), names('a', 'b')],
      [logits(), tokens('targets'), names('a', 'c')],
    )
    expect(some).toMatchObject({documents: [{name: 'a'}], onlyOld: 1, onlyNew: 1})
  })

  it('refuses other tokens, another vocabulary, and tokens that are not recorded', async () => {
    const plain = [logits(), tokens('targets')]
    await expect(align(plain, [logits(), tokens('targets', [0, 1, 2, 3, 3, 1])])).rejects.toThrow(
      /"#2", position 1: the token is 2 .* and 3/,
    )
    await expect(align(plain, [logits('logits', [2, 4, 3])])).rejects.toThrow(/vocabulary of 4 tokens .* one of 3/)
    await expect(align(plain, [logits()])).rejects.toThrow(/does not record its tokens/)
    expect((await align([logits()], [logits()], true)).documents).toHaveLength(2)
    await expect(align([...plain, names('a', 'a')], [...plain, names('a', 'b')])).rejects.toThrow(
      /two documents are called "a"/,
    )
  })
})
