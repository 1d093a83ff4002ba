import {mutateBytes} from '../../../scripts/fuzz/mutate/bytes.js'
import {mutateSafetensors, mutateZip} from '../../../scripts/fuzz/mutate/containers.js'
import {mutateJson} from '../../../scripts/fuzz/mutate/json.js'
import {JSON_WORDS, mutateTokens} from '../../../scripts/fuzz/mutate/text.js'
import type {Target} from '../../../scripts/fuzz/target.js'
import {writeNpz} from '../../../src/data/npz.js'
import {measureDocument, openPair} from '../../../src/drift/measure-documents.js'
import {InputError} from '../../../src/errors.js'
import {array, fromFile, text} from './files.js'

const VALUES = Array.from({length: 24}, (_, k) => Math.sin(3 * k))

function safetensorsSeed(): Uint8Array {
  const header = Buffer.from(
    JSON.stringify({
      logits: {dtype: 'F32', shape: [2, 3, 4], data_offsets: [0, 96]},
      targets: {dtype: 'I32', shape: [2, 3], data_offsets: [96, 120]},
    }),
  )
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, Buffer.from(Float32Array.from(VALUES).buffer), new Uint8Array(24)])
}

function kldSeed(): Uint8Array {
  const head = Buffer.alloc(20 + 4 * 6)
  head.write('_logits_', 'latin1')
  ;[6, 3, 1, 0, 1, 2, 0, 1, 2].forEach((value, k) => head.writeInt32LE(value, 8 + 4 * k))
  const rows = [0, 1].map((row) => {
    const out = Buffer.alloc(16)
    out.writeFloatLE(0.5, 0)
    out.writeFloatLE(-8, 4)
    ;[3, 7 + row, 11].forEach((value, k) => out.writeUInt16LE(value, 8 + 2 * k))
    return out
  })
  return Buffer.concat([head, ...rows])
}

/** The file beside itself, as drift reads two files: opened, aligned and measured. */
async function drift(path: string): Promise<void> {
  const open = await openPair({old: path, fresh: path, shift: 0, trustOrder: true})
  try {
    for (const document of open.alignment.documents) {
      const measured = measureDocument(open, document)
      if ('fault' in measured) throw new InputError(`${path}: position ${measured.fault} is not a distribution`)
      // The distance of a model to itself.
      if (measured.js.some((js) => js > 1e-9)) throw new Error('a file differs from itself')
    }
  } finally {
    open.close()
  }
}

export const OUTPUTS_TARGETS: readonly Target[] = [
  {
    name: 'outputs-npz',
    seeds: () => [
      writeNpz([array('logits', 'f4', VALUES, [2, 3, 4]), array('targets', 'i4', [0, 1, 2, 3, -100, 1], [2, 3])]),
      writeNpz([
        array('logits', 'f8', VALUES, [6, 4]),
        array('tokens', 'i8', [0, 1, 2, 3, 0, 1]),
        array('mask', 'f4', [1, 1, 0, 1, 1, 1]),
      ]),
    ],
    mutators: [mutateZip(mutateBytes, mutateBytes)],
    open: (folder) => fromFile(folder, 'x.npz', drift),
  },
  {
    name: 'outputs-safetensors',
    seeds: () => [safetensorsSeed()],
    mutators: [mutateSafetensors(mutateJson), mutateSafetensors(mutateTokens(JSON_WORDS))],
    open: (folder) => fromFile(folder, 'x.safetensors', drift),
  },
  {
    name: 'outputs-kld',
    seeds: () => [kldSeed()],
    mutators: [],
    open: (folder) => fromFile(folder, 'x.kld', drift),
  },
  {
    name: 'outputs-top',
    seeds: () =>
      text(
        '{"id":"a","prompt_token_ids":[5,7],"prompt_logprobs":[null,{"7":{"logprob":-0.5,"rank":2,"decoded_token":" b"},"9":{"logprob":-0.4,"rank":1}}]}\n',
        '{"id":"b","logprobs":{"content":[{"token":"x","logprob":-0.1,"top_logprobs":[{"token":"x","logprob":-0.1},{"token":"y","logprob":-2.5}]}]}}\n',
        '{"doc_id":3,"resps":[[["-1.25","False"]],[["-0.25","True"]]],"arguments":[["q"," a"],["q"," b"]]}\n',
      ),
    mutators: [mutateJson, mutateTokens(JSON_WORDS)],
    open: (folder) => fromFile(folder, 'x.jsonl', drift),
  },
]
