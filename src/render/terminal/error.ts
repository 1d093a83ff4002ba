import {palette, type TerminalOptions} from './style.js'
import {finish, wrap} from './text.js'

/** An error for stderr: its sentence, then each thing the reader can do. Ends with a newline. */
export function errorText(error: {message: string; nextSteps: readonly string[]}, options: TerminalOptions): string {
  const paint = palette(options.colour)
  const [first, ...rest] = wrap(`error: ${error.message}`, options.columns, '  ')
  const steps = error.nextSteps.flatMap((step) =>
    wrap(`→ ${step}`, options.columns - 2, '  ').map((line) => `  ${line}`),
  )
  return finish([paint.fail('error:') + first!.slice('error:'.length), ...rest, ...steps])
}
