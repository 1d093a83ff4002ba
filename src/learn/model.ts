import type {Csr, Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'

/** A model's view of a graph, without labels. */
export interface NodeData {
  /** [n, d] rows of length 1 (zero rows stay zero) */
  readonly features: Csr
  /** [n, n] D̃^-½ÃD̃^-½, symmetric; its pattern is the edges plus a loop at every node */
  readonly adjacency: Csr
  /** Â B, with which gcn and sgc mix neighbours; a defence may use another matrix, which must be symmetric too */
  readonly mix: (b: Dense) => Dense
  readonly classes: number
}

export interface ForwardPass {
  /** [n, classes] */
  readonly logits: Dense
  /** gradients of the parameters, in order, from the gradient of the logits [n, classes] */
  backward(gradient: Dense): Float64Array[]
}

/** A node classifier; to add one, implement this in a new file and list it in models.ts. */
export interface NodeModel {
  readonly parameters: readonly Dense[]
  /** `random`: for dropout during training; null: evaluation, no dropout */
  forward(random: Random | null): ForwardPass
}

export interface ModelOptions {
  /** width of the hidden layer of gcn */
  hidden: number
  /** attention heads of the hidden layer of gat, eight units each */
  heads: number
  /** share of input features, hidden units and attention coefficients dropped during training */
  dropout: number
}

export type CreateModel = (data: NodeData, options: ModelOptions, random: Random) => NodeModel
