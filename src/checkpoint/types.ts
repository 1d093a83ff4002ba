import type {Pooling} from './pool.js'
import type {DataSet} from './data-types.js'
import type {LayersModel} from '@tensorflow/tfjs-layers'
import type {Embeddings, TaskName} from '../certify/types.js'
import type {InputFile, Note} from '../frame/report.js'
import type {ModelInput} from './bind-inputs.js'
import type {SampleOptions} from './sample.js'
import type {TensorFlow} from './tensorflow.js'

/** A model, or the stored hidden states of one. Whatever the file was, certify sees only `Embeddings`. */
export interface Checkpoint {
  readonly kind: 'tfjs-layers' | 'tfjs-graph' | 'keras' | 'onnx' | 'embeddings'
  /** what can be asked for by name or pattern, in order of depth, as far as the file itself says */
  listLayers(): LayerInfo[]
  /** the same with the shapes that only the program that runs the model can tell; absent: there are none to add */
  describeLayers?(): Promise<LayerInfo[]>
  /** what the model takes, as far as the file says; empty for stored states */
  readonly modelInputs: readonly ModelInput[]
  /**
   * Hidden states and outputs of the data set. `data` is null for an embedding file, which holds its own rows.
   *
   * Cost    one forward pass in batches; Σ rows · dim · 4 bytes, which must fit the memory limit.
   * Throws  UsageError  a pattern matches no layer, or the states do not fit; InputError  data and model do not fit
   *         together, or the model gives other states for the same examples when it runs again.
   */
  embeddings(data: DataSet | null, options?: EmbeddingOptions): Promise<ModelStates>
  /** what the reader of the report should know; grows while embeddings() runs */
  readonly notes: Note[]
  /** grows with a file of labels that embeddings() reads */
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

/** one-vs-rest: a probability for each class by itself, which need not add up to 1 */
export type OutputKind = 'logits' | 'probabilities' | 'one-vs-rest'

/** States with what the report says of where they came from. */
export interface ModelStates extends Embeddings {
  /** which of the model's outputs the class scores are; null: there are none */
  outputName: string | null
  /** names of the classes by number, where there are names */
  classNames?: readonly string[] | null
  /** what the model was fed; empty for stored states */
  inputs: InputSummary[]
  /** before a limit and before rows without a label were left out */
  rowsInFile: number
  /** some rows had no label */
  unlabelled?: boolean
}

export interface InputSummary {
  name: string
  /** of one example */
  shape: number[]
  /** least and largest value over the rows used */
  observed: [number, number]
  /** least and largest value there can be, where preparation tells; else null */
  possible: [number, number] | null
}

export interface LabelSource {
  /** a file of their own */
  file?: string
  /** array or column; default: labels, or label */
  name?: string
  /** names of the classes in the order of the model's output: of labels that are text */
  classes?: readonly string[]
  /** what stands where a token does not count, beside −100 */
  ignoreLabel?: number
}

export interface EmbeddingOptions extends SampleOptions {
  /** what the model is asked for; auto: proven from targets and output, else refused; absent: classes */
  task?: TaskName | 'auto'
  /** names, glob patterns (* and ?) or `auto`; absent: the default layers */
  layers?: readonly string[]
  pool?: Pooling
  /** examples in one forward pass; default 256, fewer where an example is large */
  batchSize?: number
  /** what the whole process may take; default: what it holds and half of what is free */
  memoryLimitBytes?: number
  /** what the model's output is; absent: decided from the last layer, then from its values */
  output?: OutputKind
  /** which output holds the class scores; absent: decided from names and shapes */
  outputName?: string
  /** of stored states: where their labels are */
  labels?: LabelSource
  /** of stored states: the array that says which source each row is of */
  group?: string
  /** of stored states: the array that says which slice each row lies in; class: their labels */
  slice?: string
  onProgress?: (rowsDone: number, rows: number) => void
}
