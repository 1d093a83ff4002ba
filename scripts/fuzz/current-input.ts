/** What stands before the input in the file that a child writes and its parent watches. */
export interface Current {
  tried: number
  accepted: number
  refused: number
  findings: number
  bytes: number
}

const FIELDS = ['tried', 'accepted', 'refused', 'findings', 'bytes'] as const
export const HEADER_BYTES = 4 * FIELDS.length

export function writeHeader(header: Buffer, current: Current): void {
  FIELDS.forEach((field, k) => header.writeUInt32LE(current[field], 4 * k))
}

/** null: nothing was written yet. */
export function readHeader(file: Buffer): Current | null {
  return file.length < HEADER_BYTES
    ? null
    : (Object.fromEntries(FIELDS.map((field, k) => [field, file.readUInt32LE(4 * k)])) as unknown as Current)
}
