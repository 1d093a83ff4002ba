import {UsageError} from '../errors.js'
import type {LayerInfo} from './types.js'

/**
 * The layers that match the patterns, in order of depth; without patterns, the default ones. A pattern is a name, a
 * glob where * stands for any characters and ? for one, or `auto` for the default layers (unless a layer has that
 * name). `aliases` gives further names of a layer.
 *
 * Empty   an empty list of patterns is an error, not "all".
 * Throws  UsageError  a pattern matches no layer (names some that exist).
 */
export function selectLayers<L extends LayerInfo>(
  layers: readonly L[],
  patterns: readonly string[] | undefined,
  aliases: (layer: L) => string[] = () => [],
): L[] {
  if (patterns === undefined) return layers.filter((layer) => layer.default)
  const chosen = new Set<L>()
  for (const pattern of patterns) {
    const glob = globExpression(pattern)
    const named = layers.filter((layer) => [layer.name, ...aliases(layer)].some((name) => glob.test(name)))
    const found = pattern === 'auto' && named.length === 0 ? layers.filter((layer) => layer.default) : named
    if (found.length === 0)
      throw new UsageError(`no layer matches '${pattern}'; there are ${layers.length}: ${someNames(layers)}`, [
        'use one of these names or a pattern such as *Relu*',
      ])
    for (const layer of found) chosen.add(layer)
  }
  if (chosen.size === 0)
    throw new UsageError('the list of layers is empty', [
      'name at least one layer, or leave the option out for the default layers',
    ])
  return layers.filter((layer) => chosen.has(layer))
}

function globExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's')
}

const SHOWN = 12

/** Names some layers, default layers first. */
function someNames(layers: readonly LayerInfo[]): string {
  const names = [...layers.filter((layer) => layer.default), ...layers.filter((layer) => !layer.default)].map(
    (layer) => layer.name,
  )
  return names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ', …' : '')
}
