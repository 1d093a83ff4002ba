import {UsageError, option} from '../errors.js'

/** One output tensor of a model for a batch. */
export interface State {
  shape: readonly number[]
  data: Float32Array | Float64Array
}

export interface PoolOptions {
  /** absent: mean over the positions for rank 3, flatten for every other rank */
  how: Pooling | undefined
  /** the feature axis; absent or null: unknown, then the last axis for rank 3 and none for higher ranks */
  features?: number | null
  /** channel axis of convolutions, used if nothing else is known: 1 (ONNX) or −1 (TensorFlow.js) */
  channelAxis: 1 | -1
  /** [batch, tokens], 0 = padding; without a mask all tokens count */
  mask: Uint8Array | null
}

export interface Pooled extends State {
  /** what was pooled over, in words; null: nothing */
  over: string | null
}

/**
 * One vector per example of a batch.
 *
 * flatten        all axes except the first, row-major: [b, …] → [b, Π].
 * mean           over every axis except the first and the features; for [b, t, h] over the tokens that the mask keeps:
 *                Σ_t m_t x_t / Σ_t m_t.
 * first, last    rank 3: the first or last position; for tokens, the first or last that the mask keeps.
 * channel        rank ≥ 3: mean over all axes except the first and the channels.
 * Other ranks are flattened.
 *
 * Precision  sums in fp64, the result in the type of the state.
 * Cost       one pass.
 * Empty      a row whose mask keeps no token → zeros.
 * Throws     nothing.
 * Source     —   Deviation: none.
 */
export function pool(state: State, {how, features, channelAxis, mask}: PoolOptions): Pooled {
  const {shape, data} = state
  const rank = shape.length
  const way = how ?? (rank === 3 ? 'mean' : 'flatten')
  const axis = features ?? (way === 'channel' ? (channelAxis === 1 ? 1 : rank - 1) : rank === 3 ? 2 : null)
  if (way === 'flatten' || rank < 3 || axis === null || (rank > 3 && (way === 'first' || way === 'last')))
    return {shape: [shape[0]!, size(shape.slice(1))], data, over: null}
  const pooledAxes = shape.flatMap((length, k) => (k === 0 || k === axis ? [] : [length]))
  const positions = `${pooledAxes.join('×')} ${size(pooledAxes) === 1 ? 'position' : 'positions'}`
  const over = way === 'mean' || way === 'channel' ? `mean over ${positions}` : `${way} of ${positions}`
  if (rank > 3 || axis === 1) {
    if (way === 'mean' || way === 'channel') return {...axisMeans(state, axis), over}
    return {...onePosition(state, way === 'first' ? 0 : shape[2]! - 1), over}
  }
  return {...tokens(state, way === 'channel' ? 'mean' : way, mask), over}
}

/** Throws UsageError: no layer has the axes for the requested pooling; `ranks` include the batch. */
export function requirePooled(how: Pooling | undefined, ranks: readonly number[]): void {
  const least = 3
  const most = how === 'first' || how === 'last' ? 3 : Infinity
  if (how === undefined || ranks.some((rank) => rank >= least && rank <= most)) return
  throw new UsageError(
    `${option('pool')} ${how} would change nothing: no layer has ${most === 3 ? 'exactly two axes' : 'two axes or more'} besides the examples`,
    [`leave ${option('pool')} out`],
  )
}

/** [b, t, h] → [b, h]. */
function tokens({shape, data}: State, way: 'mean' | 'first' | 'last', mask: Uint8Array | null): State {
  const [batch, count, width] = shape as [number, number, number]
  const keepsToken =
    mask?.length === batch * count ? (row: number, token: number) => mask[row * count + token] !== 0 : () => true
  const out = like(data, batch * width)
  for (let row = 0; row < batch; row++) {
    const kept = Array.from({length: count}, (_, token) => token).filter((token) => keepsToken(row, token))
    const used = way === 'mean' ? kept : way === 'first' ? kept.slice(0, 1) : kept.slice(-1)
    for (let column = 0; column < width; column++) {
      let sum = 0
      for (const token of used) sum += data[(row * count + token) * width + column]!
      out[row * width + column] = used.length === 0 ? 0 : sum / used.length
    }
  }
  return {shape: [batch, width], data: out}
}

/** [b, h, t] → [b, h], one position. */
function onePosition({shape, data}: State, at: number): State {
  const [batch, width, count] = shape as [number, number, number]
  const out = like(data, batch * width)
  for (let k = 0; k < out.length; k++) out[k] = data[k * count + at]!
  return {shape: [batch, width], data: out}
}

/** Means over all axes except the first and `axis`. */
function axisMeans({shape, data}: State, axis: number): State {
  const batch = shape[0]!
  const channels = shape[axis]!
  const before = size(shape.slice(1, axis))
  const after = size(shape.slice(axis + 1))
  const out = like(data, batch * channels)
  for (let row = 0; row < batch; row++) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0
      for (let i = 0; i < before; i++) {
        const start = ((row * before + i) * channels + channel) * after
        for (let j = start; j < start + after; j++) sum += data[j]!
      }
      out[row * channels + channel] = before * after === 0 ? 0 : sum / (before * after)
    }
  }
  return {shape: [batch, channels], data: out}
}

/** The number of elements of a shape; 1 for a scalar. */
export const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

const like = (data: Float32Array | Float64Array, length: number) =>
  data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)

export type Pooling = 'flatten' | 'mean' | 'last' | 'first' | 'channel'
