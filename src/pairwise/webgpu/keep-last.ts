/** What was made of the last `limit` keys; of a key that comes again it is not made anew, and what goes is freed. */
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
