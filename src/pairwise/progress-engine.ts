import type {PairwiseEngine} from './engine.js'

/** An engine that tells how many kernel products are done; how many it will be, nobody knows before a solve is. */
export function watchKernels(
  engine: PairwiseEngine,
  onProgress: (stage: string, done: number, total: number) => void,
): PairwiseEngine {
  let applied = 0
  return {
    ...engine,
    kernelApply: (z, w, v) => {
      onProgress('kernel products of the solve', applied++, 0)
      return engine.kernelApply(z, w, v)
    },
  }
}
