import {InputError} from '../errors.js'

/** Throws an InputError where an option is compared with itself, or is called tie, which means that none wins. */
export function requireOptions<T extends readonly string[]>(shown: T, where: string): T {
  const twice = shown.find((name, k) => shown.indexOf(name) < k)
  const tie = shown.find((name) => name.toLowerCase() === 'tie')
  if (twice !== undefined)
    throw new InputError(`${where}: the option ${JSON.stringify(twice)} is compared with itself`, [
      'give each option a name of its own',
    ])
  if (tie !== undefined)
    throw new InputError(`${where}: an option is called ${JSON.stringify(tie)}, which means that none wins`, [
      'give the option another name',
    ])
  return shown
}
