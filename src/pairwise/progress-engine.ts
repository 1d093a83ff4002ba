import type {PairwiseEngine} from './engine.js'

/**
 * The engine with a count of the kernel products that are done. The total is unknown before the solve ends, so it is
 * reported as 0. Every member calls the engine's own, so an engine may be an instance of a class.
 */
export function watchKernels(
  engine: PairwiseEngine,
  onProgress: (stage: string, done: number, total: number) => void,
): PairwiseEngine {
  let applied = 0
  const tell = () => onProgress('kernel products of the solve', applied++, 0)
  return {
    name: engine.name,
    precision: engine.precision,
    volatility: (task) => engine.volatility(task),
    distances: (x, y, metric) => engine.distances(x, y, metric),
    kernelBlock: (z, w) => engine.kernelBlock(z, w),
    kernelApply(z, w, v) {
      tell()
      return engine.kernelApply(z, w, v)
    },
    kernelGradient: (...task) => engine.kernelGradient(...task),
    openLandmarks: async (task, host) => (await engine.openLandmarks?.(task, host)) ?? host,
    // Only where there is one: what it is handed takes work to make.
    ...(engine.openGram === undefined ? {} : {openGram: (task, host) => engine.openGram!(task, host)}),
    openSolve: async (task, host) => (await engine.openSolve?.({...task, onProduct: tell}, host)) ?? host,
    close: () => engine.close(),
  }
}
