import type {Pieces} from '../frame/pieces.js'
import {blocksOfShard, type Shard} from '../frame/shard.js'
import {openProducts} from '../linalg/open-products.js'
import {rowRange} from '../linalg/csr.js'
import type {Products} from '../linalg/products.js'
import {dense} from '../linalg/types.js'
import {createCpuEngine} from '../pairwise/cpu/index.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {unitRows} from './kernel-rows.js'
import {
  type HandedLandmarks,
  need,
  packSolution,
  packSums,
  packTangents,
  type PieceRows,
  unpackSolution,
  unpackSums,
} from './landmark-pieces.js'
import {LandmarkChunks} from './landmark-chunks.js'
import {solveSums} from './landmark-scores.js'
import {groupRows, type LandmarkSums} from './landmark-sums.js'
import {CHUNK} from './landmarks.js'
import {resourcesOf, type SanitizeRun} from './sanitize.js'
import type {Solution} from './solvers/landmark.js'
import {
  AFTER,
  allGroups,
  BEFORE,
  pieceOfGroup,
  readLandmarks,
  readRows,
  type SumNames,
  TANGENTS,
} from './stage-pieces.js'
import type {SharedStage} from './stage-names.js'
import {type Tangents, tangentsOfSums} from './tangents.js'

interface Tools {
  exact: PairwiseEngine
  products: Products
}

/**
 * The groups of one shard in a stage that shards do; a group whose piece is there is not done again.
 *
 * Memory   one group of rows, and p² numbers: nothing that grows with the graph, but for a group itself.
 * Cost     1/count of the stage.
 * Empty    more shards than groups → nothing to do; `after` where nothing was pruned.
 * Throws   InputError: a piece of an earlier stage is missing, damaged or of another run.
 */
export async function sharedStage(
  stage: SharedStage,
  engine: PairwiseEngine,
  pieces: Pieces,
  shard: Shard,
  run: SanitizeRun = {},
): Promise<{done: number; kept: number}> {
  const names = stage === 'after' ? AFTER : BEFORE
  if (stage === 'after' && (await need(pieces, 'cut', 'cut')).facts['isMoved'] === false) return {done: 0, kept: 0}
  const landmarks = await readLandmarks(pieces, names)
  const solution = stage === 'scores' ? unpackSolution(await need(pieces, 'solution', 'solve'), landmarks.sizes) : null
  const mine = blocksOfShard(allGroups(landmarks).length, shard)
  const counts = {done: 0, kept: 0}
  await withTools(engine, run, async (tools) => {
    for (const group of mine) {
      const name = pieceOfGroup(solution === null ? names.sums : TANGENTS, group)
      if ((await pieces.read(name)) === null) {
        const [origin] = groupRows(landmarks.sizes.rows, group)
        const rows = {...(await readRows(pieces, names, landmarks, group)), origin}
        await pieces.write(
          name,
          solution === null
            ? packSums(await sumsOf(rows, landmarks, tools))
            : packTangents(await tangentsOf(rows, landmarks, solution, tools)),
        )
        counts.done++
      } else counts.kept++
      run.onProgress?.('groups of nodes', counts.done + counts.kept, mine.length)
    }
  })
  return counts
}

/** Solves from the sums of all groups, in their order. */
export async function solveStage(engine: PairwiseEngine, pieces: Pieces, run: SanitizeRun = {}): Promise<void> {
  if ((await pieces.read('solution')) !== null) return
  const solution = await withTools(engine, run, ({products}) => solved(pieces, BEFORE, products))
  await pieces.write('solution', packSolution(solution))
}

/** The solution of the sums of all groups. Throws InputError: a group's sums are missing. */
export async function solved(pieces: Pieces, names: SumNames, products: Products): Promise<Solution> {
  const landmarks = await readLandmarks(pieces, names)
  const {rows, classes, ridge} = landmarks.sizes
  async function* sums(): AsyncGenerator<LandmarkSums> {
    for (const group of allGroups(landmarks))
      yield unpackSums(await need(pieces, pieceOfGroup(names.sums, group), names.summedBy), landmarks.sizes)
  }
  return solveSums(sums(), landmarks.sizes.landmarks, {rows, cols: classes}, ridge, products)
}

export async function withTools<T>(
  engine: PairwiseEngine,
  run: SanitizeRun,
  use: (tools: Tools) => Promise<T>,
): Promise<T> {
  const {threads} = resourcesOf(run)
  const products = await openProducts(threads)
  const exact = engine.precision === 'fp64' ? engine : await createCpuEngine({threads})
  try {
    return await use({exact, products})
  } finally {
    await products.close()
    if (exact !== engine) await exact.close()
  }
}

/** The rows of a group, and the place of the first in the node set. */
type GroupRows = PieceRows & {readonly origin: number}

const sumsOf = (rows: GroupRows, landmarks: HandedLandmarks, tools: Tools): Promise<LandmarkSums> =>
  chunksOf(rows, landmarks, tools).sums(rows.y, landmarks.sizes.ridge, 0, rows.unit.rows)

async function tangentsOf(
  rows: GroupRows,
  landmarks: HandedLandmarks,
  solution: Solution,
  tools: Tools,
): Promise<Tangents> {
  const {unit, norms, y} = rows
  const chunks = chunksOf(rows, landmarks, tools)
  const out = dense(unit.rows, unit.cols)
  for (let from = 0; from < unit.rows; from += CHUNK) {
    const to = Math.min(unit.rows, from + CHUNK)
    await tangentsOfSums(
      {rows: rowRange(unit, from, to), norms: norms.subarray(from, to)},
      (onRows) => chunks.rowSums(y, solution, [from, to], onRows),
      (first, block) => out.data.set(block.data, (from + first) * unit.cols),
    )
  }
  return {rows: out, norms}
}

const chunksOf = ({unit, origin}: GroupRows, {kernel}: HandedLandmarks, {exact, products}: Tools) =>
  new LandmarkChunks(kernel, unitRows(unit, exact), products, origin)
