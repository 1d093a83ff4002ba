import {createHash} from 'node:crypto'
import {InputError} from '../../errors.js'
import {isJsonObject, parseJson} from '../../data/json.js'
import {numbersOf} from '../../data/named-array.js'
import {openNpz, writeNpz} from '../../data/npz.js'
import type {LossName, MetricName} from '../types.js'
import type {ChosenRule, Rule, RuleSource} from './rule.js'

/** The parts of a rule that are not arrays. */
type Header = ChosenRule & {
  format: 1
  lossName: LossName
  metric: MetricName
  source?: RuleSource
  sha256: string
}

const AGAIN = ['write the rule again with surety certify']
const METRICS = ['l2', 'l1', 'linf', 'angle']

/** A rule as an .npz: `anchors` [m, dim], `losses` and `rows` [m], and `rule`, the bytes of a JSON object. The same rule gives the same bytes. */
export function writeRule({anchors, anchorLosses, anchorRows, ...chosen}: Rule): Uint8Array {
  const header: Header = {format: 1, ...chosen, sha256: digestOf(chosen, anchors.data, anchorLosses, anchorRows)}
  const bytes = new TextEncoder().encode(JSON.stringify(header))
  const [m, dim] = [anchors.rows, anchors.cols]
  return writeNpz([
    {name: 'anchors', shape: [m, dim], type: anchors.data instanceof Float64Array ? 'f8' : 'f4', data: anchors.data},
    {name: 'losses', shape: [m], type: 'f8', data: anchorLosses},
    {name: 'rows', shape: [m], type: 'u4', data: anchorRows},
    {name: 'rule', shape: [bytes.length], type: 'u1', data: bytes},
  ])
}

/**
 * The rule that `writeRule` wrote, bit for bit.
 *
 * Throws  InputError  starts with `place`: not a rule, arrays that do not fit together or were changed, impossible
 *         thresholds.
 */
export function readRule(bytes: Uint8Array, place: string): Rule {
  const archive = openNpz(bytes, place)
  const fault = (what: string) => new InputError(`${place}: ${what}`, AGAIN)
  const missing = ['anchors', 'losses', 'rows', 'rule'].find((name) => !archive.names.includes(name))
  if (missing !== undefined) throw fault(`is not a rule: it has no array ${missing}`)
  const read = (name: string) => archive.read(name)
  const json: unknown = parseJson(Uint8Array.from(numbersOf(read('rule'), place)), `${place}, rule`)
  if (!isJsonObject(json)) throw fault('is not a rule of this version')
  const {format, sha256, ...chosen} = json as unknown as Header
  if (format !== 1) throw fault('is not a rule of this version')
  const [states, losses, rows] = [read('anchors'), read('losses'), read('rows')]
  const [m = 0, dim = 0] = states.shape
  const data = numbersOf(states, place)
  if (states.shape.length !== 2 || !(data instanceof Float32Array || data instanceof Float64Array) || m < 1 || dim < 1)
    throw fault(`its anchors have the shape ${states.shape.join(' × ')}`)
  const [anchorLosses, anchorRows] = [numbersOf(losses, place), numbersOf(rows, place)]
  if (!(anchorLosses instanceof Float64Array && anchorLosses.length === m && anchorRows.length === m))
    throw fault(`it has ${anchorLosses.length} losses and ${anchorRows.length} rows for ${m} anchors`)
  const {radius, anchorLoss, target, layer, metric} = chosen
  const numbers = [radius, anchorLoss, target?.risk, target?.loss, target?.alpha, chosen.coverage, chosen.accepted]
  if (!numbers.every((x) => typeof x === 'number' && x >= 0 && x < Infinity))
    throw fault('a threshold or figure of its guarantee is not a number ≥ 0')
  if (typeof layer !== 'string' || !METRICS.includes(metric)) throw fault('its layer or metric is not named')
  const own = Uint32Array.from(anchorRows)
  if (digestOf(chosen, data, anchorLosses, own) !== sha256) throw fault('it was changed after it was written')
  return {...chosen, anchors: {rows: m, cols: dim, data}, anchorLosses, anchorRows: own}
}

function digestOf(chosen: object, ...arrays: readonly (Float32Array | Float64Array | Uint32Array)[]): string {
  const hash = createHash('sha256').update(JSON.stringify(chosen))
  for (const {buffer, byteOffset, byteLength} of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  return hash.digest('hex')
}
