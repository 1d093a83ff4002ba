import type {Pooling} from './types.js'

/** One tensor of a batch as a model gives it: [batch, …]. */
export interface State {
  shape: readonly number[]
  data: Float32Array | Float64Array
}

export interface PoolOptions {
  /** absent: mean over tokens for rank 3, flatten for every other rank */
  how: Pooling | undefined
  /** where a convolution's channels are: 1 (ONNX) or −1 (TensorFlow.js) */
  channelAxis: 1 | -1
  /** [batch, tokens], 0 = padding; tokens without a mask count all */
  mask: Uint8Array | null
}

/**
 * One vector for each example of a batch.
 *
 * flatten        all axes but the first, row-major: [b, …] → [b, Π].
 * mean           rank 3, [b, t, h] → [b, h]: Σ_t m_t x_t / Σ_t m_t over the tokens the mask keeps.
 * first, last    rank 3: the first or last token the mask keeps.
 * channel        rank ≥ 3: mean over all axes but the first and the channel axis.
 * Ranks a way of pooling does not concern are flattened.
 *
 * Precision  sums in fp64, the result in the type of the state.
 * Cost       one pass.
 * Empty      a row whose mask keeps no token → zeros.
 * Throws     nothing.
 * Source     —   Deviation: none.
 */
export function pool(state: State, {how, channelAxis, mask}: PoolOptions): State {
  const {shape, data} = state
  const way = how ?? (shape.length === 3 ? 'mean' : 'flatten')
  const batch = shape[0]!
  if (way === 'channel' && shape.length >= 3) return channelMeans(state, channelAxis === 1 ? 1 : shape.length - 1)
  if (way === 'flatten' || way === 'channel' || shape.length !== 3) return {shape: [batch, size(shape.slice(1))], data}
  const [, tokens, width] = shape as [number, number, number]
  const keepsToken =
    mask?.length === batch * tokens ? (row: number, token: number) => mask[row * tokens + token] !== 0 : () => true
  const out = like(data, batch * width)
  for (let row = 0; row < batch; row++) {
    const kept = Array.from({length: tokens}, (_, token) => token).filter((token) => keepsToken(row, token))
    const used = way === 'mean' ? kept : way === 'first' ? kept.slice(0, 1) : kept.slice(-1)
    for (let column = 0; column < width; column++) {
      let sum = 0
      for (const token of used) sum += data[(row * tokens + token) * width + column]!
      out[row * width + column] = used.length === 0 ? 0 : sum / used.length
    }
  }
  return {shape: [batch, width], data: out}
}

function channelMeans({shape, data}: State, axis: number): State {
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
