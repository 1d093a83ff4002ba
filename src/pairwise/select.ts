import {availableParallelism} from 'node:os'
import {DeviceError} from '../errors.js'
import type {EngineReport} from '../report/types.js'
import type {PairwiseEngine} from './engine.js'

export interface SelectedEngine {
  engine: PairwiseEngine
  report: EngineReport
  threads: number
}

/**
 * The engine for `--device`. `auto` never fails; a device asked for by name that is absent or untrustworthy is a
 * DeviceError, never a silent fallback. Everything looked at stands in `report.tried`.
 */
export async function selectEngine(device: string, options: {threads?: number} = {}): Promise<SelectedEngine> {
  const threads = options.threads ?? availableParallelism()
  if (device !== 'auto' && device !== 'cpu') {
    throw new DeviceError(`the ${device} engine is not available in this version`, ['use --device cpu'])
  }
  const {createCpuEngine} = await import('./cpu/index.js')
  const engine = await createCpuEngine({threads})
  return {
    engine,
    threads,
    report: {name: engine.name, precision: engine.precision, tried: [{name: engine.name, outcome: `taken: ${threads} threads, products by ${engine.products}`}]},
  }
}
