/** Relative: sums are the same bits on every machine, logarithms may differ in the last one. */
const TOLERANCE = 1e-9

/**
 * Where a claim differs from what was computed again, one sentence each, in the order of the claim. A member that only
 * the claim has is not judged: later versions add members.
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

/** An item by what it is, where it says so. */
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
