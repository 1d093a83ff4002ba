/** A cache of the values made for the last `limit` keys; a value that is dropped is freed. */
export function keepLast<K extends object, V extends {free(): void}>(
  limit: number,
  make: (key: K) => V,
): {of(key: K): V; free(): void} {
  const held = new Map<K, V>()
  return {
    of(key) {
      let found = held.get(key)
      if (found === undefined && held.size === limit) {
        const [oldest, value] = held.entries().next().value!
        held.delete(oldest)
        value.free()
      }
      found ??= make(key)
      held.delete(key)
      held.set(key, found)
      return found
    },
    free() {
      for (const value of held.values()) value.free()
      held.clear()
    },
  }
}
