import type {TerminalOptions} from '../render/terminal/style.js'

/** Width and colour of a stream: NO_COLOR and dumb terminals are respected, lines stay below 100 characters. */
export function terminalOf(stream: {isTTY?: boolean; columns?: number}): TerminalOptions {
  const colour = stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
  return {columns: Math.min(stream.columns ?? 80, 100), colour}
}
