/** Where a part comes from, and the next steps where it cannot be right; an error in it names both. */
export interface Source {
  place: string
  next: readonly string[]
}

/**
 * The part of a long run that has this name: what was kept of an earlier run, else what `make` gives, which is then
 * kept. A name is made of letters, digits and hyphens. What an error in the part has to say comes with it.
 */
export type Keep<Part> = (name: string, make: () => Promise<Part>) => Promise<Source & {part: Part}>

/**
 * Opens what was kept of a run, if it was the same one: `plan` is all that its parts depend on beside the inputs and
 * options.
 */
export type OpenKept<Part> = (plan: object) => Promise<Keep<Part>>
