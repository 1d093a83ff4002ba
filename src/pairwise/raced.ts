import {rowRange} from '../linalg/csr.js'
import {dense, type Dense, type Matrix} from '../linalg/types.js'
import type {LandmarkStage, LandmarkTask, PairwiseEngine, VolatilityTask} from './engine.js'

/** Kinds of work that are raced, each once. */
export type RacedWork =
  | 'volatility'
  | 'kernel blocks'
  | 'kernel products'
  | 'kernel gradients'
  | 'landmarks'
  | 'Gram matrices'

/** How a kind of work was given to an engine. */
export interface Race {
  readonly work: RacedWork
  readonly winner: 'device' | 'cpu'
  /** null: there was too little of it to race, and it was left to cpu */
  readonly measured: {readonly rows: number; readonly deviceMs: number; readonly cpuMs: number} | null
}

/** Rows of the first sample; it is doubled until the processor takes this long, or the sample is an eighth of the work. */
const FIRST_ROWS = 512
const LONG_ENOUGH_MS = 40
const PART = 8

/**
 * An engine that gives each kind of work to the device or to the processor, whichever is faster on the first rows of
 * the first task of that kind that is large enough; smaller tasks stay on the processor, which finishes them quickly.
 *
 * Precision  that of the device, whoever does the work: none of it may be taken for fp64 while it can go either way.
 * Cost       a few runs of the sample on either side: some tenths of a second, or an eighth of the work twice.
 * Order      what runs where depends on times: of a certificate counts are the same either way, of scores the rounding
 *            differs (docs/gpu.md).
 */
export function racedEngine(
  device: PairwiseEngine,
  openCpu: () => Promise<PairwiseEngine>,
  onRace: (race: Race) => void,
): PairwiseEngine {
  let opened: Promise<PairwiseEngine> | undefined
  const cpu = () => (opened ??= openCpu())
  const winners = new Map<RacedWork, Promise<Race['winner']>>()
  const small = new Set<RacedWork>()
  const tell = (race: Race) => {
    onRace(race)
    return race.winner
  }
  /** `amount(rows)` is the work in a sample of so many rows of a side, `run` does it. */
  const winnerOf = (work: RacedWork, amount: (rows: number) => number, run: Runs): Promise<Race['winner']> => {
    const known = winners.get(work)
    if (known !== undefined) return known
    if (PART * amount(FIRST_ROWS) > amount(Infinity)) {
      if (!small.has(work)) tell({work, winner: 'cpu', measured: null})
      small.add(work)
      return Promise.resolve('cpu')
    }
    const race = measure(amount, run).then((measured) =>
      tell({work, winner: measured.deviceMs < measured.cpuMs ? 'device' : 'cpu', measured}),
    )
    winners.set(work, race)
    return race
  }
  /** Two sets of rows. */
  const engineFor = async (
    work: RacedWork,
    [m, n]: readonly [number, number],
    run: (engine: PairwiseEngine, rows: number) => Promise<unknown>,
  ): Promise<PairwiseEngine> => {
    const winner = await winnerOf(work, (rows) => Math.min(m, rows) * Math.min(n, rows), {
      device: (rows) => run(device, rows),
      cpu: async (rows) => run(await cpu(), rows),
    })
    return winner === 'device' ? device : cpu()
  }
  /** `first` gives the first rows of the right side. */
  const productsOf = (z: Matrix, w: Matrix, first: (rows: number) => Dense) =>
    engineFor('kernel products', [z.rows, w.rows], (e, rows) => e.kernelApply(...firstOfBoth(z, w, rows), first(rows)))
  return {
    name: device.name,
    precision: device.precision,
    async volatility(task) {
      const {anchors, references} = task
      const engine = await engineFor('volatility', [anchors.rows, references.rows], (e, rows) =>
        e.volatility(firstPairs(task, rows)),
      )
      return engine.volatility(task)
    },
    distances: async (...task) => (await cpu()).distances(...task),
    async kernelBlock(z, w) {
      const engine = await engineFor('kernel blocks', [z.rows, w.rows], (e, rows) =>
        e.kernelBlock(...firstOfBoth(z, w, rows)),
      )
      return engine.kernelBlock(z, w)
    },
    kernelApply: async (z, w, v) =>
      (await productsOf(z, w, (rows) => firstRows(v, rows) as Dense)).kernelApply(z, w, v),
    async kernelGradient(z, w, left, right, onRows) {
      const engine = await engineFor('kernel gradients', [z.rows, w.rows], (e, rows) =>
        e.kernelGradient(
          ...firstOfBoth(z, w, rows),
          firstRows(left, rows) as Dense,
          firstRows(right, rows) as Dense,
          () => undefined,
        ),
      )
      return engine.kernelGradient(z, w, left, right, onRows)
    },
    async openLandmarks(task, host) {
      if (device.openLandmarks === undefined) return host
      const {rows, points, y} = task
      const gamma = dense(points.rows, y.cols)
      const both = async (stage: Pick<LandmarkStage<unknown>, 'sums' | 'gradient'>, count: number) => {
        await stage.sums(0, count)
        await stage.gradient(0, count, gamma)
      }
      const openOn = (part: LandmarkTask) => device.openLandmarks!(part, host)
      const winner = await winnerOf('landmarks', (count) => Math.min(rows.rows, count), {
        async device(count) {
          const stage = await openOn(firstOfLandmarks(task, count))
          await both(stage, count)
          await stage.close()
        },
        cpu: (count) => both(host, count),
      })
      return winner === 'device' ? openOn(task) : host
    },
    async openGram(task, host) {
      if (device.openGram === undefined) return host
      const winner = await winnerOf('Gram matrices', (count) => Math.min(task.rows.rows, count) ** 2, {
        async device(count) {
          const part = host.sample(count)
          const stage = await device.openGram!(part.task, part.host)
          await part.ask(stage)
          await stage.close()
        },
        async cpu(count) {
          const part = host.sample(count)
          await part.ask(part.host)
        },
      })
      return winner === 'device' ? device.openGram(task, host) : host
    },
    // A solve is products with the kernel: whoever wins those gets it.
    async openSolve(task, host) {
      if (device.openSolve === undefined) return host
      const {rows, columns} = task
      const engine = await productsOf(rows, rows, (count) => dense(Math.min(rows.rows, count), columns))
      return engine === device ? device.openSolve(task, host) : host
    },
    async close() {
      await Promise.all([device.close(), opened?.then((engine) => engine.close())])
    },
  }
}

