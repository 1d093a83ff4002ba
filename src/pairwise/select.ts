import {availableParallelism} from 'node:os'
import {DeviceError, UsageError, option} from '../errors.js'
import {absentPackages, installCommand, PARTS} from '../packages.js'
import type {EngineReport, Note} from '../frame/report.js'
import type {PairwiseEngine} from './engine.js'
import {withFallback} from './fallback.js'
import {racedEngine} from './raced.js'
import {selfTest} from './self-test.js'
import {type DeviceSource, type OpenDevice, SOURCES} from './sources.js'
import {measureSpeed} from './speed.js'

export interface SelectOptions {
  threads?: number
  /** anything but a hardware GPU is an error, and so is one that fails during the run */
  requireGpu?: boolean
}

export interface SelectedEngine {
  engine: PairwiseEngine
  /** `tried` grows when a device is raced or fails during the run, and `name` follows: read it at the end */
  report: EngineReport
  threads: number
  /** what the reader should know of the device; grows like `report.tried` */
  notes: Note[]
}

/** A device that passed the self-test. */
interface Candidate extends OpenDevice {
  readonly name: DeviceSource['name']
}

/** Rows on which two GPU engines are raced. */
const RACE_ROWS = 1024

/**
 * The engine for `--device`.
 *
 * auto    a GPU engine that passes the self-test, of two the faster one, for the kinds of work at which it beats cpu
 *         (see racedEngine); else cpu: it never fails. Software adapters are passed over, and no native package is loaded
 *         where the machine shows no driver of a GPU. With `requireGpu` the GPU does it all.
 * named   that engine, a software adapter included (noted), or a DeviceError: never another one.
 * Later   a device that fails during the run is replaced by cpu, which is noted; not with `requireGpu`.
 * Throws  DeviceError  a named device is absent or untrustworthy; no GPU and `requireGpu`.  UsageError  cpu and
 *         `requireGpu`.
 */
export async function selectEngine(
  device: string,
  options: SelectOptions = {},
  sources: readonly DeviceSource[] = SOURCES,
): Promise<SelectedEngine> {
  const threads = options.threads ?? availableParallelism()
  const requireGpu = options.requireGpu ?? false
  const tried: EngineReport['tried'] = []
  const notes: Note[] = []
  if (device === 'cpu' && requireGpu)
    throw new UsageError(`${option('device')} cpu and ${option('requireGpu')} contradict each other`, [
      'leave one of them out',
    ])
  if (device !== 'cpu' && device !== 'auto') {
    const source = sources.find(({name}) => name === device)
    if (source === undefined)
      throw new UsageError(`there is no device '${device}'`, [
        `use auto, cpu, ${sources.map(({name}) => name).join(' or ')}`,
      ])
    return onGpu(await openTested(source, !requireGpu))
  }
  if (device === 'auto') {
    const found: Candidate[] = []
    for (const source of sources) {
      const absence = source.absence()
      const outcome = absence ?? (await openTested(source, false).catch(reasonOf))
      if (typeof outcome === 'string') tried.push({name: source.name, outcome: `passed over: ${outcome}`})
      else found.push(outcome)
    }
    const best = found.length > 1 ? await fastest(found, tried) : found[0]
    if (best !== undefined) return requireGpu ? onGpu(best) : raced(onGpu(best))
    if (requireGpu)
      throw new DeviceError(`no GPU can be used: ${tried.map(({name, outcome}) => `${name} ${outcome}`).join('; ')}`, [
        'run surety doctor',
        `leave out ${option('requireGpu')}`,
      ])
  }
  const cpu = await openCpu(threads, lostWorkers)
  tried.push({name: 'cpu', outcome: `taken: ${threads} threads, products by ${cpu.products}`})
  if (absentPackages('onnx').length > 0)
    notes.push({
      level: 'info',
      code: 'no-blas',
      message: `matrix products run in WebAssembly on one thread; the BLAS of onnxruntime-node is three times as fast a thread; to add it: ${installCommand(PARTS.onnx.packages)}`,
    })
  return {engine: cpu, threads, notes, report: {name: cpu.name, precision: cpu.precision, tried}}

  function lostWorkers(reason: string) {
    notes.push({
      level: 'warning',
      code: 'workers-lost',
      message: `${reason}; the run went on with one thread, which gives the same result`,
    })
  }

  /** The GPU for what it does faster than cpu, and cpu for the rest. */
  function raced(selected: SelectedEngine): SelectedEngine {
    const {report} = selected
    const device = selected.engine
    let hasWon = false
    const engine = racedEngine(
      device,
      () => openCpu(threads, lostWorkers),
      ({work, winner, measured}) => {
        hasWon ||= winner === 'device'
        Object.assign(
          report,
          hasWon ? {name: device.name, precision: device.precision} : {name: 'cpu', precision: 'fp64'},
        )
        tried.push({
          name: device.name,
          outcome:
            measured === null
              ? `${work}: left to cpu, too few to race`
              : `${work}: ${winner === 'device' ? 'taken' : 'left to cpu'}, ${measured.deviceMs.toFixed(1)} ms against ${measured.cpuMs.toFixed(1)} ms of cpu on ${measured.rows} rows`,
        })
      },
    )
    return {...selected, engine}
  }

  function onGpu({engine, description, software}: Candidate): SelectedEngine {
    tried.push({name: engine.name, outcome: `taken: ${description}`})
    if (software)
      notes.push({
        level: 'warning',
        code: 'software-device',
        message: `${engine.name} runs on ${description}, a processor in the place of a GPU: the result is the same, the speed is not`,
      })
    const failed = (reason: string) => {
      tried.push(
        {name: engine.name, outcome: `failed during the run: ${reason}`},
        {name: 'cpu', outcome: 'taken for the rest of the run'},
      )
      notes.push({
        level: 'warning',
        code: 'device-failed',
        message: `${reason}; the run went on with the cpu engine, which gives the same verdict`,
      })
    }
    const safe = requireGpu ? engine : withFallback(engine, () => openCpu(threads, lostWorkers), failed)
    return {engine: safe, threads, notes, report: {name: engine.name, precision: engine.precision, tried}}
  }
}

async function openCpu(threads: number, onLost: (reason: string) => void) {
  const {createCpuEngine} = await import('./cpu/index.js')
  return createCpuEngine({threads, onLost})
}

/** Throws DeviceError: no device, or one that computes wrongly. */
async function openTested(source: DeviceSource, allowSoftware: boolean): Promise<Candidate> {
  const device = await source.open({allowSoftware})
  const {failure} = await selfTest(device.engine)
  if (failure === null) return {...device, name: source.name}
  await device.engine.close().catch(() => undefined)
  throw new DeviceError(`${source.name} (${device.description}) may not be used: ${failure}`, [
    'update the driver of the GPU',
    `use ${option('device')} cpu`,
  ])
}

async function fastest(found: readonly Candidate[], tried: EngineReport['tried']): Promise<Candidate> {
  const speeds: number[] = []
  for (const {engine} of found)
    speeds.push(
      await measureSpeed(engine, RACE_ROWS).then(
        ({gflops}) => gflops,
        () => 0,
      ),
    )
  const best = speeds.indexOf(Math.max(...speeds))
  for (const [k, {name, engine}] of found.entries()) {
    if (k === best) continue
    tried.push({
      name,
      outcome: `passed over: ${speeds[k]!.toFixed(0)} GFLOP/s, ${found[best]!.name} reaches ${speeds[best]!.toFixed(0)}`,
    })
    await engine.close()
  }
  return found[best]!
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
