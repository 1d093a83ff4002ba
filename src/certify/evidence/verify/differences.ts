/** Relative tolerance: sums are bit-identical on every machine, logarithms may differ in the last bit. */
const TOLERANCE = 1e-9

/**
 * Differences between a claim and the recomputed values, one sentence each, in the order of the claim. Members that
 * only the claim has are ignored, because later versions add members.
 */
export function differences(claim: unknown, again: unknown, place = ''): string[] {
  if (typeof again === 'number' && typeof claim === 'number') {
    const same = claim === again || Math.abs(claim - again) <= TOLERANCE * Math.max(Math.abs(claim), Math.abs(again))
    return same ? [] : [sentence(place, claim, show(again))]
  }
  if (Array.isArray(again)) {
    if (!Array.isArray(claim)) return [sentence(place, claim, `a list of ${again.length}`)]
    const lengths =
      claim.length === again.length ? [] : [`${place}: the report has ${claim.length}, its evidence ${again.length}`]
    return [
      ...lengths,
      ...again.slice(0, claim.length).flatMap((item, k) => differences(claim[k], item, `${place}${label(item, k)}`)),
    ]
  }
  if (typeof again === 'object' && again !== null) {
    if (typeof claim !== 'object' || claim === null) return [sentence(place, claim, 'more')]
    return Object.entries(again)
      .filter(([, member]) => member !== undefined)
      .flatMap(([key, member]) =>
        differences((claim as Record<string, unknown>)[key], member, place === '' ? key : `${place}, ${key}`),
      )
  }
  return claim === again ? [] : [sentence(place, claim, show(again))]
}

const sentence = (place: string, claim: unknown, found: string) =>
  `${place}: the report states ${show(claim)}, its evidence gives ${found}`

const show = (value: unknown) =>
  typeof value === 'object' && value !== null
    ? 'something else'
    : typeof value === 'string'
      ? `'${value}'`
      : String(value)

/** A label for a list item: its name if it has one. */
function label(item: unknown, k: number): string {
  if (typeof item !== 'object' || item === null) return `[${k}]`
  const {layer, name, delta, eta} = item as {layer?: string; name?: string; delta?: number; eta?: number}
  const parts = [
    name ?? layer,
    delta === undefined ? undefined : `δ ${delta}`,
    eta === undefined ? undefined : `η ${eta}`,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? `[${k}]` : `[${k}] (${parts.join(', ')})`
}
