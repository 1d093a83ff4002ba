const collator = new Intl.Collator('en', {numeric: true})

/** Order of names in which h2 stands before h10; equal only for equal names. */
export const byName = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
