import {createInterface} from 'node:readline/promises'
import {UsageError} from '../../errors.js'

/** A person's answers, or the proposals in non-interactive mode. */
export interface Asking {
  /** choose one option; the first is the default */
  choose: (question: string, options: readonly string[]) => Promise<string>
  confirm: (question: string, proposal: boolean) => Promise<boolean>
  close: () => void
}

/** Accepts every proposal. */
export const unasked: Asking = {
  choose: (_, options) => Promise.resolve(options[0]!),
  confirm: (_, proposal) => Promise.resolve(proposal),
  close: () => undefined,
}

/** Asks on the terminal. Throws UsageError: there is none. */
export function onTerminal(): Asking {
  if (!process.stdin.isTTY)
    throw new UsageError('init asks questions, and there is no terminal to ask on', ['--yes takes what it proposes'])
  const lines = createInterface({input: process.stdin, output: process.stderr})
  return {
    async choose(question, options) {
      for (;;) {
        const answer = (await lines.question(`${question} (${options.join(', ')}) [${options[0]}] `)).trim()
        if (answer === '') return options[0]!
        if (options.includes(answer)) return answer
      }
    },
    async confirm(question, proposal) {
      const answer = (await lines.question(`${question} [${proposal ? 'Y/n' : 'y/N'}] `)).trim().toLowerCase()
      return answer === '' ? proposal : answer.startsWith('y')
    },
    close: () => lines.close(),
  }
}
