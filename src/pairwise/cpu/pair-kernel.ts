import type {Real} from '../../linalg/products.js'
import {type DistanceBins, MIXED} from './distance-bins.js'
import type {VolatilityJob} from './volatility-job.js'
import {
  type Code,
  choose,
  f64,
  f64x2,
  i32,
  Locals,
  loop,
  Memory,
  type MemoryRange,
  repeatIf,
} from '../../linalg/wasm.js'

/** Places are in bytes. Returns where the list of pairs left out ends. */
type Run = (
  ...numbers: [
    product: number,
    anchor: number,
    end: number,
    bins: number,
    total: number,
    square: number,
    loss: number,
    label: number,
    weakest: number,
    farthest: number,
  ]
) => number

/**
 * The loop over pairs, which takes all the time outside the products, in WebAssembly: two pairs at a time in vector
 * registers, which JavaScript does not have, take 2.5 ns a pair instead of 9. It leaves out, for PairSums to add, two
 * pairs of which one is undecided or may be a witness or the farthest.
 *
 * Formula    d² = |a|² + |b|² − 2 a·b, h = min(ΔL, L_max)/max(d, τ); the bin of a pair is that of its d² and η.
 * Precision  fp64, the same operations in the same order on every machine.
 * Cost       memory: 32 bytes an anchor, a tile of products, and the bins of a block.
 * Source     —   Deviation: none.
 */
export class PairKernel {
  /** [references of the block, anchors of the tile] */
  readonly products: Real
  /** sums of one block of references: see PairSums */
  readonly bins: Float64Array
  readonly total: Float64Array
  readonly anchorTotal: Float64Array
  /** two numbers that together are Σ h over pairs with different labels */
  readonly cross: Float64Array
  /** the first anchor of each two left out, times 8 */
  readonly left: Uint32Array
  private readonly run: Run

  constructor(job: VolatilityJob, distances: DistanceBins, tile: {references: number; anchors: number}) {
    const {
      sides: {anchors},
      order,
      anchorSquares,
      anchorLoss,
      anchorLabels,
      deltas,
      etas,
    } = job
    const memory = new Memory()
    const numbers = (length: number) => memory.place(length, 8)
    const single = anchors.operand !== anchors.exact.data
    const places = {
      table: memory.place(distances.table.length, 2),
      left: memory.place(tile.anchors, 4),
      cross: numbers(2),
      total: numbers(tile.references),
      bins: numbers(tile.references * (deltas.length + 1) * (etas.length + 1) * 3),
      products: memory.place(tile.references * tile.anchors, single ? 4 : 8),
      squares: numbers(order.length),
      losses: numbers(order.length),
      labels: numbers(order.length),
      anchorTotal: numbers(order.length),
    }
    memory.view(Uint16Array, places.table).set(distances.table)
    memory.view(Float64Array, places.squares).set(anchorSquares)
    memory.view(Float64Array, places.losses).set(anchorLoss)
    memory.view(Float64Array, places.labels).set(anchorLabels)
    this.left = memory.view(Uint32Array, places.left)
    this.cross = memory.view(Float64Array, places.cross)
    this.total = memory.view(Float64Array, places.total)
    this.bins = memory.view(Float64Array, places.bins)
    this.products = single ? memory.view(Float32Array, places.products) : memory.view(Float64Array, places.products)
    this.anchorTotal = memory.view(Float64Array, places.anchorTotal)
    this.run = compile(job, distances, memory, places, single)
  }

  clear(): void {
    for (const sums of [this.bins, this.total, this.anchorTotal, this.cross]) sums.fill(0)
  }

  /**
   * Adds the pairs of a reference with the anchors of the stretch. Leaves out what is as steep as `weakest` or has a d²
   * above `farthest`, and returns how many twos are in `left`.
   */
  addRow({j, square, loss, label}: KernelRow, {from, to, product, bin}: AnchorStretch, limits: WitnessLimits): number {
    const {weakest, farthest} = limits
    const {products, bins, total, left, run} = this
    const end = run(
      products.byteOffset + product * products.BYTES_PER_ELEMENT,
      8 * from,
      8 * to,
      bins.byteOffset + 8 * bin,
      total.byteOffset + 8 * j,
      square,
      loss,
      label,
      weakest,
      farthest,
    )
    return (end - left.byteOffset) / 4
  }
}

/** Reference j of the block. */
export interface KernelRow {
  readonly j: number
  /** |b|² */
  readonly square: number
  readonly loss: number
  readonly label: number
}

/** Anchors from … to − 1, an even number of them. */
export interface AnchorStretch {
  readonly from: number
  readonly to: number
  /** place of the first in `products` */
  readonly product: number
  /** place of the first δ in `bins` */
  readonly bin: number
}

