import type {Note} from '../../frame/report.js'
import {palette, type TerminalOptions} from './style.js'
import {finish, wrap} from './text.js'

/** Notes for stderr, warnings first; empty text without notes. */
export function notesText(notes: readonly Note[], options: TerminalOptions): string {
  const paint = palette(options.colour)
  const lines = (level: Note['level'], label: string, colour: (text: string) => string) =>
    notes
      .filter((note) => note.level === level)
      .flatMap((note) => {
        const [first, ...rest] = wrap(`${label} ${note.message}`, options.columns, '  ')
        return [colour(label) + first!.slice(label.length), ...rest]
      })
  const all = [...lines('warning', 'warning:', paint.warn), ...lines('info', 'note:', paint.dim)]
  return all.length === 0 ? '' : finish(all)
}
