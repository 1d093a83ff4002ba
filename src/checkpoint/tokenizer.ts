import {isJsonObject, type JsonObject, parseJson} from '../data/json.js'
import {readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'
import {loadPart} from '../packages.js'
import {quietly} from '../frame/silence-console.js'
import type {InputFile} from '../frame/report.js'

/** Texts as token sequences of equal length. */
export interface Tokens {
  length: number
  /** [texts, length] each */
  ids: Int32Array
  mask: Int32Array
  types: Int32Array
  /** texts that were cut */
  truncated: number
}

export interface TextTokenizer {
  file: InputFile
  /** the truncation length in the file; null: none */
  maxTokens: number | null
  /** pads all texts to the longest, to at least `least` and at most `most` tokens */
  encode: (texts: readonly string[], least: number, most: number) => Tokens
}

/** The part of the library that is used. */
interface Library {
  encode: (
    text: string,
    options: {add_special_tokens?: boolean; return_token_type_ids?: boolean},
  ) => {ids: number[]; token_type_ids?: number[]}
  token_to_id: (token: string) => number | undefined
}

/** Larger than any vocabulary in use. */
const MAX_BYTES = 256 * 2 ** 20
const PADS = ['[PAD]', '<pad>', '<|padding|>', '<|endoftext|>', '</s>']

/**
 * The tokenizer of a tokenizer.json (Hugging Face format), run by @huggingface/tokenizers.
 *
 * Cut      a long text loses its last tokens; special tokens around it stay.
 * Padding  on the right, with the file's padding token, else a token with a usual name, else 0.
 * Throws   InputError  not a tokenizer.json, or a kind of tokenizer the library does not know.
 */
export async function readTokenizer(path: string): Promise<TextTokenizer> {
  const {bytes, file} = await readInput(path, MAX_BYTES)
  const json = parseJson(bytes, path)
  if (!isJsonObject(json) || !isJsonObject(json.model))
    throw new InputError(`${path}: is JSON, but not a tokenizer: it has no object model`, [
      'give the tokenizer.json that was saved with the model',
    ])
  // The package's own types do not resolve for Node's module resolution.
  const {Tokenizer} = (await loadPart('texts', () => import('@huggingface/tokenizers'))) as unknown as {
    Tokenizer: new (json: object, config: object) => Library
  }
  const guarded = <T>(run: () => T): T => {
    try {
      return quietly(run)
    } catch (cause) {
      throw new InputError(
        `${path}: cannot be used as a tokenizer: ${String(cause instanceof Error ? cause.message : cause).slice(0, 160)}`,
        ['save the tokenizer again'],
        {cause},
      )
    }
  }
  const tokenizer = guarded(() => new Tokenizer(json, {}))
  const pad = padId(json, (token) => tokenizer.token_to_id(token))

  /** Token ids including special tokens, and how many special tokens come before and after. */
  function encodeOne(text: string, most: number): {ids: number[]; types: number[]; cut: boolean} {
    const whole = tokenizer.encode(text, {return_token_type_ids: true})
    const types = whole.token_type_ids ?? whole.ids.map(() => 0)
    if (whole.ids.length <= most) return {ids: whole.ids, types, cut: false}
    const core = tokenizer.encode(text, {add_special_tokens: false}).ids
    const before = Math.max(
      0,
      whole.ids.findIndex((_, k) => core.every((id, i) => whole.ids[k + i] === id)),
    )
    const behind = whole.ids.length - before - core.length
    const keep = Math.max(0, most - behind)
    const cutOut = <T>(list: T[]) => [...list.slice(0, keep), ...list.slice(list.length - behind)].slice(0, most)
    return {ids: cutOut(whole.ids), types: cutOut(types), cut: true}
  }

  function encode(texts: readonly string[], least: number, most: number): Tokens {
    const encoded = texts.map((text) => guarded(() => encodeOne(text, most)))
    const length = encoded.reduce((longest, {ids}) => Math.max(longest, ids.length), least)
    const tokens = {
      length,
      ids: new Int32Array(texts.length * length).fill(pad),
      mask: new Int32Array(texts.length * length),
      types: new Int32Array(texts.length * length),
      truncated: 0,
    }
    encoded.forEach(({ids, types, cut}, row) => {
      tokens.ids.set(ids, row * length)
      tokens.types.set(types, row * length)
      tokens.mask.fill(1, row * length, row * length + ids.length)
      if (cut) tokens.truncated++
    })
    return tokens
  }
  return {file, maxTokens: maxTokens(json), encode}
}

function maxTokens({truncation}: JsonObject): number | null {
  const length = isJsonObject(truncation) ? truncation.max_length : null
  return typeof length === 'number' && Number.isInteger(length) && length > 0 ? length : null
}

function padId(json: JsonObject, idOf: (token: string) => number | undefined): number {
  if (isJsonObject(json.padding) && Number.isInteger(json.padding.pad_id)) return json.padding.pad_id as number
  return PADS.map(idOf).find((id) => id !== undefined) ?? 0
}
