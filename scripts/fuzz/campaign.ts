import {random} from '../../src/stats/random.js'
import type {Coverage} from './coverage.js'
import {mutateBytes} from './mutate/bytes.js'
import {pick} from './mutate/mutator.js'
import {type Outcome, outcomeOf} from './outcome.js'
import type {Read, Target} from './target.js'

export interface Campaign {
  target: Target
  read: Read
  seed: number
  count: number
  /** null: the pool stays the seeds */
  coverage: Coverage | null
  /** before an input is read */
  onInput?: (bytes: Uint8Array, done: Tally) => void
  onFinding: (bytes: Uint8Array, finding: Outcome & {kind: 'finding'}) => void
}

export interface Tally {
  tried: number
  accepted: number
  refused: number
  findings: number
  /** files that inputs are made from */
  pool: number
  slowestMs: number
}

const MAX_POOL = 4000
const MAX_BYTES = 2 ** 16
/** Of the time that reading takes, what looking at the coverage may take. */
const MAX_SHARE = 0.5

/**
 * Reads `count` changed copies of the target's seeds, the same for the same seed while the coverage is the same. With
 * coverage an input that makes some function run in a new way joins the pool, so that later inputs start from it.
 */
export async function fuzz({target, read, seed, count, coverage, onInput, onFinding}: Campaign): Promise<Tally> {
  const seeds = await target.seeds()
  const generator = random(seed)
  const pool = [...seeds]
  const most = Math.max(MAX_BYTES, ...seeds.map(({length}) => 2 * length))
  const tally: Tally = {tried: 0, accepted: 0, refused: 0, findings: 0, pool: pool.length, slowestMs: 0}
  const time = {reading: 0, looking: 0}
  const entry = () =>
    generator.integer(3) === 0 ? pool[Math.max(0, pool.length - 1 - generator.integer(32))]! : pick(pool, generator)
  while (tally.tried < count) {
    let input = tally.tried < seeds.length ? seeds[tally.tried]! : entry()
    if (tally.tried >= seeds.length) {
      const other = entry()
      for (let changes = generator.integer(3) > 0 ? 1 : 1 + generator.integer(4); changes > 0; changes--) {
        // As often by what knows the format as by what does not.
        const mutator =
          target.mutators.length === 0 || generator.integer(3) === 0 ? mutateBytes : pick(target.mutators, generator)
        input = mutator(input, other, generator)
      }
      if (input.length > most) input = input.subarray(0, most)
    }
    onInput?.(input, tally)
    const looks = coverage !== null && time.looking <= MAX_SHARE * time.reading + 100
    if (looks) coverage.skip()
    const start = performance.now()
    const outcome = await outcomeOf(read, input)
    const end = performance.now()
    tally.tried++
    if (outcome.kind === 'finding') {
      tally.findings++
      onFinding(input, outcome)
    } else tally[outcome.kind]++
    time.reading += end - start
    tally.slowestMs = Math.max(tally.slowestMs, end - start)
    if (looks) {
      if (coverage.take() > 0 && pool.length < MAX_POOL && input.length <= MAX_BYTES) pool.push(Uint8Array.from(input))
      time.looking += performance.now() - end
    }
    tally.pool = pool.length
  }
  return tally
}
