/** A computed value and the values it is computed from; a list of steps is in topological order. */
export interface Step {
  name: string
  inputs: readonly string[]
}

/**
 * The bottlenecks between `source` and `target`: values that every path passes through. The end of a residual block is
 * one, values bypassed by its skip connection are not; in a plain chain every value is one.
 *
 * Formula    v is a bottleneck ⇔ no edge jumps over it: no edge (u, w) on a path with u before v before w in a
 *            topological order. (A value on no path with v can be reached without v.)
 * Cost       linear in the edges.
 * Empty      no path → empty. `source` and `target` themselves are included otherwise.
 * Source     dominators of a directed acyclic graph with one source and one sink.   Deviation: none.
 */
export function bottlenecks(steps: readonly Step[], source: string, target: string): Set<string> {
  const live = new Set([source])
  for (const {name, inputs} of steps) if (inputs.some((input) => live.has(input))) live.add(name)
  if (!live.has(target)) return new Set()
  const needed = new Set([target])
  const path: Step[] = []
  for (const step of [...steps].reverse()) {
    if (step.name === source || !needed.has(step.name) || !live.has(step.name)) continue
    const inputs = step.inputs.filter((input) => live.has(input))
    for (const input of inputs) needed.add(input)
    path.push({name: step.name, inputs})
  }
  path.reverse()
  const position = new Map([[source, 0], ...path.map(({name}, k) => [name, k + 1] as const)])
  // reach[k]: the last step that reads value k.
  const reach = new Array<number>(path.length + 1).fill(0)
  path.forEach(({inputs}, k) => {
    for (const input of inputs) {
      const from = position.get(input)
      if (from !== undefined) reach[from] = k + 1
    }
  })
  const found = new Set<string>()
  let furthest = 0
  for (const [name, at] of position) {
    if (furthest <= at) found.add(name)
    furthest = Math.max(furthest, reach[at]!)
  }
  return found
}

const BLOCK = /^(.*(?:layers?|blocks?|(?:^|[/_.])h)[._/]*\d+(?:\.\d+)?)(?!\d)/i

/** The block in a name: `encoder/layer.3`, `conv2_block1`, `h.5`; null: none. */
export const blockOf = (name: string): string | null => BLOCK.exec(name)?.[1] ?? null

/** Keeps the last of consecutive names with the same block, and all names without a block. In order of depth. */
export function onePerBlock(names: readonly string[]): string[] {
  return names.filter((name, k) => blockOf(name) === null || blockOf(name) !== blockOf(names[k + 1] ?? ''))
}

const SIDE_INPUT = /mask|token_type|segment|position/i

/** The input that carries the example: the first that is not a mask, token types or positions. */
export const mainInput = (names: readonly string[]): string | undefined =>
  names.find((name) => !SIDE_INPUT.test(name)) ?? names[0]
