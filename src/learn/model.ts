import type {Csr, Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'

/** What a model sees of a graph; no label is part of it. */
export interface NodeData {
  /** [n, d] rows of length 1 (zero rows stay zero) */
  readonly features: Csr
  /** [n, n] D̃^-½ÃD̃^-½, symmetric; its pattern is the edges and a loop at every node */
  readonly adjacency: Csr
  /** Â B, by which gcn and sgc mix neighbours: a defence may give another matrix here; it must be symmetric too */
  readonly mix: (b: Dense) => Dense
  readonly classes: number
}

export interface ForwardPass {
  /** [n, classes] */
  readonly logits: Dense
  /** gradients of the parameters, in their order, from that of the logits [n, classes] */
  backward(gradient: Dense): Float64Array[]
}

/** A node classifier: a third one is one more file that implements this, and a line in models.ts. */
export interface NodeModel {
  readonly parameters: readonly Dense[]
  /** `random` for dropout while training; null: evaluation, nothing is dropped */
  forward(random: Random | null): ForwardPass
}

export interface ModelOptions {
  /** width of the hidden layer of gcn */
  hidden: number
  /** attention heads of the hidden layer of gat, eight units each */
  heads: number
  /** share of input features, hidden units and attention coefficients dropped while training */
  dropout: number
}

export type CreateModel = (data: NodeData, options: ModelOptions, random: Random) => NodeModel
