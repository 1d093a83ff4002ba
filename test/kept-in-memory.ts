import type {Keep, OpenKept} from '../src/frame/kept-parts.js'

/**
 * Keeps parts as JSON, which is what a folder holds; the part with the number `interruptedAt` fails the first time it
 * is made.
 */
export function memory<Part>(interruptedAt: number): {kept: OpenKept<Part>; names: () => string[]} {
  const held = new Map<string, string>()
  let made = 0
  const keep: Keep<Part> = async (name, make) => {
    if (!held.has(name)) {
      if (++made === interruptedAt) throw new Error('interrupted')
      held.set(name, JSON.stringify(await make()))
    }
    return {part: JSON.parse(held.get(name)!) as Part, place: name, next: []}
  }
  return {kept: () => Promise.resolve(keep), names: () => [...held.keys()]}
}
