import type {NodeRunner} from './model-runner.js'
import {InputError} from '../errors.js'
import type {GraphNode} from './graph-layers.js'
import {compareBatches, MixedRows} from './row-probe.js'

/**
 * The same error with the node at fault: of the nodes that first give an example other values with other neighbours, the
 * one that takes all examples together, such as a mean over the batch, or the node itself.
 *
 * Cost  one run of each batch with every tensor of the model.
 */
export async function withMixingNode(
  error: MixedRows,
  open: () => Promise<NodeRunner>,
  rows: number,
): Promise<MixedRows> {
  const runner = await open().catch(() => null)
  if (runner === null) return error
  try {
    const {tensors} = await compareBatches((which) => runner.run(which), rows, error.fault.sizes)
    const place = new Map(runner.nodes.map(({tensor}, k) => [tensor, k]))
    const places = (node: GraphNode) => node.inputs.flatMap((name) => place.get(name) ?? [])
    /** no axis follows the batch, and other neighbours give other values */
    const gathers = (k: number) => tensors[k]!.layout === null && !tensors[k]!.mixes && tensors[k]!.changes
    let at = tensors.findIndex(({mixes}) => mixes)
    if (at < 0) at = tensors.findIndex((_, k) => gathers(k))
    if (at < 0) return error
    for (let source: number | undefined = at; source !== undefined; ) {
      at = source
      source = places(runner.nodes[at]!.node).find(gathers)
    }
    const {name, op, outputs} = runner.nodes[at]!.node
    return new MixedRows(error.fault, `${name || outputs[0] || '(without a name)'} (${op})`)
  } catch (cause) {
    // What only this second look cannot run is no news.
    if (cause instanceof InputError) return error
    throw cause
  } finally {
    await runner.close()
  }
}
