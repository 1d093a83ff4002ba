import type {GraphNode} from './graph-layers.js'
import type {Note} from '../frame/report.js'
import type {BoundInput} from './bind-inputs.js'
import type {PoolOptions, State} from './pool.js'
import type {OutputKind} from './types.js'

/** What each kind of model provides to the common loop. */
export interface ModelRunner {
  /** names as reports show them; the last one is the model's output */
  layers: readonly string[]
  /** whether the output was also requested as a layer */
  reportOutput: boolean
  outputKind: OutputKind | undefined
  /** the model's name of its output, if not the layer's name */
  outputName?: string
  channelAxis: PoolOptions['channelAxis']
  /** for each layer's tensor: the axis of its features, −1: the last; absent or null: unknown */
  features?: readonly (number | null)[]
  batch: BatchChoice
  inputs: readonly BoundInput[]
  /** notes if the model is run this way */
  notes?: readonly Note[]
  /** all tensors of the model, to find the node at fault */
  openNodes?: () => Promise<NodeRunner>
  /** states of these rows in one batch, in the order of `layers`, as the model gives them */
  run(rows: Uint32Array): Promise<State[]>
}

/** Examples in one forward pass. */
export interface BatchChoice {
  size: number
  /** whether the user chose it */
  asked: boolean
  /** the only size the model accepts; null: any */
  fixed: number | null
}

/** A model that returns all its tensors, in node order. */
export interface NodeRunner {
  nodes: readonly {tensor: string; node: GraphNode}[]
  run(rows: Uint32Array): Promise<State[]>
  close(): Promise<void>
}
