import {isJsonObject, type JsonObject} from '../data/json.js'
import {InputError} from '../errors.js'
import {type Lines, openLines} from './lines.js'
import type {RecordedDocument, RecordedOutputs, TopTokens} from './recorded.js'

interface Line {
  name: string | null
  tokens: (string | number)[]
  pieces: string[]
  tops: TopTokens[]
}

type Reader = (object: JsonObject, where: string) => Line

/**
 * The most likely tokens of each position, from JSON lines with one document a line: prompt_logprobs of vLLM,
 * logprobs.content of OpenAI (plain, in choices, or in the lines of a batch), samples of lm-evaluation-harness. Which of
 * them it is, the first line says; one line is in memory at a time.
 *
 * Throws  InputError  none of these; a probability above 1, listed probabilities that sum to more than 1, a token that is
 *         listed twice; prompt_logprobs without prompt_token_ids, since the token that was taken is not known then.
 */
export function openTop(path: string): RecordedOutputs {
  const lines = openLines(path)
  try {
    return recorded(path, lines)
  } catch (error) {
    lines.close()
    throw error
  }
}

function recorded(path: string, lines: Lines): RecordedOutputs {
  if (lines.count === 0) throw new InputError(`${path}: holds no line`, ['check that the file was written completely'])
  const found = READERS.find(({fits}) => fits(inner(lines.object(0))))
  if (found === undefined)
    throw new InputError(`${path}, line ${lines.line(0)}: has none of prompt_logprobs, logprobs.content and resps`, [
      'give JSON lines of vLLM (prompt_logprobs), OpenAI (logprobs.content) or lm-evaluation-harness (samples)',
    ])
  const read = (k: number) => found.read(lines.object(k), `${path}, line ${lines.line(k)}`)
  const documents = Array.from({length: lines.count}, (_, k): RecordedDocument => {
    const {name, tokens, pieces, tops} = read(k)
    return {name, positions: tops.length, tokens, pieces, advantages: null}
  })
  let kept: {k: number; line: Line} | null = null
  return {
    path,
    format: found.format,
    kind: 'top',
    isUnpacked: false,
    vocabulary: null,
    documents,
    row: () => {
      throw new InputError(`${path}: holds the most likely tokens only`)
    },
    top: (k, position) => {
      if (kept?.k !== k) kept = {k, line: read(k)}
      return kept.line.tops[position]!
    },
    close: () => lines.close(),
  }
}

/** The object that holds the log-probabilities: an answer may lie in choices, in a batch's response, or in both. */
function inner(object: JsonObject): JsonObject {
  const {response, choices, outputs} = object
  if (isJsonObject(response) && isJsonObject(response['body'])) return inner(response['body'])
  const list = Array.isArray(choices)
    ? choices
    : Array.isArray(outputs) && !('prompt_logprobs' in object)
      ? outputs
      : null
  return list !== null && isJsonObject(list[0]) && !('prompt_logprobs' in object) ? list[0] : object
}

const READERS: {format: string; fits: (object: JsonObject) => boolean; read: Reader}[] = [
  {format: 'prompt_logprobs of vLLM', fits: (object) => Array.isArray(object['prompt_logprobs']), read: vllm},
  {format: 'logprobs.content of OpenAI', fits: (object) => contentOf(object) !== null, read: openAi},
  {format: 'samples of lm-evaluation-harness', fits: (object) => Array.isArray(object['resps']), read: harness},
]

function nameOf(object: JsonObject): string | null {
  for (const key of ['custom_id', 'doc_id', 'name', 'request_id'])
    if (typeof object[key] === 'string' || typeof object[key] === 'number') return String(object[key])
  return null
}

function vllm(object: JsonObject, where: string): Line {
  const answer = inner(object)
  const logprobs = answer['prompt_logprobs'] as unknown[]
  const ids = answer['prompt_token_ids'] ?? object['prompt_token_ids']
  if (!Array.isArray(ids) || ids.length !== logprobs.length || !ids.every(Number.isInteger))
    throw new InputError(
      `${where}: has ${Array.isArray(ids) ? `${ids.length} prompt_token_ids beside ${logprobs.length} prompt_logprobs` : 'no prompt_token_ids, so the token that was taken is not known'}`,
      ['keep prompt_token_ids beside prompt_logprobs (of a server: return_token_ids)'],
    )
  const line: Line = {name: nameOf(object), tokens: [], pieces: [], tops: []}
  logprobs.forEach((entry, t) => {
    // Nothing comes before the first token, so it has no distribution.
    if (entry === null) return
    const at = `${where}, position ${t}`
    if (!isJsonObject(entry))
      throw new InputError(`${at}: is not an object of tokens`, ['give prompt_logprobs as vLLM writes them'])
    const listed = Object.entries(entry).map(([token, value]) => {
      const {logprob, rank, decoded_token: text} = isJsonObject(value) ? value : {logprob: value}
      return {
        token,
        logprob,
        rank: Number.isInteger(rank) ? (rank as number) : null,
        text: typeof text === 'string' ? text : null,
      }
    })
    const taken = String(ids[t])
    line.tokens.push(ids[t] as number)
    line.pieces.push(listed.find(({token}) => token === taken)?.text ?? `#${taken}`)
    line.tops.push(topOf(listed, taken, at))
  })
  return line
}

