import {visible} from '../../frame/visible.js'

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u

/** Columns a text takes: combining marks none, East Asian and emoji characters two. */
export function width(text: string): number {
  let columns = 0
  for (const c of text) columns += /\p{M}/u.test(c) ? 0 : WIDE.test(c) ? 2 : 1
  return columns
}

/**
 * Lines as one text. No-break spaces have served their purpose by now, and plain ones can be searched for. CI systems
 * read commands from logs: a name that makes a line begin with `::`, or holds `##[` or `##vso[`, gets a space into its
 * sign, so that it stays a name.
 */
export function finish(lines: readonly string[]): string {
  return (
    lines
      .map((line) => line.replace(/^(\s*:):/, '$1 :').replace(/#(?=#\w*\[)/g, '# '))
      .join('\n')
      .replaceAll('\u00a0', ' ') + '\n'
  )
}

/** At most `columns` wide, an ellipsis in place of the end. */
export function clipText(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let kept = ''
  for (const c of text) {
    if (width(kept + c) > columns - 1) break
    kept += c
  }
  return `${kept}…`
}

export function pad(text: string, columns: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, columns - width(text)))
  return align === 'left' ? text + space : space + text
}

/** Words in lines of at most `columns`; later lines are indented. A word longer than a line is broken. */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  const room = () => columns - (lines.length === 0 ? 0 : width(indent))
  const flush = () => {
    lines.push((lines.length === 0 ? '' : indent) + line)
    line = ''
  }
  for (const word of visible(text).split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > room()) flush()
    let rest = line === '' ? word : `${line} ${word}`
    while (width(rest) > room()) {
      const head = clipText(rest, room() + 1).slice(0, -1)
      rest = rest.slice(head.length)
      line = head
      flush()
    }
    line = rest
  }
  flush()
  return lines
}
