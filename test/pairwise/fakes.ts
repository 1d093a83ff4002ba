import {DeviceError} from '../../src/errors.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import type {DeviceSource} from '../../src/pairwise/sources.js'

export const lost = () => new DeviceError('webgpu device lost (a test): unplugged')

/** The cpu engine under the name of a GPU's, with some reductions replaced. */
export async function pretend(
  name: DeviceSource['name'],
  replaced: Partial<PairwiseEngine> = {},
): Promise<PairwiseEngine> {
  const cpu = await createCpuEngine({threads: 1})
  return {...cpu, name, precision: 'fp32', ...replaced}
}

/** A source of such an engine. */
export function source(
  name: DeviceSource['name'],
  options: {absence?: string; software?: boolean; replaced?: Partial<PairwiseEngine>; onOpen?: () => void} = {},
): DeviceSource {
  const software = options.software ?? false
  return {
    name,
    absence: () => options.absence ?? null,
    async open({allowSoftware}) {
      options.onOpen?.()
      if (options.absence !== undefined) throw new DeviceError(options.absence)
      if (software && !allowSoftware) throw new DeviceError('only a software adapter')
      return {engine: await pretend(name, options.replaced), description: `a ${name} device`, software}
    },
  }
}
