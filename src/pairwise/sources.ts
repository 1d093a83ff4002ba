import {existsSync, readdirSync} from 'node:fs'
import {DeviceError, option} from '../errors.js'
import type {PairwiseEngine} from './engine.js'
import {packageVersion} from '../packages.js'

/** An engine on an open device. */
export interface OpenDevice {
  readonly engine: PairwiseEngine
  /** the device in the driver's words */
  readonly description: string
  /** a processor pretending to be a GPU */
  readonly software: boolean
}

/** Where an engine on a GPU may come from. */
export interface DeviceSource {
  readonly name: 'webgpu' | 'tfjs'
  /** why it is not worth loading, found without loading a native package; null: worth a try */
  absence(): string | null
  /** Throws DeviceError where there is no device, or only a software one and that is not allowed. */
  open(options: {allowSoftware: boolean}): Promise<OpenDevice>
}

/** Device nodes that Linux has where the driver of a GPU is loaded (the last: Windows' own driver under WSL). */
const NVIDIA = ['/dev/nvidiactl', '/dev/dxg']
const RENDER = '/dev/dri'

/** Device nodes of GPUs; null where the platform has none to look for. */
export function deviceNodes(): string[] | null {
  if (process.platform !== 'linux') return null
  const render = existsSync(RENDER)
    ? readdirSync(RENDER)
        .filter((name) => name.startsWith('renderD'))
        .sort()
    : []
  return [...render.map((name) => `${RENDER}/${name}`), ...NVIDIA.filter((node) => existsSync(node))]
}

/** The user points the Vulkan loader at a driver of their own, for example at SwiftShader. */
export const namesVulkanDriver = (): boolean =>
  Boolean(process.env['VK_DRIVER_FILES'] ?? process.env['VK_ADD_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'])

const TFJS_NODE_GPU = '@tensorflow/tfjs-node-gpu'

/**
 * Why a release of Node cannot run @tensorflow/tfjs-node-gpu; null: it can. The package calls util.isNullOrUndefined,
 * which Node 23 took away.
 */
export function tfjsNodeGpuMisfit(nodeVersion: string): string | null {
  const major = Number(/^v?(\d+)/.exec(nodeVersion)?.[1])
  return major >= 23
    ? `${TFJS_NODE_GPU} 4.22 does not work on Node 23 and later (it calls util.isNullOrUndefined, which is gone), and this is Node ${nodeVersion.replace(/^v/, '')}`
    : null
}

export const SOURCES: readonly DeviceSource[] = [
  {
    name: 'webgpu',
    absence() {
      if (packageVersion('webgpu') === null) return 'the webgpu package is not installed'
      return deviceNodes()?.length === 0 && !namesVulkanDriver()
        ? `no driver of a GPU is loaded (nothing in ${RENDER}, no ${NVIDIA.join(', no ')})`
        : null
    },
    async open(options) {
      const {createWebgpuEngine} = await import('./webgpu/index.js')
      const engine = await createWebgpuEngine(options)
      const {description, software} = engine.describe()
      return {engine, description, software}
    },
  },
  {
    name: 'tfjs',
    absence() {
      if (packageVersion(TFJS_NODE_GPU) === null) return `${TFJS_NODE_GPU} is not installed`
      const misfit = tfjsNodeGpuMisfit(process.version)
      if (misfit !== null) return misfit
      const nodes = deviceNodes()
      return nodes === null || nodes.some((node) => NVIDIA.includes(node))
        ? null
        : `no NVIDIA driver is loaded (no ${NVIDIA.join(', no ')})`
    },
    async open() {
      const misfit = packageVersion(TFJS_NODE_GPU) === null ? null : tfjsNodeGpuMisfit(process.version)
      if (misfit !== null)
        throw new DeviceError(misfit, [
          'use Node 20 or 22',
          `use ${option('device')} webgpu or ${option('device')} cpu`,
        ])
      const {createTfjsEngine} = await import('./tfjs/index.js')
      return {engine: await createTfjsEngine(), description: 'a CUDA device', software: false}
    },
  },
]
