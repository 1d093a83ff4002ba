import {DeviceError, option} from '../../errors.js'
import {loadPart} from '../../packages.js'

/** What is known of an adapter, for `doctor`, reports and bug reports. */
export interface AdapterFacts {
  /** the driver's own words where it has any, else the device's name */
  readonly description: string
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  /** a processor pretending to be a GPU, or the null backend, which accepts work and returns zeros */
  readonly software: boolean
}

export interface GpuOptions {
  /** take a software adapter when nothing better is there; without it such an adapter is refused */
  readonly allowSoftware: boolean
  /** options of Dawn, for example `backend=vulkan`; see the README of the `webgpu` package */
  readonly dawn?: readonly string[]
  /** largest buffer in bytes, if it should be smaller than the device allows */
  readonly bufferLimit?: number
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|warp|null-backend/i

/** Names of what the device itself throws: a shader it cannot compile, a mapping it cannot do. */
const DEVICE_FAILURES = new Set(['GPUPipelineError', 'OperationError', 'AbortError'])

/** WebGPU's usage flags: fixed by the specification, so nothing has to be put on globalThis to name them. */
export const USAGE = {mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80} as const
const MAP_READ = 0x1

/**
 * Opens the best adapter of this machine through the `webgpu` package (Dawn: Vulkan, Metal, D3D12), with the largest
 * buffers and workgroup memory it offers.
 *
 * Throws   DeviceError  the package is missing, no adapter is there, or it is software and that was not asked for.
 */
export async function openGpu({allowSoftware, dawn = [], bufferLimit = Infinity}: GpuOptions): Promise<Gpu> {
  const module = await loadPart('webgpu', () => import('webgpu'), [`or use ${option('device')} cpu`])
  const instance = module.create([...dawn])
  const adapter = await instance.requestAdapter({powerPreference: 'high-performance'})
  if (adapter === null)
    throw new DeviceError('webgpu finds no adapter', [
      'install a Vulkan driver for your GPU',
      `use ${option('device')} cpu`,
    ])
  const facts = factsOf(adapter.info)
  if (facts.software && !allowSoftware) {
    throw new DeviceError(`webgpu finds only a software adapter (${facts.description})`, [
      `name it with ${option('device')} webgpu to use it all the same`,
      `use ${option('device')} cpu`,
    ])
  }
  const {maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize} = adapter.limits
  const device = await adapter.requestDevice({
    requiredLimits: {maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize},
  })
  return new Gpu(instance, device, facts, Math.min(bufferLimit, maxBufferSize, maxStorageBufferBindingSize))
}

function factsOf(info: GPUAdapterInfo): AdapterFacts {
  const {vendor, architecture, device} = info
  const description = [info.description, device, architecture].find((text) => text !== '') ?? 'unnamed adapter'
  const software = info.isFallbackAdapter || SOFTWARE.test(`${info.description} ${device} ${architecture} ${vendor}`)
  return {description, vendor, architecture, device, software}
}

/** Buffers of one operation, freed together however it ends. */
export interface Arena {
  /** zeroed storage of `words` 32-bit words */
  storage(words: number): GPUBuffer
  upload(data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): GPUBuffer
  free(): void
}

/**
 * An open device: buffers, pipelines, dispatches and readback, with every error of the device turned into DeviceError.
 */
export class Gpu {
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>()
  private queue: Promise<unknown> = Promise.resolve()
  private lost: string | null = null

  constructor(
    // Dawn lives as long as this reference does.
    readonly instance: GPU,
    readonly device: GPUDevice,
    readonly facts: AdapterFacts,
    /** largest storage buffer a kernel can see, in bytes */
    readonly bufferLimit: number,
  ) {
    void device.lost.then((info) => {
      this.lost = info.message === '' ? info.reason : info.message
    })
  }

  /** memory that the threads of a workgroup share, in bytes */
  get workgroupBytes(): number {
    return this.device.limits.maxComputeWorkgroupStorageSize
  }

  /**
   * Runs one operation at a time inside error scopes, with an arena for its buffers.
   *
   * Throws   DeviceError  device lost, out of memory, or a rejected command; the caller may repeat the work on the cpu.
   */
  exclusive<T>(work: (arena: Arena) => Promise<T>): Promise<T> {
    const turn = this.queue.then(() => this.scoped(work))
    this.queue = turn.catch(() => undefined)
    return turn
  }

