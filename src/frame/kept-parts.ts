/** Where a part comes from, and the next steps if it is invalid; an error names both. */
export interface Source {
  place: string
  next: readonly string[]
}

/**
 * The part of a long run with this name: the one kept from an earlier run, or else what `make` returns, which is then
 * kept. A name consists of letters, digits and hyphens. The result also says where the part comes from, for errors.
 */
export type Keep<Part> = (name: string, make: () => Promise<Part>) => Promise<Source & {part: Part}>

/**
 * Opens what was kept of an earlier run, if that was the same run: `plan` holds everything that the parts depend on,
 * apart from inputs and options.
 */
export type OpenKept<Part> = (plan: object) => Promise<Keep<Part>>
