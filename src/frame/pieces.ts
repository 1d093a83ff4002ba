/** Numbers of a piece, row-major. */
export type PieceArray = Float64Array | Uint32Array | Int32Array | Uint8Array

/** What one process of a run leaves to the others: a few numbers and facts under a name. */
export interface Piece {
  /** plain JSON */
  facts: Record<string, unknown>
  arrays: Record<string, {shape: readonly number[]; data: PieceArray}>
}

/** A piece that was read, and where it comes from, for errors. */
export interface HeldPiece {
  readonly place: string
  readonly facts: Readonly<Record<string, unknown>>
  /** the array, of the type that was written; throws InputError: it is absent, or has another type or shape */
  readonly array: <T extends keyof PieceTypes>(name: string, type: T, shape: readonly number[]) => PieceTypes[T]
}

export interface PieceTypes {
  f8: Float64Array
  u4: Uint32Array
  i4: Int32Array
  u1: Uint8Array
}

/**
 * Where the pieces of one run lie. Each is there completely or not at all, and belongs to this run: what another run
 * left, or somebody edited, is an InputError.
 */
export interface Pieces {
  /** null: it is not there */
  read: (name: string) => Promise<HeldPiece | null>
  has: (name: string) => boolean
  write: (name: string, piece: Piece) => Promise<void>
}
