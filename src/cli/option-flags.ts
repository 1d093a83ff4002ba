/** Options whose flag is not just the option in kebab case. */
const NAMES: Readonly<Record<string, string>> = {deltas: 'delta', etas: 'eta', 'split: null': 'no-split'}

/** The flag that sets an option of a service. */
export const flagOf = (option: string): string =>
  `--${NAMES[option] ?? option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
