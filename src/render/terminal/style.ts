import type {Verdict} from '../../frame/report.js'

export interface TerminalOptions {
  /** width of the terminal in characters */
  columns: number
  colour: boolean
}

type Paint = (text: string) => string

export interface Palette {
  bold: Paint
  dim: Paint
  pass: Paint
  fail: Paint
  warn: Paint
}

const plain: Paint = (text) => text
const sgr =
  (code: number): Paint =>
  (text) =>
    `\x1b[${code}m${text}\x1b[0m`

export function palette(colour: boolean): Palette {
  return colour
    ? {bold: sgr(1), dim: sgr(2), pass: sgr(32), fail: sgr(31), warn: sgr(33)}
    : {bold: plain, dim: plain, pass: plain, fail: plain, warn: plain}
}

/** The word of a verdict, its sign and its colour; sign and word say the same without colour. */
export function verdictMark(status: Verdict['status'], paint: Palette): string {
  return {
    pass: paint.pass('✓ PASS'),
    fail: paint.fail('✗ FAIL'),
    inconclusive: paint.warn('? INCONCLUSIVE'),
    done: '• DONE',
    certified: paint.pass('✓ CERTIFIED'),
    'nothing-certified': paint.warn('? NOTHING CERTIFIED'),
    uninformative: paint.warn('? UNINFORMATIVE'),
  }[status]
}
