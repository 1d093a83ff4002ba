import {MEASURES} from '../certify/tasks/names.js'
import type {CertifyMetrics, SliceRow} from '../certify/types.js'
import {count, lossChange, number, orDash, percentUp, plural, tenths} from './format.js'
import {figuresInShort} from './performance-view.js'
import {shorten, visible} from '../frame/visible.js'

const NAME_LENGTH = 24

/** The statements about slices as a table, worst slice first, and what is not stated. */
export interface SliceTable {
  title: string
  columns: string[]
  rows: {slice: string; cells: string[]}[]
  /** slices with too few rows; null: there are none */
  tooFew: string | null
}

/** At most `most` slices; `label` names the classes. null: nothing is sliced. */
export function sliceTable(
  {slices, headline}: CertifyMetrics,
  most: number,
  label: (name: string) => string = (name) => name,
): SliceTable | null {
  const [first] = slices ?? []
  if (slices === undefined || first === undefined) return null
  const named = ({name}: SliceRow) => shorten(visible(first.column === 'class' ? label(name) : name), NAME_LENGTH)
  const stated = slices.filter(({status}) => status === 'stated')
  const small = slices.filter(({status}) => status === 'too-few')
  const left = stated.length - most
  const {short, isError} = MEASURES[stated[0]?.performance?.measure ?? 'accuracy']
  return {
    title: `By ${visible(first.column)}, worst slice first${left > 0 ? ` (${most} of ${count(stated.length)})` : ''}: ${short}, and at most which share differs in loss by ${lossChange(headline?.eta ?? 0)} or more from a close or from the nearest anchor`,
    columns: ['rows', short, isError ? 'at most' : 'at least', 'close pairs', 'nearest anchor'],
    rows: stated.slice(0, most).map((row) => ({
      slice: named(row),
      cells: [count(row.rows), ...figures(row), closeText(row), nearestText(row)],
    })),
    tooFew:
      small.length === 0
        ? null
        : `Too few rows to say anything of ${plural(small.length, 'slice')}: ${small
            .slice(0, 5)
            .map((row) => `${named(row)} (${plural(row.references, 'reference')})`)
            .join(', ')}${small.length > 5 ? ', …' : ''}; 30 references are needed.`,
  }
}

/** The performance of a slice and its bound. */
function figures({performance}: SliceRow): [string, string] {
  if (performance === null) return ['–', '–']
  const {value, lower, upper} = performance
  return MEASURES[performance.measure].isError
    ? [number(value, 'up'), orDash(upper ?? null, (x) => number(x, 'up'))]
    : [tenths(value, 'down'), orDash(lower, (x) => tenths(x, 'down'))]
}

function closeText({headline}: SliceRow): string {
  if (headline === null) return '–'
  return headline.status === 'certified' ? `≤ ${percentUp(headline.bound)}` : 'nothing shown'
}

const nearestText = ({nearest}: SliceRow): string => (nearest === null ? '–' : `≤ ${percentUp(nearest.bound)}`)

/** The worst slice in one sentence; null: nothing is stated of any. */
export function worstSlice({slices}: CertifyMetrics): string | null {
  const worst = slices?.find(({status}) => status === 'stated')
  if (worst === undefined) return null
  const {performance, headline} = worst
  const parts = [
    performance === null ? `mean loss ${number(worst.meanLoss, 'up')}` : figuresInShort(performance),
    headline?.status === 'certified'
      ? `at most ${percentUp(headline.bound)} of close pairs differ in loss by ${lossChange(headline.eta)} or more`
      : 'nothing is shown of close pairs',
  ]
  return `Slices: the worst of ${count(slices!.filter(({status}) => status === 'stated').length)} by ${visible(worst.column)} is ${visible(worst.name)} (${count(worst.rows)} rows): ${parts.join('; ')} (certified).`
}
