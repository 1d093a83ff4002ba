/** Where a part comes from, and what to do where it cannot be: what an error in it says. */
export interface Source {
  place: string
  next: readonly string[]
}

/**
 * The part of a long run that has this name: what was kept of an earlier run, else what `make` gives, which is then kept. A name is made of
 * letters, digits and hyphens.
 */
export type Keep<Part> = (name: string, make: () => Promise<Part>) => Promise<Source & {part: Part}>

/** Opens what was kept of a run, if it was the same one: `plan` is all that its parts depend on beside the inputs and options. */
export type OpenKept<Part> = (plan: object) => Promise<Keep<Part>>
