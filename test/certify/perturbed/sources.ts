import type {PairSource} from '../../../src/certify/perturbed/pairs.js'
import type {Embeddings} from '../../../src/certify/types.js'
import {random} from '../../../src/stats/random.js'

/** Hidden states with Gaussian noise, and losses that move with it: a pair distribution without a model. */
export function noisyPairs(embeddings: Embeddings, strength: number, seed = 1): PairSource {
  return {
    name: 'noise',
    strength,
    kind: 'random',
    perturb() {
      const r = random(seed)
      const layers = embeddings.layers.map((layer) => ({
        ...layer,
        data: Float64Array.from(layer.data, (x) => x + strength * r.normal()),
      }))
      const loss = embeddings.loss === null ? null : embeddings.loss.map((x) => Math.abs(x + strength * r.normal()))
      const output =
        embeddings.output === null
          ? null
          : {
              ...embeddings.output,
              data: Float64Array.from(embeddings.output.data, (x) => x + 3 * strength * r.normal()),
            }
      return Promise.resolve({embeddings: {...embeddings, layers, loss, output}, description: `noise of ${strength}`})
    },
  }
}
