import type {Pooling} from './pool.js'
import type {DataSet} from './data-types.js'
import type {LayersModel} from '@tensorflow/tfjs-layers'
import type {Embeddings, TaskName} from '../certify/types.js'
import type {InputFile, Note} from '../frame/report.js'
import type {ModelInput} from './bind-inputs.js'
import type {SampleOptions} from './sample.js'
import type {TensorFlow} from './tensorflow.js'

/** A model, or its stored hidden states. Whatever the file, certify sees only `Embeddings`. */
export interface Checkpoint {
  readonly kind: 'tfjs-layers' | 'tfjs-graph' | 'keras' | 'onnx' | 'embeddings'
  /** the layers that can be requested by name or pattern, in order of depth, as far as the file tells */
  listLayers(): LayerInfo[]
  /** the same, with shapes that only the runtime knows; absent: none to add */
  describeLayers?(): Promise<LayerInfo[]>
  /** the model's inputs, as far as the file says; empty for stored states */
  readonly modelInputs: readonly ModelInput[]
  /**
   * Hidden states and outputs for the data set. `data` is null for an embedding file, which holds its own rows.
   *
   * Cost    one forward pass in batches; Σ rows · dim · 4 bytes, which must fit the memory limit.
   * Throws  UsageError  a pattern matches no layer, or the states do not fit; InputError  data and model do not fit, or
   *         states of the same examples differ when the model runs again.
   */
  embeddings(data: DataSet | null, options?: EmbeddingOptions): Promise<ModelStates>
  /** notes for the report; grows while embeddings() runs */
  readonly notes: Note[]
  /** embeddings() adds a label file that it reads */
  readonly inputFiles: InputFile[]
  /** the model in memory, if it is differentiable */
  readonly differentiable?: {tensorFlow: TensorFlow; model: LayersModel; outputKind: OutputKind}
  close(): Promise<void>
}

export interface LayerInfo {
  /** name in reports, matched by patterns */
  name: string
  /** layer class or operator: Dense, Relu, … */
  type: string
  /** shape of one example's state; null: not stated; −1: any */
  shape: number[] | null
  /** used if no layers are requested */
  default: boolean
}

/** one-vs-rest: an independent probability per class; they need not sum to 1 */
export type OutputKind = 'logits' | 'probabilities' | 'one-vs-rest'

/** States, with what the report says about their origin. */
export interface ModelStates extends Embeddings {
  /** the model output with the class scores; null: none */
  outputName: string | null
  /** class names by number, if there are any */
  classNames?: readonly string[] | null
  /** the model's inputs; empty for stored states */
  inputs: InputSummary[]
  /** before the limit, including rows without a label */
  rowsInFile: number
  /** some rows had no label */
  unlabelled?: boolean
}

export interface InputSummary {
  name: string
  /** of one example */
  shape: number[]
  /** smallest and largest value over the rows used */
  observed: [number, number]
  /** smallest and largest possible value, if preparation implies it; else null */
  possible: [number, number] | null
}

export interface LabelSource {
  /** a separate file */
  file?: string
  /** array or column; default: labels, or label */
  name?: string
  /** class names in the order of the model's output, for text labels */
  classes?: readonly string[]
  /** label of tokens that do not count, besides −100 */
  ignoreLabel?: number
}

export interface EmbeddingOptions extends SampleOptions {
  /** the model's task; auto: inferred if targets and output prove it, else refused; absent: classes */
  task?: TaskName | 'auto'
  /** names, glob patterns (* and ?) or `auto`; absent: the default layers */
  layers?: readonly string[]
  pool?: Pooling
  /** examples in one forward pass; default 256, fewer where an example is large */
  batchSize?: number
  /** memory limit of the whole process; default: current use plus half of the free memory */
  memoryLimitBytes?: number
  /** kind of the model's output; absent: decided from the last layer, then from its values */
  output?: OutputKind
  /** which output holds the class scores; absent: decided from names and shapes */
  outputName?: string
  /** for stored states: where their labels are */
  labels?: LabelSource
  /** for stored states: the array with each row's source */
  group?: string
  /** for stored states: the array with each row's slice; class: their labels */
  slice?: string
  onProgress?: (rowsDone: number, rows: number) => void
}
