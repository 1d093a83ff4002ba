import type {CertifyMetrics} from '../certify/types.js'

/**
 * What became of states with more axes than one: over what each layer was pooled, and where its examples stood in the
 * model if that is not the first axis. null: there is nothing to say.
 */
export function poolingSentence({layers}: Pick<CertifyMetrics, 'layers'>): string | null {
  const said = new Map<string, string[]>()
  for (const {name, pooledOver, batchAxis} of layers) {
    const parts = [
      ...(pooledOver === undefined || pooledOver === null ? [] : [pooledOver]),
      ...(batchAxis === undefined || batchAxis === null || batchAxis === 0
        ? []
        : [`examples on axis ${batchAxis} of the model's state`]),
    ]
    if (parts.length > 0) said.set(parts.join(', '), [...(said.get(parts.join(', ')) ?? []), name])
  }
  if (said.size === 0) return null
  const sentences = [...said].map(([what, names]) => `${names.join(', ')}: ${what}`)
  return `Pooled to one vector an example: ${sentences.join('; ')}.`
}
