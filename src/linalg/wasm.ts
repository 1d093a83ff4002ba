/**
 * A writer of WebAssembly, enough for one function over one memory. Instructions are functions of the code of their
 * operands, so that an expression reads as one. Opcodes and layout: WebAssembly Core Specification 2.0, §5.4 and §5.5.
 */
export type Code = readonly number[]
type Type = 'i32' | 'f64' | 'v128'

const TYPE = {i32: 0x7f, f64: 0x7c, v128: 0x7b}
const VOID = 0x40
const PAGE = 2 ** 16
const HALVES = [0, 1].map((half) => Array.from({length: 8}, (_, byte) => 8 * half + byte)) as [number[], number[]]

// Node has it; the types of ES2023 and of Node do not.
declare const WebAssembly: {
  Memory: new (size: {initial: number}) => {buffer: ArrayBuffer}
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => {exports: Record<string, unknown>}
}

/** LEB128, of whole numbers ≥ 0 and of 32-bit integers. */
const unsigned = (x: number): number[] => (x < 128 ? [x] : [(x % 128) + 128, ...unsigned(Math.floor(x / 128))])
const signed = (x: number): number[] => (x >= -64 && x < 64 ? [x & 0x7f] : [(x & 0x7f) | 0x80, ...signed(x >> 7)])

const operation =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [...operands.flat(), ...opcode]
const vector = (opcode: number, ...immediates: number[]) => operation(0xfd, ...unsigned(opcode), ...immediates)
/** `at` need not be aligned; `offset` bytes are added to it. */
const access = (offset: number): number[] => [0, ...unsigned(offset)]

export const i32 = {
  constant: (x: number): Code => [0x41, ...signed(x)],
  add: operation(0x6a),
  mul: operation(0x6c),
  or: operation(0x72),
  isBelow: operation(0x49),
  isAbove: operation(0x4b),
  load16: (at: Code, offset: number) => operation(0x2f, ...access(offset))(at),
  store: (at: Code, value: Code) => operation(0x36, ...access(0))(at, value),
}

export const f64 = {
  constant: (x: number): Code => [0x44, ...new Uint8Array(Float64Array.of(x).buffer)],
  add: operation(0xa0),
  load: (at: Code, offset = 0) => operation(0x2b, ...access(offset))(at),
  store: (at: Code, value: Code, offset = 0) => operation(0x39, ...access(offset))(at, value),
}

/** Two fp64 numbers in a register. */
export const f64x2 = {
  load: (at: Code, offset = 0) => vector(0x00, ...access(offset))(at),
  /** from two fp32 numbers */
  loadSingles: (at: Code) => vector(0x5f)(vector(0x5d, ...access(0))(at)),
  store: (at: Code, value: Code, offset = 0) => vector(0x0b, ...access(offset))(at, value),
  /** both lanes the same */
  splat: vector(0x14),
  splatLoad: (at: Code, offset = 0) => vector(0x0a, ...access(offset))(at),
  lane: (x: Code, lane: 0 | 1) => vector(0x21, lane)(x),
  /** lane 0 of x and one of y */
  join: (x: Code, y: Code, lane: 0 | 1) => vector(0x0d, ...HALVES[0], ...HALVES[lane].map((byte) => 16 + byte))(x, y),
  abs: vector(0xec),
  sqrt: vector(0xef),
  add: vector(0xf0),
  sub: vector(0xf1),
  mul: vector(0xf2),
  div: vector(0xf3),
  /** y < x ? y : x */
  min: vector(0xf6),
  /** x < y ? y : x */
  max: vector(0xf7),
  /** all bits of a lane where it holds */
  differs: vector(0x48),
  isAbove: vector(0x4a),
  isAtLeast: vector(0x4c),
  and: vector(0x4e),
  or: vector(0x50),
  /** whether any bit is set, as i32 */
  any: vector(0x53),
  /** ⌊x⌋ as i32, 0 below 0; read with `integer` */
  floor: vector(0xfd),
  integer: (x: Code, lane: 0 | 1) => vector(0x1b, lane)(x),
}

/** Four fp32 numbers in a register; loaded and stored as f64x2 are. */
export const f32x4 = {
  /** all lanes the same */
  splatLoad: (at: Code, offset = 0) => vector(0x09, ...access(offset))(at),
  add: vector(0xe4),
  mul: vector(0xe6),
}

/** Code that ends in `repeatIf` starts again where that holds. */
export const loop = (...body: Code[]): Code => [0x03, VOID, ...body.flat(), 0x0b]
export const repeatIf = operation(0x0d, 0)
export const choose = (condition: Code, yes: Code[], no: Code[]): Code => [
  ...condition,
  0x04,
  VOID,
  ...yes.flat(),
  0x05,
  ...no.flat(),
  0x0b,
]

/** Parameters, then variables of a function, by name. */
export class Locals<Name extends string> {
  private readonly names: Name[]

  constructor(
    private readonly types: Record<Name, Type>,
    private readonly parameters: number,
  ) {
    this.names = Object.keys(types) as Name[]
  }

  readonly get = (name: Name): Code => [0x20, ...unsigned(this.names.indexOf(name))]
  readonly set = (name: Name, value: Code): Code => [...value, 0x21, ...unsigned(this.names.indexOf(name))]

  /** The function with this body, which ends in an i32: its result. */
  compile(body: Code[], memory: Memory): unknown {
    const types = this.names.map((name) => TYPE[this.types[name]])
    const section = (id: number, ...items: Code[]): Code => [id, ...sized([1, ...items.flat()])]
    const variables = listed(types.slice(this.parameters).map((type) => [1, type]))
    const bytes = [
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [0x60], listed(types.slice(0, this.parameters).map((type) => [type])), [1, TYPE.i32]),
      ...section(2, text('js'), text('memory'), [2, 0, 1]),
      ...section(3, [0]),
      ...section(7, text('run'), [0, 0]),
      ...section(10, sized([...variables, ...body.flat(), 0x0b])),
    ]
    return new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)), {js: {memory: memory.allocated}})
      .exports['run']
  }
}

export interface MemoryRange {
  readonly start: number
  readonly length: number
}

/** Places for arrays in a memory, then the memory. */
export class Memory {
  private size = 0
  private held: {buffer: ArrayBuffer} | undefined

  place(length: number, bytesPerElement: number): MemoryRange {
    const start = this.size
    this.size = 16 * Math.ceil((start + length * bytesPerElement) / 16)
    return {start, length}
  }

  get allocated(): {buffer: ArrayBuffer} {
    return (this.held ??= new WebAssembly.Memory({initial: Math.max(1, Math.ceil(this.size / PAGE))}))
  }

  view<T>(make: new (buffer: ArrayBuffer, start: number, length: number) => T, {start, length}: MemoryRange): T {
    return new make(this.allocated.buffer, start, length)
  }
}

const listed = (items: Code[]): Code => [...unsigned(items.length), ...items.flat()]
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes]
const text = (name: string): Code => sized([...Buffer.from(name)])