/** Beyond these a pair is left to the caller. */
export interface WitnessLimits {
  readonly weakest: number
  readonly farthest: number
}

type Places = Record<'table' | 'left' | 'cross' | 'squares' | 'losses' | 'labels' | 'anchorTotal', MemoryRange>

function compile(
  {sides, scale, floor, lossMax, etas}: VolatilityJob,
  distances: DistanceBins,
  memory: Memory,
  places: Places,
  single: boolean,
): Run {
  const locals = new Locals(
    {
      product: 'i32',
      anchor: 'i32',
      end: 'i32',
      bins: 'i32',
      total: 'i32',
      square: 'f64',
      loss: 'f64',
      label: 'f64',
      weakest: 'f64',
      farthest: 'f64',
      left: 'i32',
      cell: 'v128',
      first: 'i32',
      second: 'i32',
      d2: 'v128',
      change: 'v128',
      inverse: 'v128',
      ratio: 'v128',
      h: 'v128',
      own: 'v128',
      cross: 'v128',
    },
    10,
  )
  const {get, set} = locals
  const all = (x: number) => f64x2.splat(f64.constant(x))
  const perUnit = scale / sides.unit
  const binOf = (lane: 0 | 1) =>
    i32.load16(i32.mul(f64x2.integer(get('cell'), lane), i32.constant(2)), places.table.start)
  const addToBin = (bin: 'first' | 'second', lane: 0 | 1): Code[] => [
    set(bin, i32.add(get('bins'), i32.mul(get(bin), i32.constant((etas.length + 1) * 24)))),
    f64x2.store(get(bin), f64x2.add(f64x2.load(get(bin)), f64x2.join(all(1), get('ratio'), lane))),
    f64.store(get(bin), f64.add(f64.load(get(bin), 16), f64x2.lane(get('inverse'), lane)), 16),
  ]
  const isMixed = i32.isAbove(i32.or(get('first'), get('second')), i32.constant(MIXED >> 1))
  const isNotable = f64x2.any(
    f64x2.or(
      f64x2.isAtLeast(get('h'), f64x2.splat(get('weakest'))),
      f64x2.isAbove(get('d2'), f64x2.splat(get('farthest'))),
    ),
  )
  const body = [
    set('left', i32.constant(places.left.start)),
    loop(
      set('d2', f64x2.add(f64x2.splat(get('square')), f64x2.load(get('anchor'), places.squares.start))),
      set(
        'd2',
        f64x2.sub(
          get('d2'),
          f64x2.mul(all(2), single ? f64x2.loadSingles(get('product')) : f64x2.load(get('product'))),
        ),
      ),
      set(
        'cell',
        f64x2.floor(
          f64x2.min(
            f64x2.add(f64x2.mul(get('d2'), all(distances.cellsPerUnit)), all(distances.firstCell)),
            all(distances.table.length - 1),
          ),
        ),
      ),
      set('first', binOf(0)),
      set('second', binOf(1)),
      set('change', f64x2.abs(f64x2.sub(f64x2.load(get('anchor'), places.losses.start), f64x2.splat(get('loss'))))),
      set('inverse', f64x2.div(all(perUnit), f64x2.sqrt(f64x2.max(get('d2'), all((floor * perUnit) ** 2))))),
      set('ratio', f64x2.mul(get('change'), get('inverse'))),
      set('h', f64x2.mul(f64x2.min(get('change'), all(lossMax)), get('inverse'))),
      choose(
        i32.or(isMixed, isNotable),
        [i32.store(get('left'), get('anchor')), set('left', i32.add(get('left'), i32.constant(4)))],
        [
          set('own', f64x2.add(get('own'), get('h'))),
          set(
            'cross',
            f64x2.add(
              get('cross'),
              f64x2.and(
                get('h'),
                f64x2.differs(f64x2.load(get('anchor'), places.labels.start), f64x2.splat(get('label'))),
              ),
            ),
          ),
          f64x2.store(
            get('anchor'),
            f64x2.add(f64x2.load(get('anchor'), places.anchorTotal.start), get('h')),
            places.anchorTotal.start,
          ),
          ...addToBin('first', 0),
          ...addToBin('second', 1),
        ],
      ),
      set('product', i32.add(get('product'), i32.constant(single ? 8 : 16))),
      set('anchor', i32.add(get('anchor'), i32.constant(16))),
      repeatIf(i32.isBelow(get('anchor'), get('end'))),
    ),
    f64.store(
      get('total'),
      f64.add(f64.load(get('total')), f64.add(f64x2.lane(get('own'), 0), f64x2.lane(get('own'), 1))),
    ),
    f64x2.store(
      i32.constant(places.cross.start),
      f64x2.add(f64x2.load(i32.constant(places.cross.start)), get('cross')),
    ),
    get('left'),
  ]
  return locals.compile(body, memory) as Run
}
