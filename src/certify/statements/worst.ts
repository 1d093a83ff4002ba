import type {CellStatus} from '../family-types.js'

/** What is needed of a statement about pairs to tell which of several is the worst. */
interface Statement {
  status: CellStatus
  observed: number | null
}

/** What a statement shows: its bound where it is certified, else nothing. */
export const shown = (statement: Statement, bound: number): number => (statement.status === 'certified' ? bound : 1)

/** The statement that shows the largest bound; of equal bounds, what was seen decides, then the order. null: there is none. */
export function worstOf<T extends Statement>(statements: readonly T[], boundOf: (statement: T) => number): T | null {
  return statements.reduce<T | null>((worst, next) => {
    if (worst === null) return next
    const more = shown(next, boundOf(next)) - shown(worst, boundOf(worst))
    return more > 0 || (more === 0 && (next.observed ?? 0) > (worst.observed ?? 0)) ? next : worst
  }, null)
}
