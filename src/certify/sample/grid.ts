/**
 * The place of the δ and of the η at which a class or an example gets its row: one statement of each, not a grid, so
 * that α goes further.
 */
export const middle = (length: number): number => Math.floor(length / 2)
