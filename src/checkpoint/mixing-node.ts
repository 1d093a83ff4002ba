import type {NodeRunner} from './model-runner.js'
import {InputError} from '../errors.js'
import type {GraphNode} from './graph-layers.js'
import {compareBatches, MixedRows} from './row-probe.js'

/**
 * Adds the node at fault to the error: among the first nodes whose value for an example changes with its neighbours,
 * the one that combines all examples, such as a mean over the batch, else the first such node.
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
    /** no axis follows the batch, and the value changes with the neighbours */
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
    // If only this second run fails, keep the original error.
    if (cause instanceof InputError) return error
    throw cause
  } finally {
    await runner.close()
  }
}
