import {InputError, UsageError} from '../../src/errors.js'

export type Outcome = {kind: 'accepted' | 'refused'} | {kind: 'finding'; what: string; stack: string}

/** Reads one input: accepted, refused with an error for whoever made the file, or a defect. */
export async function outcomeOf(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<Outcome> {
  const outcome = await attempt(read, bytes)
  return pollution() ?? outcome
}

async function attempt(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<Outcome> {
  try {
    await read(bytes)
    return {kind: 'accepted'}
  } catch (error) {
    if ((error instanceof InputError || error instanceof UsageError) && error.message !== '') return {kind: 'refused'}
    if (error instanceof Error)
      return {kind: 'finding', what: `${error.name}: ${error.message}`, stack: error.stack ?? ''}
    return {kind: 'finding', what: `thrown: ${String(error)}`, stack: ''}
  }
}

/** What an input left in objects that all code shares; it is taken out again. */
function pollution(): Outcome | null {
  for (const [name, shared] of [
    ['Object', Object.prototype],
    ['Array', Array.prototype],
    ['Function', Function.prototype],
  ] as const) {
    const keys = Object.keys(shared)
    if (keys.length === 0) continue
    for (const key of keys) delete (shared as unknown as Record<string, unknown>)[key]
    return {kind: 'finding', what: `${name}.prototype got ${keys.join(', ')}`, stack: ''}
  }
  return null
}

/** Findings with the same cause have the same key: numbers and quoted text differ, the place in the sources does not. */
export function findingKey({what, stack}: {what: string; stack: string}): string {
  const place = /(?:src|commands)\/[^):]+:\d+/.exec(stack)?.[0] ?? ''
  return `${what
    .replace(/\d+/g, 'n')
    .replace(/(["'`]).*?\1/g, 'q')
    .slice(0, 80)} ${place}`
}
