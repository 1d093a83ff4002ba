/** The nodes that rows of other files may speak of. */
export interface NodeSet {
  readonly size: number
  /** the place of a node among the names, or undefined */
  readonly find: (id: string) => number | undefined
}

/** A number by its value: 007, 7.0 and +7 are 7. Anything else is itself. */
export const numericForm = (id: string): string =>
  /^\+?\d+(\.0*)?$/.test(id.trim())
    ? id
        .trim()
        .replace(/^\+/, '')
        .replace(/\..*$/, '')
        .replace(/^0+(?=\d)/, '')
    : id

/**
 * Nodes by name; a name that is not found as it stands is compared as a number, unless two nodes would be the same then
 * or `asText` forbids it.
 */
export function nodeSet(names: readonly string[], asText = false): NodeSet {
  const exact = new Map(names.map((name, node) => [name, node]))
  let byNumber: Map<string, number> | null | undefined = asText ? null : undefined
  const numbers = () => {
    if (byNumber === undefined) {
      byNumber = new Map(names.map((name, node) => [numericForm(name), node]))
      if (byNumber.size < names.length) byNumber = null
    }
    return byNumber
  }
  return {size: names.length, find: (id) => exact.get(id) ?? numbers()?.get(numericForm(id))}
}

/** Nodes 0 … nodes − 1, called by their numbers. */
export const numberedNodes = (nodes: number, asText = false): NodeSet => ({
  size: nodes,
  find(id) {
    const text = asText ? id : numericForm(id)
    return /^(0|[1-9]\d{0,14})$/.test(text) && Number(text) < nodes ? Number(text) : undefined
  },
})
