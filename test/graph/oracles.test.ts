import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {testFolder} from './files.js'

const FOLDER = 'fixtures/graph-files'
const {put} = testFolder()

interface Known {
  nodes: number
  /** null: the format does not say */
  directed: boolean | null
  edges: [string, string, number][]
}
const {versions, files} = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as {
  versions: Record<string, string>
  files: Record<string, Known>
}

async function shown(path: string, isDirected: boolean): Promise<unknown> {
  const {raw} = await readGraph(path)
  const name = (node: number) => raw.nodeNames?.[node] ?? String(node)
  return {
    nodes: raw.nodes,
    edges: Array.from({length: raw.edges.length / 2}, (_, r) => {
      const ends = [name(raw.edges[2 * r]!), name(raw.edges[2 * r + 1]!)]
      return JSON.stringify([...(isDirected ? ends : ends.sort()), raw.weights?.[r] ?? 1])
    }).sort(),
  }
}

describe(`files of NetworkX ${versions['networkx']}, igraph ${versions['igraph']} and SciPy ${versions['scipy']}`, () => {
  it.each(Object.entries(files))(
    '%s is read as they read it, and rewritten as it is',
    async (name, {nodes, directed, edges}) => {
      const path = `${FOLDER}/${name}`
      const isDirected = directed === true
      const wanted = {
        nodes,
        edges: edges.map(([u, v, w]) => JSON.stringify([...(isDirected ? [u, v] : [u, v].sort()), w])).sort(),
      }
      expect(await shown(path, isDirected)).toEqual(wanted)
      const document = await readGraph(path)
      if (directed !== null) expect(document.raw.directed).toBe(directed)
      const result = normalise(document)
      const extension = name.includes('.txt')
        ? '.txt.gz'
        : /\.(ncol|edgelist)$/.test(name)
          ? '.txt'
          : name.slice(name.indexOf('.'))
      const {bytes} = writeGraph(document, result, new Uint8Array(result.graph.edges.length / 2), `o${extension}`)
      expect(await shown(put(`again${extension}`, bytes), isDirected)).toEqual(wanted)
    },
  )
})
