/** The nodes that rows of other files may refer to. */
export interface NodeSet {
  readonly size: number
  /** index of a node among the names, or undefined */
  readonly find: (id: string) => number | undefined
}

/** Canonical form of a number: 007, 7.0 and +7 become 7. Other text is unchanged. */
export const numericForm = (id: string): string =>
  /^\+?\d+(\.0*)?$/.test(id.trim())
    ? id
        .trim()
        .replace(/^\+/, '')
        .replace(/\..*$/, '')
        .replace(/^0+(?=\d)/, '')
    : id

/**
 * Nodes by name. A name without an exact match is compared as a number, unless that would merge two nodes or `asText`
 * is set.
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

/** Nodes 0 … nodes − 1, with their numbers as names. */
export const numberedNodes = (nodes: number, asText = false): NodeSet => ({
  size: nodes,
  find(id) {
    const text = asText ? id : numericForm(id)
    return /^(0|[1-9]\d{0,14})$/.test(text) && Number(text) < nodes ? Number(text) : undefined
  },
})
