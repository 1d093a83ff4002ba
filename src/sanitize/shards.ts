import {pack, unpack} from '../data/packed.js'
import {InputError} from '../errors.js'
import type {Graph} from '../graph/types.js'
import type {Keep, OpenKept, Source} from '../frame/kept-parts.js'
import {blocksOfShard, type Shard} from '../frame/shard.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {allBlocks, type KeepPart, solveBlocks} from './kernel-scores.js'
import type {SolverName} from './settings.js'
import {concludeScores, type SanitizeResult, type SanitizeRun, withSolver} from './sanitize.js'
import type {SanitizeOptions} from './settings.js'
import type {KernelFacts, KernelSolver, SolvedBlock} from './solvers/solver.js'

/**
 * What one shard adds to a cleaned graph, as plain JSON: how all shards compute, and the kernel parts of its own
 * blocks.
 */
export interface SanitizeShare {
  plan: {solver: SolverName; blocks: number}
  /** of the sums over pairs, see KernelFacts: a device may leave a shard to the processor */
  precision: KernelFacts['precision']
  blocks: PackedPart[]
}

/** The members of KernelPart as packed arrays of Float64 (data/packed). */
export interface PackedPart {
  block: number
  gradients: string[]
  exact: string
}

/**
 * The share of one shard: blocks of the pairs, or of the edges where removal is exact.
 *
 * Cost     preparation and solve as in a single run, and 1/count of the blocks.
 * Empty    more shards than blocks → a share without blocks.
 * Throws   what sanitize throws.
 */
export function sanitizeShard(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  shard: Shard,
  run: SanitizeRun = {},
): Promise<SanitizeShare> {
  return withSolver(graph, options, engine, run, async ({plan}, solver) => {
    const mine = blocksOfShard(solver.blocks, shard)
    const parts = await solveBlocks(solver, mine, run.onProgress)
    return {
      plan: {solver: plan.solver, blocks: solver.blocks},
      precision: solver.facts.precision,
      blocks: parts.map((part, k) => packPart(mine[k]!, part)),
    }
  })
}

/**
 * `sanitize`, block by block kept, so that a run that was interrupted does not begin again.
 *
 * Cost     preparation and solve as in a single run, and the blocks that were not kept.
 * Throws   what sanitize throws; InputError: what was kept is of another run or damaged.
 */
export function sanitizeKept(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  kept: OpenKept<PackedPart>,
  run: SanitizeRun = {},
): Promise<SanitizeResult> {
  return withSolver(graph, options, engine, run, async (prepared, solver) => {
    const keep = await kept({solver: prepared.plan.solver, blocks: solver.blocks})
    return concludeScores(
      prepared,
      solver,
      await solveBlocks(solver, allBlocks(solver), run.onProgress, keepPackedBlocks(keep, solver)),
    )
  })
}

/**
 * The result that one run gives, bit for bit, from the shares of all shards in any order.
 *
 * Cost     preparation and solve as in a single run, but no block.
 * Throws   InputError  starts with a share's `place`: an impossible size or value, a block that is missing or there
 *          twice.
 */
export function mergeSanitizeShares(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  shares: readonly {place: string; share: SanitizeShare}[],
  run: SanitizeRun = {},
): Promise<SanitizeResult> {
  const {
    place,
    share: {plan},
  } = shares[0]!
  return withSolver(graph, options, engine, run, (prepared, solver) => {
    if (prepared.plan.solver !== plan.solver)
      throw new InputError(
        `${place}: was computed by the solver ${plan.solver}, this graph takes ${prepared.plan.solver}`,
        AGAIN,
      )
    if (solver.blocks !== plan.blocks)
      throw new InputError(`${place}: names ${plan.blocks} blocks, this graph has ${solver.blocks}`, AGAIN)
    const parts = shares
      .flatMap((one) =>
        one.share.blocks.map((packed) => ({
          block: packed.block,
          part: unpackPart(packed, solver, {place: one.place, next: AGAIN}),
        })),
      )
      .sort((a, b) => a.block - b.block)
    const wrong = Array.from({length: Math.max(solver.blocks, parts.length)}, (_, b) => b).find(
      (b) => parts[b]?.block !== b,
    )
    if (wrong !== undefined)
      throw new InputError(
        `${place} and its other shards: block ${wrong} of ${solver.blocks} is missing or there twice`,
        AGAIN,
      )
    const precision = shares.some(({share}) => share.precision === 'fp32') ? 'fp32' : solver.facts.precision
    return concludeScores(
      prepared,
      {...solver, facts: {...solver.facts, precision}},
      parts.map(({part}) => part),
    )
  })
}

const AGAIN = ['write the partial results again with surety sanitize --shard']

const packPart = (block: number, {gradients, exact}: SolvedBlock): PackedPart => ({
  block,
  gradients: gradients.map(pack),
  exact: pack(exact),
})

/**
 * Keeps the part of each block in its packed form; those of this run pass through it too, so that a resumed run differs
 * in nothing.
 */
export const keepPackedBlocks =
  (keep: Keep<PackedPart>, solver: KernelSolver): KeepPart =>
  async (block, make) => {
    const {part, ...source} = await keep(`block-${block}`, async () => packPart(block, await make()))
    if (part.block !== block)
      throw new InputError(`${source.place}: holds block ${part.block}, not ${block}`, source.next)
    return unpackPart(part, solver, source)
  }

function unpackPart(packed: PackedPart, solver: KernelSolver, {place, next}: Source): SolvedBlock {
  const {block} = packed
  if (!(Number.isInteger(block) && block >= 0 && block < solver.blocks))
    throw new InputError(`${place}: there is no block ${block} of ${solver.blocks}`, next)
  const sizes = solver.sizes(block)
  if (packed.gradients.length !== sizes.gradients.length)
    throw new InputError(
      `${place}, block ${block}: holds ${packed.gradients.length} gradients, not ${sizes.gradients.length}`,
      next,
    )
  const read = (text: string, length: number, what: string) => {
    const values = unpack(text, 'f8', length, `${place}, block ${block}: ${what}`, next)
    const bad = values.findIndex((x) => !Number.isFinite(x))
    if (bad >= 0) throw new InputError(`${place}, block ${block}: ${what}[${bad}] is ${values[bad]!}`, next)
    return values
  }
  return {
    gradients: packed.gradients.map((text, g) => read(text, sizes.gradients[g]!, `gradient ${g}`)),
    exact: read(packed.exact, sizes.exact, 'exact'),
  }
}