interface Runs {
  device: (rows: number) => Promise<unknown>
  cpu: (rows: number) => Promise<unknown>
}

/** Times of a sample, each after a run that warms up: workers start, kernels compile. */
async function measure(amount: (rows: number) => number, run: Runs): Promise<NonNullable<Race['measured']>> {
  let rows = FIRST_ROWS
  await run.cpu(rows)
  let cpuMs = await msOf(() => run.cpu(rows))
  while (cpuMs < LONG_ENOUGH_MS && PART * amount(2 * rows) <= amount(Infinity) && amount(2 * rows) > amount(rows)) {
    rows *= 2
    cpuMs = await msOf(() => run.cpu(rows))
  }
  await run.device(rows)
  return {rows, cpuMs, deviceMs: await msOf(() => run.device(rows))}
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const firstRows = (m: Matrix, rows: number): Matrix => (rows >= m.rows ? m : rowRange(m, 0, rows))

/** The first rows of two sets, or of one set twice. */
function firstOfBoth(z: Matrix, w: Matrix, rows: number): [Matrix, Matrix] {
  const first = firstRows(z, rows)
  return [first, z === w ? first : firstRows(w, rows)]
}

function firstPairs(task: VolatilityTask, rows: number): VolatilityTask {
  const first = <X extends VolatilityTask['anchors']>(x: X): X => {
    const count = Math.min(rows, x.rows)
    return {...x, rows: count, data: x.data.subarray(0, count * x.cols)}
  }
  const anchors = first(task.anchors)
  return {
    ...task,
    anchors,
    references: task.anchors === task.references ? anchors : first(task.references),
    anchorLoss: task.anchorLoss.subarray(0, rows),
    referenceLoss: task.referenceLoss.subarray(0, rows),
    anchorLabels: task.anchorLabels?.subarray(0, rows) ?? null,
    referenceLabels: task.referenceLabels?.subarray(0, rows) ?? null,
  }
}

const firstOfLandmarks = (task: LandmarkTask, rows: number): LandmarkTask => ({
  ...task,
  rows: firstRows(task.rows, rows),
  y: firstRows(task.y, rows) as Dense,
})
