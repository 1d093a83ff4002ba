import {InputError} from '../errors.js'

/** Throws for NaN and infinity, naming the first row and column. */
export function checkFinite(data: ArrayLike<number>, columns: number, firstRow: number, place: string): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue
    throw new InputError(
      `${place} is ${data[i]!} at row ${firstRow + Math.floor(i / columns)}, column ${i % columns}`,
      ['every value must be a finite number'],
    )
  }
}
