import {identity} from '../linalg/blocks.js'
import type {Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'
import type {HostSolve, LandmarkTask, PairwiseEngine} from './engine.js'
import {eliminate, solveByDefinition} from './reference-definitions.js'

/** Far below the limit of fp32, which these matrices reach: their condition number is about 6. */
const [RIDGE, TOLERANCE] = [2, 1e-6]
/** Right-hand sides: an engine may take other kernels for few of them than for many. */
const COLUMNS = [3, 20] as const

/**
 * What an engine makes of solves, beside their definition; nothing, if it leaves them to the processor.
 *
 * Throws   what the engine throws; Error: it gives a solve of this size up.
 */
export async function solvesOf(
  engine: PairwiseEngine,
  rows: Dense,
  {points, whiten}: Pick<LandmarkTask, 'points' | 'whiten'>,
  r: Random,
): Promise<{name: string; got: Float64Array; truth: Float64Array}[]> {
  const host: HostSolve = {
    precision: 'fp64',
    solve: () => Promise.reject(new Error('the device does not solve it')),
    landmarks: () => Promise.resolve({points, whiten}),
    inner({rows: p, data}) {
      const a = identity(p)
      data.forEach((value, t) => (a.data[t]! += value))
      return Promise.resolve({inverse: eliminate(a, identity(p)), condition: 1})
    },
    close: () => Promise.resolve(),
  }
  const stage = await engine.openSolve?.({rows, columns: Math.max(...COLUMNS)}, host)
  if (stage === undefined || stage === host) return []
  const solves = []
  for (const cols of COLUMNS) {
    const b = {rows: rows.rows, cols, data: Float64Array.from({length: rows.rows * cols}, () => r.normal())}
    const {x} = await stage.solve(b, RIDGE, TOLERANCE)
    solves.push({name: `solve of ${cols} columns`, got: x.data, truth: solveByDefinition(rows, b, RIDGE).data})
  }
  await stage.close()
  return solves
}
