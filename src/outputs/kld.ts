import {closeSync, readSync, statSync} from 'node:fs'
import {InputError} from '../errors.js'
import {openFile, readAt} from './array-members.js'
import type {RecordedDocument, RecordedOutputs} from './recorded.js'

export const KLD_MAGIC = '_logits_'
const AGAIN = ['write it again with llama-perplexity --kl-divergence-base FILE']

/**
 * The base file that llama-perplexity --kl-divergence-base writes: one document a chunk, the second half of its tokens.
 *
 * Layout     "_logits_", then n_ctx, n_vocab, n_chunk (int32), the tokens (int32 [n_chunk, n_ctx]), then for each chunk the
 *            rows n_ctx/2 … n_ctx − 2: scale and least log-probability (fp32), n_vocab 16-bit numbers, padded to an even
 *            count. log p = scale · number + least; row t predicts token t + 1.
 * Precision  that of the file: 16 bits over at most 16 nats; what is less likely is stored as the least. Rows are
 *            normalised again when they are measured.
 * Throws     InputError  another header, or a file of another length than the header states.
 * Source     llama.cpp, tools/perplexity.   Deviation: none.
 */
export function openKld(path: string): RecordedOutputs {
  const file = openFile(path)
  try {
    return describeKld(path, file)
  } catch (error) {
    closeSync(file)
    throw error
  }
}

function describeKld(path: string, file: number): RecordedOutputs {
  const size = statSync(path).size
  const head = readAt(file, 0, 20)
  if (head.length < 20 || head.toString('latin1', 0, 8) !== KLD_MAGIC)
    throw new InputError(`${path}: is not a base file of llama-perplexity`, AGAIN)
  const [context, vocabulary, chunks] = [head.readInt32LE(8), head.readInt32LE(12), head.readInt32LE(16)]
  const first = context >> 1
  const rows = context - 1 - first
  const width = 2 * ((vocabulary + 1) >> 1) + 4
  const start = 20 + 4 * context * chunks
  if (context < 2 || vocabulary < 1 || chunks < 1 || start + 2 * chunks * rows * width !== size)
    throw new InputError(
      `${path}: states ${chunks} chunks of ${context} tokens of a vocabulary of ${vocabulary}, which need ${start + 2 * chunks * rows * width} bytes; it has ${size}`,
      AGAIN,
    )
  const tokens = readAt(file, 20, 4 * context * chunks)
  const documents = Array.from({length: chunks}, (_, chunk): RecordedDocument => {
    const taken = Array.from({length: rows}, (_, k) => tokens.readInt32LE(4 * (chunk * context + first + k + 1)))
    const wrong = taken.find((token) => token < 0 || token >= vocabulary)
    if (wrong !== undefined)
      throw new InputError(
        `${path}, chunk ${chunk}: the token ${wrong} is outside of the vocabulary of ${vocabulary}`,
        AGAIN,
      )
    return {name: null, positions: rows, tokens: taken, pieces: null, advantages: null}
  })
  const buffer = Buffer.alloc(2 * width)
  const out = new Float64Array(vocabulary)
  return {
    path,
    format: 'base file of llama-perplexity',
    kind: 'full',
    isUnpacked: false,
    vocabulary,
    documents,
    row: (chunk, k) => {
      if (readSync(file, buffer, 0, buffer.length, start + 2 * (chunk * rows + k) * width) !== buffer.length)
        throw new InputError(`${path}: ended in chunk ${chunk}: it changed while it was read`, AGAIN)
      const [scale, least] = [buffer.readFloatLE(0), buffer.readFloatLE(4)]
      for (let i = 0; i < vocabulary; i++) out[i] = scale * buffer.readUInt16LE(8 + 2 * i) + least
      return out
    },
    top: () => {
      throw new InputError(`${path}: holds whole distributions`)
    },
    close: () => closeSync(file),
  }
}
