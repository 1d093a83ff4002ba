import {option, UsageError} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {Pieces} from '../frame/pieces.js'
import type {Graph} from '../graph/types.js'
import {isCsr, type Dense} from '../linalg/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {random} from '../stats/random.js'
import type {Aggregation} from './aggregate.js'
import {allBlocks, solveBlocks} from './kernel-scores.js'
import {
  type HandedLandmarks,
  need,
  packLandmarks,
  packRows,
  type PieceSizes,
  unpackSolution,
  unpackTangents,
} from './landmark-pieces.js'
import {groupRows} from './landmark-sums.js'
import {CHUNK, landmarksAt} from './landmarks.js'
import type {PreparedGraph} from './prepare.js'
import {
  concludeScores,
  type SanitizeResult,
  type SanitizeRun,
  solverSeed,
  withPrepared,
  withSolver,
} from './sanitize.js'
import {readScores, scorePieces, writeScores} from './score-pieces.js'
import {resolveSettings, type SanitizeOptions} from './settings.js'
import {solved, withTools} from './shared-stages.js'
import {drawLandmarks, type LandmarkWork, type RowsOfSet, rowsOfSet} from './solvers/landmark.js'
import {AFTER, allGroups, BEFORE, pieceOfGroup, readLandmarks, type SumNames, TANGENTS} from './stage-pieces.js'
import {unmarkedEdges, withAdded} from './summary.js'
import type {Tangents} from './tangents.js'
import type {SanitizeMetrics} from './types.js'
import {sanitizeVerdict} from './verdict.js'

/** What `cut` says beside the scores. */
interface CutFacts {
  metrics: SanitizeMetrics
  notes: Note[]
  /** edges were pruned: the complexity of the cleaned graph is another one */
  isMoved: boolean
}

/**
 * Prepares the graph, draws landmarks, and leaves what shards need: landmarks and the rows of each group.
 *
 * Cost     the preparation, and the landmarks.
 * Throws   what sanitize throws; UsageError: the graph takes another solver, or its features are sparse.
 */
export async function drawStage(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  pieces: Pieces,
  run: SanitizeRun = {},
): Promise<void> {
  requireDense(graph)
  if (engine.openLandmarks !== undefined)
    throw new UsageError('stages are computed on the processor, not on a device', [`use ${option('device')} cpu`])
  if (await hasRows(pieces, BEFORE)) return
  await withPrepared(graph, options, engine, run, async (prepared, exact) => {
    const {problem, products, settings} = prepared
    requireLandmarks(prepared)
    const tools = {random: random(solverSeed(options.seed)), exact, products}
    const rows = rowsOfSet(problem, problem.graph, settings.landmarks, tools)
    const drawn = await drawLandmarks(rows, settings.landmarks, tools)
    await writeRows(pieces, BEFORE, {...drawn, sizes: sizesOf(prepared, drawn)}, rows, problem.y)
  })
}

/**
 * Scores and marks the edges, and leaves the scores and the rows of the cleaned graph.
 *
 * Cost     the preparation, and everything that sanitize does but the kernel.
 * Throws   what sanitize throws; InputError: a piece of an earlier stage is missing, damaged or of another run.
 */
export async function cutStage(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  pieces: Pieces,
  run: SanitizeRun = {},
): Promise<void> {
  if (await isCut(pieces)) return
  const drawn = await readLandmarks(pieces, BEFORE)
  await withSolver(
    graph,
    options,
    engine,
    run,
    async (prepared, solver, exact) => {
      const parts = await solveBlocks(solver, allBlocks(solver), run.onProgress)
      const {problem, products, settings} = prepared
      let isMoved = false
      // The same nodes are landmarks, with the rows they have there.
      const complexityOf = async (after: Aggregation) => {
        isMoved = true
        const rows = rowsOfSet(problem, after, settings.landmarks, {exact, products})
        const kernel = await landmarksAt(rows.rows, drawn.kernel.places, products)
        await writeRows(pieces, AFTER, {...drawn, kernel}, rows, problem.y)
        return solver.facts.gkc!
      }
      const {scores, metrics, notes, repair} = await concludeScores(prepared, {...solver, complexityOf}, parts)
      await writeScores(pieces, scores)
      const facts: CutFacts = {metrics, notes, isMoved}
      await pieces.write('cut', {
        facts: {...facts},
        arrays: {
          added: {shape: [repair.added.length], data: repair.added},
          likeness: {shape: [repair.likeness.length], data: repair.likeness},
        },
      })
    },
    await workOf(pieces, drawn),
  )
}

