/** Index of the δ and η for class and example rows: a single statement each instead of a grid, to save α. */
export const middle = (length: number): number => Math.floor(length / 2)
