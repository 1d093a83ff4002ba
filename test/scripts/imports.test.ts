import {readdirSync, readFileSync} from 'node:fs'
import {join, normalize, relative} from 'node:path'
import {describe, expect, it} from 'vitest'

const root = join(import.meta.dirname, '../..')
const files = readdirSync(join(root, 'src'), {recursive: true, encoding: 'utf8'})
  .filter((file) => file.endsWith('.ts'))
  .map((file) => normalize(join('src', file)))

/** The files of src that a file imports or re-exports, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return Array.from(text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)\.js'/g), ([, target]) =>
    relative(root, join(root, file, '..', `${target!}.ts`)),
  ).filter((target) => files.includes(target))
}

/** A path of imports that comes back to where it started; null: there is none. */
function findCircle(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return null
    path.push(file)
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next)
      if (circle !== null) return circle
    }
    path.pop()
    done.add(file)
    return null
  }
  for (const file of imports.keys()) {
    const circle = visit(file)
    if (circle !== null) return circle
  }
  return null
}

describe('imports', () => {
  it('a circle is found', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ])
    expect(findCircle(edges)).toEqual(['b', 'd', 'b'])
    expect(
      findCircle(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toBeNull()
  })

  it('no files of src import each other, types included', () => {
    const imports = new Map(files.map((file) => [file, importsOf(file)]))
    expect([...imports.values()].flat().length).toBeGreaterThan(1000)
    expect(findCircle(imports)).toBeNull()
  })
})