function contentOf(object: JsonObject): unknown[] | null {
  const {logprobs, content} = object
  if (isJsonObject(logprobs) && Array.isArray(logprobs['content'])) return logprobs['content'] as unknown[]
  return Array.isArray(content) && content.some((each) => isJsonObject(each) && 'top_logprobs' in each) ? content : null
}

function openAi(object: JsonObject, where: string): Line {
  const content = contentOf(inner(object))
  if (content === null)
    throw new InputError(`${where}: has no logprobs.content`, ['ask for logprobs: true and top_logprobs'])
  const line: Line = {name: nameOf(object), tokens: [], pieces: [], tops: []}
  content.forEach((entry, t) => {
    const at = `${where}, position ${t}`
    const {token, logprob, top_logprobs: list} = isJsonObject(entry) ? entry : {}
    if (typeof token !== 'string' || !Array.isArray(list))
      throw new InputError(`${at}: has no token with top_logprobs`, ['ask for top_logprobs: 20'])
    const listed = list.map((each) => {
      const {token: text, logprob: value} = isJsonObject(each) ? each : {}
      return {token: typeof text === 'string' ? text : '', logprob: value, rank: null, text: null}
    })
    if (!listed.some((each) => each.token === token)) listed.push({token, logprob, rank: null, text: null})
    line.tokens.push(token)
    line.pieces.push(token)
    line.tops.push(topOf(listed, token, at))
  })
  return line
}

/** A continuation is one token of an unknown vocabulary: only its probability is listed. */
function harness(object: JsonObject, where: string): Line {
  const resps = object['resps'] as unknown[]
  const args = object['arguments']
  const given = Array.isArray(args) ? (args as unknown[]) : isJsonObject(args) ? Object.values(args) : []
  const line: Line = {name: nameOf(object), tokens: [], pieces: [], tops: []}
  resps.forEach((answer, k) => {
    const at = `${where}, response ${k}`
    const values = (Array.isArray(answer) ? (answer as unknown[]) : []).flat(2)
    const pair = isJsonObject(given[k])
      ? Object.values(given[k])
      : Array.isArray(given[k])
        ? (given[k] as unknown[])
        : []
    const text = pair.map(String).join('\u241f')
    if (text === '')
      throw new InputError(`${at}: has no arguments, so the text that was scored is not known`, [
        'keep the samples as lm-evaluation-harness writes them (--log_samples)',
      ])
    line.tokens.push(text)
    line.pieces.push(String(pair.at(-1)))
    const logprob = typeof values[0] === 'string' ? Number(values[0]) : values[0]
    line.tops.push({...topOf([{token: text, logprob, rank: null, text: null}], text, at), top: -1, rank: null})
  })
  return line
}

interface Listed {
  token: string
  logprob: unknown
  rank: number | null
  text: string | null
}

/** Tolerance for rounding in the file. */
const SLACK = 1e-3

function topOf(listed: readonly Listed[], taken: string, where: string): TopTokens {
  const twice = listed.find(({token}, k) => listed.findIndex((other) => other.token === token) < k)
  if (twice !== undefined)
    throw new InputError(`${where}: lists the token ${JSON.stringify(twice.token)} twice`, ['list each token once'])
  let sum = 0
  const logProbabilities = Float64Array.from(listed, ({token, logprob}) => {
    if (typeof logprob !== 'number' || Number.isNaN(logprob) || logprob > SLACK)
      throw new InputError(
        `${where}: the log-probability of ${JSON.stringify(token)} is ${JSON.stringify(logprob)}, expected a number of at most 0`,
        ['give natural logarithms of probabilities'],
      )
    sum += Math.exp(logprob)
    return Math.min(0, logprob)
  })
  if (sum > 1 + SLACK)
    throw new InputError(`${where}: the listed probabilities sum to ${sum.toPrecision(6)}, more than 1`, [
      'give natural logarithms of the probabilities before any temperature or penalty',
    ])
  const top = listed.length === 0 ? -1 : logProbabilities.indexOf(Math.max(...logProbabilities))
  const place = listed.findIndex(({token}) => token === taken)
  const rank = place < 0 ? null : listed[place]!.rank
  return {tokens: listed.map(({token}) => token), logProbabilities, taken: place, rank, top}
}
