import {anchorGeometry, deltaGrid} from '../src/certify/plan/geometry.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import type {VolatilityTask} from '../src/pairwise/engine.js'
import {quantile} from '../src/stats/quantile.js'
import {random} from '../src/stats/random.js'

/** Rows from which scale and δ grid are taken. */
const SCALE_ROWS = 500

/** What a certificate asks of an engine: normal rows, the default δ grid (quantiles of distances), the default two η. */
export async function certifyTask(m: number, n: number, cols: number): Promise<VolatilityTask> {
  const r = random(1)
  const rows = (count: number) => ({
    rows: count,
    cols,
    data: Float32Array.from({length: count * cols}, () => r.normal()),
  })
  const numbers = (count: number) => Float64Array.from({length: count}, () => r.uniform())
  const labels = (count: number) => Int32Array.from({length: count}, () => r.integer(10))
  const anchors = rows(m)
  const engine = await createCpuEngine({threads: 1})
  const few = Math.min(m, SCALE_ROWS)
  const geometry = await anchorGeometry({rows: few, cols, data: anchors.data.slice(0, few * cols)}, 'l2', engine)
  await engine.close()
  const scale = quantile(geometry.sortedDistances, 0.5)
  const deltas = deltaGrid(geometry.sortedDistances, scale)
  return {
    anchors,
    references: rows(n),
    anchorLoss: numbers(m),
    referenceLoss: numbers(n),
    anchorLabels: labels(m),
    referenceLabels: labels(n),
    metric: 'l2',
    scale,
    floor: deltas[0]!,
    deltas: Float64Array.of(...deltas, Infinity),
    etas: Float64Array.of(0.25, 0.5),
    lossMax: 1,
  }
}
