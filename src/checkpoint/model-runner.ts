import type {GraphNode} from './graph-layers.js'
import type {Note} from '../frame/report.js'
import type {BoundInput} from './bind-inputs.js'
import type {PoolOptions, State} from './pool.js'
import type {OutputKind} from './types.js'

/** What a kind of model brings to the common loop. */
export interface ModelRunner {
  /** names as reports show them; the last one is the model's output */
  layers: readonly string[]
  /** whether the output was asked for as a layer too */
  reportOutput: boolean
  outputKind: OutputKind | undefined
  /** what the model calls its output, where that is not the layer's name */
  outputName?: string
  channelAxis: PoolOptions['channelAxis']
  /** of each layer's own tensor: the axis of its features, −1 the last; absent or null: unknown */
  features?: readonly (number | null)[]
  batch: BatchChoice
  inputs: readonly BoundInput[]
  /** what to say if the model is run in this way */
  notes?: readonly Note[]
  /** all tensors of the model, to name the node that is at fault */
  openNodes?: () => Promise<NodeRunner>
  /** states of these rows in one batch, in the order of `layers`, as the model gives them */
  run(rows: Uint32Array): Promise<State[]>
}

/** Examples in one forward pass. */
export interface BatchChoice {
  size: number
  /** somebody chose it */
  asked: boolean
  /** the only size that the model declares; null: any */
  fixed: number | null
}

/** A model that gives all of its tensors, in the order of its nodes. */
export interface NodeRunner {
  nodes: readonly {tensor: string; node: GraphNode}[]
  run(rows: Uint32Array): Promise<State[]>
  close(): Promise<void>
}
