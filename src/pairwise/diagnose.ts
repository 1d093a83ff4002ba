import {readFileSync} from 'node:fs'
import {availableParallelism, cpus, freemem, release, totalmem} from 'node:os'
import {createCpuEngine} from './cpu/index.js'
import {absentPackages, installCommand, packageVersion, partNames, PARTS} from '../packages.js'
import {selectEngine, type SelectedEngine} from './select.js'
import {selfTest} from './self-test.js'
import {deviceNodes, type DeviceSource, namesVulkanDriver, type OpenDevice, SOURCES} from './sources.js'
import {measureSpeed} from './speed.js'

export interface DoctorMetrics {
  system: {
    node: string
    platform: string
    release: string
    processor: string
    cpus: number
    memoryBytes: number
    freeBytes: number
  }
  /** version null: not installed */
  packages: {
    name: string
    version: string | null
    purpose: string
    /** what `surety doctor --fix --part` installs it with */
    part: string
    /** the command that installs what is absent of its part; null: it is there */
    install: string | null
  }[]
  drivers: {
    /** device nodes of GPUs; null where the platform has none to look for */
    nodes: string[] | null
    /** version of NVIDIA's kernel driver */
    nvidia: string | null
    /** the environment points the Vulkan loader at a driver */
    vulkanNamed: 'yes' | 'no'
  }
  engines: EngineHealth[]
}

export interface EngineHealth {
  name: string
  /** untested: a software adapter, which may take many seconds and is never chosen on its own */
  state: 'usable' | 'absent' | 'untrusted' | 'untested'
  /** the device in the driver's words, or why there is none */
  detail: string
  precision: 'fp64' | 'fp32'
  /** largest relative error of a reduction against its definition in fp64, and what is allowed */
  error: number | null
  allowed: number | null
  /** of κ·V, and of the volatility sums: see measureSpeed */
  gflops: number | null
  pairsPerSecond: number | null
}

/** Rows of the speed test. */
const ROWS = {hardware: 1024, software: 256}

/**
 * What this machine offers surety, without paths or names of its user.
 *
 * `named`  a device asked for by name is tested even if it is software, or looks absent.
 * Cost     a self-test and a speed test of each engine: about two seconds without a GPU.
 * Throws   nothing: what fails is part of the answer.
 */
export async function diagnose(
  named: string,
  options: {threads?: number} = {},
  sources: readonly DeviceSource[] = SOURCES,
): Promise<{metrics: DoctorMetrics; auto: Omit<SelectedEngine, 'engine'>}> {
  const threads = options.threads ?? availableParallelism()
  const cpu = await createCpuEngine({threads})
  const engines = [
    await examine('cpu', {
      engine: cpu,
      description: `${threads} threads, products by ${cpu.products}`,
      software: false,
    }),
  ]
  for (const source of sources) engines.push(await examineSource(source, named))
  const {engine, ...auto} = await selectEngine('auto', {threads}, sources)
  await engine.close()
  return {
    auto,
    metrics: {
      system: {
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        release: release(),
        processor: cpus()[0]?.model.trim() ?? 'unknown',
        cpus: availableParallelism(),
        memoryBytes: totalmem(),
        freeBytes: freemem(),
      },
      packages: partNames.flatMap((part) =>
        PARTS[part].packages.map((name) => ({
          name,
          version: packageVersion(name),
          purpose: PARTS[part].purpose,
          part,
          install: packageVersion(name) === null ? installCommand(absentPackages(part)) : null,
        })),
      ),
      drivers: {nodes: deviceNodes(), nvidia: nvidiaDriver(), vulkanNamed: namesVulkanDriver() ? 'yes' : 'no'},
      engines,
    },
  }
}

async function examineSource(source: DeviceSource, named: string): Promise<EngineHealth> {
  const absent = (detail: string): EngineHealth => ({
    name: source.name,
    state: 'absent',
    detail,
    precision: 'fp32',
    ...NOTHING,
  })
  const absence = source.name === named ? null : source.absence()
  if (absence !== null) return absent(absence)
  try {
    const device = await source.open({allowSoftware: true})
    if (!device.software || source.name === named) return await examine(source.name, device)
    await device.engine.close()
    return {
      ...absent(`${device.description} is a software adapter: test it with surety doctor --device ${source.name}`),
      state: 'untested',
    }
  } catch (error) {
    return absent(reasonOf(error))
  }
}

const NOTHING = {error: null, allowed: null, gflops: null, pairsPerSecond: null}

/** Tests an open engine and closes it. */
async function examine(name: string, {engine, description, software}: OpenDevice): Promise<EngineHealth> {
  const {checks, failure} = await selfTest(engine)
  const health: EngineHealth = {name, state: 'usable', detail: description, precision: engine.precision, ...NOTHING}
  try {
    if (checks.length > 0) {
      health.error = finite(Math.max(...checks.map((check) => check.error)))
      health.allowed = Math.max(...checks.map((check) => check.limit))
    }
    if (failure !== null) return {...health, state: 'untrusted', detail: `${description}: ${failure}`}
    return {...health, ...(await measureSpeed(engine, software ? ROWS.software : ROWS.hardware))}
  } catch (error) {
    return {...health, state: 'untrusted', detail: `${description}: ${reasonOf(error)}`}
  } finally {
    await engine.close().catch(() => undefined)
  }
}

/** An error that is not a number is left out. */
const finite = (x: number) => (Number.isFinite(x) ? x : null)

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function nvidiaDriver(): string | null {
  try {
    // "… Open Kernel Module for x86_64  580.159.04 …": the version has dots, the architecture has none.
    return /Kernel Module.*?\s(\d+\.[\d.]+)/.exec(readFileSync('/proc/driver/nvidia/version', 'utf8'))?.[1] ?? null
  } catch {
    return null
  }
}
