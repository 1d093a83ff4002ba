import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll} from 'vitest'
import type {ElementType, NamedArray} from '../../src/data/named-array.js'
import {writeNpz} from '../../src/data/npz.js'

/** A folder for one test file, removed afterwards; `put` writes a file into it and gives its path. */
export function testFolder(): {put: (name: string, content: string | Uint8Array) => string} {
  const folder = mkdtempSync(join(tmpdir(), 'surety-graph-'))
  afterAll(() => rmSync(folder, {recursive: true}))
  return {
    put(name, content) {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    },
  }
}

export function array(
  name: string,
  type: ElementType,
  data: number[] | string[],
  shape: number[] = [data.length],
): NamedArray {
  return {
    name,
    type,
    shape,
    data:
      typeof data[0] === 'string'
        ? (data as string[])
        : (type === 'b1' ? Uint8Array : Float64Array).from(data as number[]),
  }
}

/** A graph of 5 nodes in the plain form, with whatever else is asked for. */
export const plainNpz = (...others: NamedArray[]): Uint8Array =>
  writeNpz([array('edges', 'i4', [0, 1, 0, 2, 1, 2, 3, 4], [4, 2]), array('num_nodes', 'i4', [5]), ...others])
