/** Signs of our output that ASCII does not have, and what stands for them; all of one character unless truth asks for two. */
const ASCII: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '•': '*',
  '→': '>',
  '–': '-',
  '—': '-',
  '−': '-',
  '‖': '|',
  '…': '~',
  '≈': '~',
  '×': 'x',
  '±': '+/-',
  '≥': '>=',
  '≤': '<=',
  '·': '.',
  '²': '^2',
  '∞': 'inf',
  '“': '"',
  '”': '"',
  '’': "'",
  α: 'alpha',
  β: 'beta',
  δ: 'd',
  ε: 'eps',
  η: 'eta',
  κ: 'kappa',
  λ: 'lambda',
  τ: 'tau',
  Δ: 'D',
  '█': '#',
  '▉': '#',
  '▊': '#',
  '▋': '#',
  '▌': '#',
  '▍': '=',
  '▎': '-',
  '▏': '-',
  '▁': '_',
  '▂': '.',
  '▃': ':',
  '▄': '-',
  '▅': '=',
  '▆': '+',
  '▇': '*',
  '░': '.',
}

/** Widest growth of a line: signs that take more than one character. */
export const ASCII_GROWTH = 6

/**
 * Text for a terminal whose locale is not UTF-8. A sign that takes more than one character takes the place of spaces
 * beside it, so that columns stay where they are; what is not ours (names from files) becomes a question mark.
 */
export function toAscii(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      let owed = 0
      let out = ''
      for (const c of line) {
        if (c === ' ' && owed > 0 && out.endsWith(' ')) {
          owed--
          continue
        }
        const sign = c.codePointAt(0)! < 0x80 ? c : c === '\u00a0' ? ' ' : (ASCII[c] ?? '?')
        owed += sign.length - 1
        out += sign
      }
      return out
    })
    .join('\n')
}
