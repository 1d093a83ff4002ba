import {existsSync, readdirSync} from 'node:fs'
import type {PairwiseEngine} from './engine.js'
import {packageVersion} from './packages.js'

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
  const render = existsSync(RENDER) ? readdirSync(RENDER).filter((name) => name.startsWith('renderD')).sort() : []
  return [...render.map((name) => `${RENDER}/${name}`), ...NVIDIA.filter((node) => existsSync(node))]
}

/** The user points the Vulkan loader at a driver of their own, for example at SwiftShader. */
export const namesVulkanDriver = (): boolean => Boolean(process.env['VK_DRIVER_FILES'] ?? process.env['VK_ADD_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'])

export const SOURCES: readonly DeviceSource[] = [
  {
    name: 'webgpu',
    absence() {
      if (packageVersion('webgpu') === null) return 'the webgpu package is not installed'
      return deviceNodes()?.length === 0 && !namesVulkanDriver() ? `no driver of a GPU is loaded (nothing in ${RENDER}, no ${NVIDIA.join(', no ')})` : null
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
      if (packageVersion('@tensorflow/tfjs-node-gpu') === null) return '@tensorflow/tfjs-node-gpu is not installed'
      const nodes = deviceNodes()
      return nodes === null || nodes.some((node) => NVIDIA.includes(node)) ? null : `no NVIDIA driver is loaded (no ${NVIDIA.join(', no ')})`
    },
    async open() {
      const {createTfjsEngine} = await import('./tfjs/index.js')
      return {engine: await createTfjsEngine(), description: 'a CUDA device', software: false}
    },
  },
]
