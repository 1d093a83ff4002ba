import type {CellStatus} from '../family-types.js'

/** The parts of a statement about pairs that determine the worst. */
interface Statement {
  status: CellStatus
  observed: number | null
}

/** What a statement shows: its bound if certified, else 1. */
export const shown = (statement: Statement, bound: number): number => (statement.status === 'certified' ? bound : 1)

/** The statement with the largest shown bound; ties by observed share, then order. null: none. */
export function worstOf<T extends Statement>(statements: readonly T[], boundOf: (statement: T) => number): T | null {
  return statements.reduce<T | null>((worst, next) => {
    if (worst === null) return next
    const more = shown(next, boundOf(next)) - shown(worst, boundOf(worst))
    return more > 0 || (more === 0 && (next.observed ?? 0) > (worst.observed ?? 0)) ? next : worst
  }, null)
}
