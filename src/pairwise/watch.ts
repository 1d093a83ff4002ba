import type {PairwiseEngine} from './engine.js'

/** An engine that tells how far its long kernel reductions are: rows done of all, or reductions done where no end is known. */
export function watchKernels(engine: PairwiseEngine, onProgress: (stage: string, done: number, total: number) => void): PairwiseEngine {
  let applied = 0
  return {
    ...engine,
    kernelApply: (z, w, v) => {
      onProgress('kernel products of the solve', applied++, 0)
      return engine.kernelApply(z, w, v)
    },
    kernelGradient: (z, w, left, right, onRows) =>
      engine.kernelGradient(z, w, left, right, (firstRow, block) => {
        onProgress('nodes of the edge gradients', firstRow + block.rows, z.rows)
        onRows(firstRow, block)
      }),
  }
}
