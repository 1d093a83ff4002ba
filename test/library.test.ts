import {UndirectedGraph} from 'graphology'
import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {certify, gate, InputError, sanitize, sanitizeGraphology, toGraphology, UsageError} from '../src/index.js'
import {normalise} from '../src/graph/normalise.js'
import {readGraph} from '../src/graph/read-graph.js'
import {mixture} from './certify/fixtures.js'
import {certifyReport} from './gate/reports.js'

const community = async () =>
  normalise(await readGraph('fixtures/community-graph/small-community-graph.npz', {edges: 'edges_attacked'}), {}).graph

describe('the library', () => {
  it('certifies hidden states with defaults of the command line', async () => {
    const {metrics, verdict} = await certify(mixture(3, 400), {bootstrap: 0, threads: 1})
    expect(metrics.alpha.total).toBe(0.05)
    expect(metrics.anchors).toBe(100)
    expect(verdict.status).toBe('certified')
    await expect(certify({...mixture(3, 400), rows: 3})).rejects.toBeInstanceOf(InputError)
    await expect(certify(mixture(3, 400), {alpha: 2})).rejects.toBeInstanceOf(UsageError)
  })

  it('sanitizes a graphology graph in five lines, under the keys of its own edges', async () => {
    const source = await community()
    const graph = toGraphology(source)
    const cleaned = graph.copy()
    const {edges, result} = await sanitizeGraphology(cleaned, {
      trainingNodes: Array.from(source.split!.train, String),
      prune: {rule: 'ratio', value: 0.1},
      threads: 1,
    })
    for (const {key, suspect} of edges) if (suspect) cleaned.dropEdge(key)
    expect(cleaned.size).toBe(graph.size - result.metrics.pruned)
    expect(result.metrics.pruned).toBeGreaterThan(60)

    const plain = await sanitize(source, {prune: {rule: 'ratio', value: 0.1}, threads: 1})
    expect(edges.map(({rank}) => rank)).toEqual(edges.map((_, k) => k + 1))
    for (const {source, target, score, suspect} of edges) {
      const [u, v] = [Number(source), Number(target)].sort((a, b) => a - b)
      const e = edgeAt(plain.scores.edges, u!, v!)
      expect([score, suspect]).toEqual([plain.scores.score[e], plain.scores.pruned[e] === 1])
    }
  }, 120_000)

  it('refuses a graphology graph without an edge', async () => {
    await expect(sanitizeGraphology(new UndirectedGraph())).rejects.toBeInstanceOf(InputError)
    await expect(sanitizeGraphology(toGraphology(await community()), {trainingNodes: ['nobody']})).rejects.toThrow(
      /"nobody"/,
    )
  })

  it('judges reports in memory', async () => {
    const report = await certifyReport()
    const config = {
      checks: {model: {certify: 'm.onnx', thresholds: {accuracy: ['error', {min: 0.999}] as ['error', {min: number}]}}},
    }
    expect(gate(config, {model: report})).toMatchObject({verdict: {status: 'fail'}, metrics: {counts: {errors: 1}}})
    expect(gate(config, {}).verdict.status).toBe('inconclusive')
  })

  it('is documented under every name that it exports', async () => {
    const documented = readFileSync('docs/api.md', 'utf8')
    // Markdown writes an underscore as \_, and an abstract class with a word before it.
    const heads = documented
      .split('\n')
      .filter((line) => line.startsWith('### '))
      .map((line) =>
        line
          .replaceAll('\\', '')
          .replace(/^### (`abstract` )?/, '')
          .replace('()', ''),
      )
    expect(heads).toEqual(expect.arrayContaining(Object.keys(await import('../src/index.js'))))
  })
})

function edgeAt(edges: Uint32Array, u: number, v: number): number {
  for (let e = 0; e < edges.length / 2; e++) if (edges[2 * e] === u && edges[2 * e + 1] === v) return e
  throw new Error(`there is no edge ${u}–${v}`)
}
