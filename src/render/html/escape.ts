import {visible} from '../../frame/visible.js'

/** Text that is already HTML or XML. Only `markup` makes it from outside text, and that escapes. */
export class Markup {
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  toString(): string {
    return this.#source
  }
}

export type HtmlContent = string | number | Markup | null | readonly HtmlContent[]

/**
 * Template tag for HTML and SVG: every value is escaped unless it is Markup; lists are joined, null is nothing.
 * The result is well-formed wherever the literal parts are, so no text from a file can add markup.
 */
export function markup(literals: TemplateStringsArray, ...values: readonly HtmlContent[]): Markup {
  return new Markup(literals.reduce((out, literal, i) => out + render(values[i - 1]!) + literal))
}

function render(content: HtmlContent): string {
  if (content === null) return ''
  if (content instanceof Markup) return content.toString()
  if (typeof content === 'object') return content.map(render).join('')
  return escapeText(String(content))
}

const ENTITY: Record<string, string> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'}

export function escapeText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (c) => ENTITY[c]!)
}
