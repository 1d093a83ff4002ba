import {ASCII_GROWTH, toAscii} from '../render/terminal/ascii.js'
import type {TerminalOptions} from '../render/terminal/style.js'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Width and colour of a stream: respects NO_COLOR, FORCE_COLOR (which wins, as in Node) and dumb terminals; lines stay
 * below 100 characters. Signs converted to ASCII may need a little more room.
 */
export function terminalOf(
  stream: {isTTY?: boolean; columns?: number},
  environment: Environment = process.env,
): TerminalOptions {
  const forced = environment['FORCE_COLOR']
  const colour =
    forced !== undefined && forced !== ''
      ? !/^(0|false)$/i.test(forced)
      : stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
  const columns = Math.min(stream.columns ?? 80, 100)
  return {columns: isUtf8(environment) ? columns : Math.max(20, columns - ASCII_GROWTH), colour}
}

/**
 * Whether the locale can show our signs: decided by the first set variable of LC_ALL, LC_CTYPE and LANG; if none is
 * set, yes.
 */
export function isUtf8(environment: Environment = process.env): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => environment[name]).find((value) => value)
  return locale === undefined || /utf-?8/i.test(locale)
}

/** Converts text to what the locale can show. */
export const shown = (text: string): string => (isUtf8() ? text : toAscii(text))