  private async scoped<T>(work: (arena: Arena) => Promise<T>): Promise<T> {
    this.checkAlive()
    const arena = this.arena()
    for (const kind of ['internal', 'out-of-memory', 'validation'] as const) this.device.pushErrorScope(kind)
    let result: T | undefined
    let failure: unknown
    try {
      result = await work(arena)
    } catch (error) {
      failure = error
    }
    arena.free()
    // A lost device first rejects pending work and gives the reason one turn of the event loop later.
    if (failure !== undefined) await new Promise((resolve) => setImmediate(resolve))
    this.checkAlive(failure)
    const errors = await Promise.all([1, 2, 3].map(() => this.device.popErrorScope()))
    const first = errors.find((error) => error !== null)
    const refusal =
      first?.message ?? (failure instanceof Error && DEVICE_FAILURES.has(failure.name) ? failure.message : null)
    if (refusal !== null)
      throw new DeviceError(`webgpu device (${this.facts.description}): ${refusal}`, [`use ${option('device')} cpu`], {
        cause: failure,
      })
    if (failure !== undefined) throw failure as Error
    return result as T
  }

  private checkAlive(cause?: unknown): void {
    if (this.lost === null) return
    throw new DeviceError(
      `webgpu device lost (${this.facts.description}): ${this.lost}`,
      ['run again', `use ${option('device')} cpu`],
      {cause},
    )
  }

  arena(): Arena {
    const held: GPUBuffer[] = []
    const keep = (size: number) => {
      const buffer = this.device.createBuffer({
        size: Math.max(16, size),
        usage: USAGE.storage | USAGE.copySource | USAGE.copyTarget,
      })
      held.push(buffer)
      return buffer
    }
    return {
      storage: (words) => keep(4 * words),
      upload: (data) => {
        const buffer = keep(data.byteLength)
        this.device.queue.writeBuffer(buffer, 0, data)
        return buffer
      },
      free: () => {
        for (const buffer of held) buffer.destroy()
        held.length = 0
      },
    }
  }

  /**
   * Sends one dispatch: `parameters` become binding 0 (uniform), `buffers`, or parts of some, the storage bindings from 1
   * on.
   */
  async dispatch(
    code: string,
    parameters: Uint32Array<ArrayBuffer>,
    buffers: readonly (GPUBuffer | GPUBufferBinding)[],
    groups: readonly [number, number, number],
  ): Promise<void> {
    const pipeline = await this.pipeline(code)
    const uniform = this.device.createBuffer({
      size: Math.max(16, parameters.byteLength),
      usage: USAGE.uniform | USAGE.copyTarget,
    })
    this.device.queue.writeBuffer(uniform, 0, parameters)
    const entries = [uniform, ...buffers].map((bound, binding) => ({
      binding,
      resource: 'buffer' in bound ? bound : {buffer: bound},
    }))
    const encoder = this.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, this.device.createBindGroup({layout: pipeline.getBindGroupLayout(0), entries}))
    pass.dispatchWorkgroups(...groups)
    pass.end()
    this.device.queue.submit([encoder.finish()])
    uniform.destroy()
  }

  private pipeline(code: string): Promise<GPUComputePipeline> {
    let held = this.pipelines.get(code)
    if (held === undefined) {
      const module = this.device.createShaderModule({code})
      held = this.device.createComputePipelineAsync({layout: 'auto', compute: {module, entryPoint: 'main'}})
      this.pipelines.set(code, held)
    }
    return held
  }

  write(buffer: GPUBuffer, data: Float32Array<ArrayBuffer>): void {
    this.device.queue.writeBuffer(buffer, 0, data)
  }

  clear(buffer: GPUBuffer): void {
    const encoder = this.device.createCommandEncoder()
    encoder.clearBuffer(buffer)
    this.device.queue.submit([encoder.finish()])
  }

  /**
   * The first `words` 32-bit words of a buffer as what was sent before leaves them: more may be sent to the buffer
   * before they are here. Whoever does so and fails in between leaves this promise without a reader, hence the catch;
   * awaited, it rejects all the same.
   */
  read(buffer: GPUBuffer, words: number): Promise<ArrayBuffer> {
    const bytes = this.readBack(buffer, words)
    bytes.catch(() => undefined)
    return bytes
  }

  private async readBack(buffer: GPUBuffer, words: number): Promise<ArrayBuffer> {
    const staging = this.device.createBuffer({size: Math.max(16, 4 * words), usage: USAGE.mapRead | USAGE.copyTarget})
    try {
      const encoder = this.device.createCommandEncoder()
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * words)
      this.device.queue.submit([encoder.finish()])
      await staging.mapAsync(MAP_READ)
      return staging.getMappedRange(0, 4 * words).slice(0)
    } finally {
      staging.destroy()
    }
  }

  async close(): Promise<void> {
    await this.queue
    this.device.destroy()
    await this.device.lost
  }
}
