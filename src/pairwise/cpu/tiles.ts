/** Each thread keeps the tiles of a job up to this many bytes. */
const KEPT_BYTES = 2 ** 28

/** `make(first)`, remembered for the length of a job if all results together, `bytes`, are few enough. */
export function keptTiles<T>(bytes: number, make: (first: number) => T): (first: number) => T {
  if (bytes > KEPT_BYTES) return make
  const kept = new Map<number, T>()
  return (first) => {
    let tile = kept.get(first)
    if (tile === undefined) kept.set(first, (tile = make(first)))
    return tile
  }
}