/**
 * The result that one run gives, bit for bit, from the pieces of all stages.
 *
 * Cost     linear in edges: it reads what `cut` left, and solves from the sums of the cleaned graph.
 * Throws   InputError: a piece is missing, damaged or of another run.
 */
export async function concludeStages(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  pieces: Pieces,
  run: SanitizeRun = {},
): Promise<SanitizeResult> {
  const {facts, array} = await need(pieces, 'cut', 'cut')
  const {metrics: before, notes, isMoved} = facts as unknown as CutFacts
  const added = array('added', 'u4', [2 * before.added.count])
  const scores = await readScores(pieces, graph.edges, graph.nodes, before.evidence.from)
  const gkcAfter = isMoved
    ? await withTools(engine, run, async ({products}) => (await solved(pieces, AFTER, products)).gkc)
    : before.gkcBefore
  const metrics = {...before, gkcAfter}
  return {
    scores,
    edges: withAdded(unmarkedEdges(graph.edges, scores.pruned), added),
    repair: {added, likeness: array('likeness', 'f8', [before.added.count])},
    metrics,
    verdict: sanitizeVerdict(metrics),
    notes,
    settings: resolveSettings(options),
  }
}

const NEXT = [`leave ${option('stage')} out: every solver has shards of its blocks`]

function requireLandmarks({plan: {solver}}: PreparedGraph): void {
  if (solver !== 'landmarks')
    throw new UsageError(`stages are of the solver landmarks, this graph takes ${solver}`, [
      ...NEXT,
      `use ${option('solver')} landmarks`,
    ])
}

/** Said before the graph is prepared. */
function requireDense({features}: Graph): void {
  if (features === null || isCsr(features))
    throw new UsageError('stages need dense features, those of this graph are sparse or missing', NEXT)
}

const sizesOf = (
  {problem: {features, nodeSet, y, ridge}}: PreparedGraph,
  {kernel}: {kernel: HandedLandmarks['kernel']},
): PieceSizes => ({
  rows: nodeSet.length,
  landmarks: kernel.places.length,
  width: features.cols,
  classes: y.cols,
  ridge,
})

/** The landmarks last: where they are, the rows are. */
async function writeRows(
  pieces: Pieces,
  names: SumNames,
  landmarks: HandedLandmarks,
  {aggregated: {unit, norms}}: RowsOfSet,
  y: Dense,
): Promise<void> {
  for (const group of allGroups(landmarks))
    await pieces.write(
      pieceOfGroup(names.rows, group),
      packRows({unit: unit as Dense, norms, y}, ...groupRows(y.rows, group)),
    )
  await pieces.write(names.landmarks, packLandmarks(landmarks))
}

/** Whether everything that writeRows writes is there; a piece that was deleted is made again. */
async function hasRows(pieces: Pieces, names: SumNames): Promise<boolean> {
  if ((await pieces.read(names.landmarks)) === null) return false
  const landmarks = await readLandmarks(pieces, names)
  return allGroups(landmarks).every((group) => pieces.has(pieceOfGroup(names.rows, group)))
}

async function isCut(pieces: Pieces): Promise<boolean> {
  const held = await pieces.read('cut')
  if (held === null || !scorePieces.every((name) => pieces.has(name))) return false
  return held.facts['isMoved'] === false || hasRows(pieces, AFTER)
}

/** What shards left for the solver; a group of tangents is read once for all its blocks. */
async function workOf(pieces: Pieces, drawn: HandedLandmarks): Promise<LandmarkWork> {
  const {sizes} = drawn
  let held: {group: number; from: number; tangents: Tangents} | null = null
  const groupOf = async (row: number) => {
    if (held === null || row < held.from || row >= held.from + held.tangents.norms.length) {
      const group = allGroups(drawn).find((g) => row < groupRows(sizes.rows, g)[1])!
      const [from, to] = groupRows(sizes.rows, group)
      const piece = await need(pieces, pieceOfGroup(TANGENTS, group), 'scores')
      held = {group, from, tangents: unpackTangents(piece, to - from, sizes)}
    }
    return held
  }
  return {
    drawn,
    solution: unpackSolution(await need(pieces, 'solution', 'solve'), sizes),
    async tangents(block) {
      const {from, tangents} = await groupOf(block * CHUNK)
      const first = block * CHUNK - from
      const to = Math.min(first + CHUNK, tangents.norms.length)
      const {cols, data} = tangents.rows
      return {
        rows: {rows: to - first, cols, data: data.subarray(first * cols, to * cols)},
        norms: tangents.norms.subarray(first, to),
      }
    },
  }
}
