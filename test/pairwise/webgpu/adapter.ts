import {existsSync} from 'node:fs'
import {tmpdir} from 'node:os'
import type {Gpu} from '../../../src/pairwise/webgpu/gpu.js'

/** SwiftShader, a Vulkan driver for the processor, as Debian's chromium package ships it. */
export const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json'

/**
 * A device to test on: the machine's GPU, else SwiftShader, else null (the tests are then skipped). Buffers are kept so
 * small that matrices of a few hundred rows already need several panels, unless `bufferLimit` says otherwise.
 */
export async function testGpu(bufferLimit = 2 ** 18): Promise<Gpu | null> {
  const {openGpu} = await import('../../../src/pairwise/webgpu/gpu.js')
  const hasDriver = existsSync('/dev/dri') || existsSync('/dev/nvidiactl') || process.platform !== 'linux'
  if (hasDriver) {
    const hardware = await openGpu({allowSoftware: false, bufferLimit}).catch(() => null)
    if (hardware !== null) return hardware
  }
  if (!existsSync(SWIFTSHADER)) return null
  // The Vulkan loader reads these when the instance is made, so setting them in this process is in time.
  process.env['VK_DRIVER_FILES'] = SWIFTSHADER
  process.env['XDG_RUNTIME_DIR'] ??= tmpdir()
  return openGpu({allowSoftware: true, bufferLimit}).catch(() => null)
}
