import type {LayersModel} from '@tensorflow/tfjs-layers'
import type {Embeddings} from '../certify/types.js'
import type {NumericArray} from '../data/named-array.js'
import type {InputFile, Note} from '../report/types.js'
import type {TensorFlow} from './tensorflow.js'

/** A model, or the stored hidden states of one. Whatever the file was, certify sees only `Embeddings`. */
export interface Checkpoint {
  readonly kind: 'tfjs-layers' | 'onnx' | 'embeddings'
  /** what can be asked for by name or pattern, in order of depth */
  listLayers(): LayerInfo[]
  /**
   * Hidden states and outputs of the data set. `data` is null for an embedding file, which holds its own rows.
   *
   * Cost    one forward pass in batches; Σ rows · dim · 4 bytes, at most MAX_STATE_BYTES.
   * Throws  UsageError  a pattern matches no layer; InputError  data and model do not fit together.
   */
  embeddings(data: DataSet | null, options?: EmbeddingOptions): Promise<Embeddings>
  /** what the reader of the report should know; grows while embeddings() runs */
  readonly notes: Note[]
  readonly inputFiles: InputFile[]
  /** the model in memory, where gradients can be taken through it */
  readonly differentiable?: {tensorFlow: TensorFlow; model: LayersModel; outputKind: OutputKind}
  close(): Promise<void>
}

export interface LayerInfo {
  /** what reports show and patterns match */
  name: string
  /** layer class or operator: Dense, Relu, … */
  type: string
  /** shape of one example's state; null where the file does not say; −1: any */
  shape: number[] | null
  /** taken when no layers are asked for */
  default: boolean
}

export type Pooling = 'flatten' | 'mean' | 'last' | 'first' | 'channel'
export type OutputKind = 'logits' | 'probabilities'

export interface EmbeddingOptions {
  /** names or glob patterns (* and ?); absent: the default layers */
  layers?: readonly string[]
  pool?: Pooling
  /** examples in one forward pass; default 256 */
  batchSize?: number
  /** only the first so many rows */
  limit?: number
  /** what the model's output is; absent: decided from the last layer, then from its values */
  output?: OutputKind
  onProgress?: (rowsDone: number, rows: number) => void
}

/** Inputs and labels of the examples, whatever file they came from. */
export interface DataSet {
  readonly rows: number
  /** [rows, …] each; finite */
  readonly inputs: InputArray[]
  /** [rows] class numbers ≥ 0 */
  readonly labels: Int32Array
  readonly inputFiles: InputFile[]
}

export interface InputArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: NumericArray
}
