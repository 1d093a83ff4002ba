import {DeviceError} from '../errors.js'
import type {Dense} from '../linalg/types.js'
import type {PairwiseEngine} from './engine.js'

/**
 * An engine that goes on elsewhere when its device fails: the reduction under way is repeated once on the engine that
 * `open` gives, and so are all later ones. Only a DeviceError counts; input errors stay what they are.
 *
 * Stages     go on with `host`, the stage on the processor.
 * Rows       that kernelGradient had already handed over are not handed over again.
 * onFailure  is told the reason, once.
 */
export function withFallback(
  engine: PairwiseEngine,
  open: () => Promise<PairwiseEngine>,
  onFailure: (reason: string) => void,
): PairwiseEngine {
  let other: Promise<PairwiseEngine> | undefined
  const run = async <T>(work: (engine: PairwiseEngine) => Promise<T>): Promise<T> => {
    if (other !== undefined) return work(await other)
    try {
      return await work(engine)
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error
      if (other === undefined) {
        onFailure(error.message)
        other = open()
      }
      return work(await other)
    }
  }
  return {
    name: engine.name,
    precision: engine.precision,
    volatility: (task) => run((e) => e.volatility(task)),
    distances: (x, y, metric) => run((e) => e.distances(x, y, metric)),
    kernelBlock: (z, w) => run((e) => e.kernelBlock(z, w)),
    kernelApply: (z, w, v) => run((e) => e.kernelApply(z, w, v)),
    kernelGradient(z, w, left, right, onRows) {
      let given = 0
      const once = (firstRow: number, block: Dense) => {
        const skipped = Math.max(0, given - firstRow)
        if (skipped >= block.rows) return
        onRows(firstRow + skipped, {
          rows: block.rows - skipped,
          cols: block.cols,
          data: block.data.subarray(skipped * block.cols),
        })
        given = firstRow + block.rows
      }
      return run((e) => e.kernelGradient(z, w, left, right, once))
    },
    async openLandmarks(task, host) {
      const stage = await run(async (e) => (e === engine ? await e.openLandmarks?.(task, host) : undefined) ?? host)
      if (stage === host) return host
      return {
        precision: stage.precision,
        sums: (from, to) => run((e) => (e === engine ? stage : host).sums(from, to)),
        gradient: (from, to, gamma) => run((e) => (e === engine ? stage : host).gradient(from, to, gamma)),
        close: () => stage.close(),
      }
    },
    async openGram(task, host) {
      const stage = await run(async (e) => (e === engine ? await e.openGram?.(task, host) : undefined) ?? host)
      if (stage === host) return host
      return {
        // What the device did before it failed stays in fp32.
        get precision() {
          return stage.precision
        },
        solve: () => run((e) => (e === engine ? stage : host).solve()),
        apply: (v) => run((e) => (e === engine ? stage : host).apply(v)),
        gradient: (from, to, alpha) => run((e) => (e === engine ? stage : host).gradient(from, to, alpha)),
        close: () => stage.close(),
      }
    },
    async openSolve(task, host) {
      const stage = await run(async (e) => (e === engine ? await e.openSolve?.(task, host) : undefined) ?? host)
      if (stage === host) return host
      return {
        precision: stage.precision,
        solve: (...asked) => run((e) => (e === engine ? stage : host).solve(...asked)),
        close: () => stage.close(),
      }
    },
    async close() {
      // A device that failed may fail to close as well: nothing is left to save then.
      if (other === undefined) await engine.close()
      else await Promise.all([engine.close().catch(() => undefined), other.then((e) => e.close())])
    },
  }
}
