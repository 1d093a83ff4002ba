import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import {components} from '../../src/graph/components.js'
import {LOOP, type RawGraph} from '../../src/graph/document.js'
import {normaliseRaw} from '../../src/graph/normalise.js'

function raw(nodes: number, pairs: [number, number][], extra: Partial<RawGraph> = {}): RawGraph {
  const none = {
    weights: null,
    directed: true,
    nodeNames: null,
    features: null,
    labels: null,
    classNames: null,
    split: null,
  }
  return {nodes, edges: Uint32Array.from(pairs.flat()), ...none, ...extra}
}

const graphs = fc.integer({min: 2, max: 9}).chain((nodes) => {
  const node = fc.nat(nodes - 1)
  return fc.record({
    nodes: fc.constant(nodes),
    pairs: fc.array(fc.tuple(node, node), {minLength: 1, maxLength: 25}),
    directed: fc.boolean(),
  })
})

/** The definition, with sets of text. */
function slowly(pairs: [number, number][], directed: boolean) {
  const loops = pairs.filter(([u, v]) => u === v).length
  const real = pairs.filter(([u, v]) => u !== v)
  const ordered = new Set(real.map(([u, v]) => (directed ? `${u} ${v}` : `${Math.min(u, v)} ${Math.max(u, v)}`)))
  const edges = [...new Set(real.map(([u, v]) => Math.min(u, v) * 1000 + Math.max(u, v)))].sort((a, b) => a - b)
  const single = edges.filter(
    (e) => !(ordered.has(`${Math.floor(e / 1000)} ${e % 1000}`) && ordered.has(`${e % 1000} ${Math.floor(e / 1000)}`)),
  )
  return {
    loops,
    duplicates: real.length - ordered.size,
    symmetrised: directed ? single.length : 0,
    edges: edges.flatMap((e) => [Math.floor(e / 1000), e % 1000]),
  }
}

describe('normalise', () => {
  it('agrees with the definition and accounts for every record', () => {
    fc.assert(
      fc.property(graphs, ({nodes, pairs, directed}) => {
        fc.pre(pairs.some(([u, v]) => u !== v))
        const {graph, counts, recordEdge, edgeOrigin} = normaliseRaw(raw(nodes, pairs, {directed}), 'f')
        const slow = slowly(pairs, directed)
        expect(Array.from(graph.edges)).toEqual(slow.edges)
        expect(counts).toMatchObject({
          directedEdges: pairs.length,
          selfLoopsDropped: slow.loops,
          duplicatesMerged: slow.duplicates,
          symmetrised: slow.symmetrised,
        })
        const m = graph.edges.length / 2
        const both = directed ? m - counts.symmetrised : 0
        expect(counts.selfLoopsDropped + counts.duplicatesMerged + m + both).toBe(pairs.length)
        pairs.forEach(([u, v], r) => {
          const edge = recordEdge[r]!
          if (edge >= 0)
            expect([graph.edges[2 * edge], graph.edges[2 * edge + 1]]).toEqual([Math.min(u, v), Math.max(u, v)])
          else expect([u, edge]).toEqual([v, LOOP])
        })
        edgeOrigin.forEach((record, e) => expect(recordEdge[record]).toBe(e))
      }),
      {seed: 6, numRuns: 200},
    )
  })

  it('the largest component is connected, closed and not smaller than any other', () => {
    fc.assert(
      fc.property(graphs, ({nodes, pairs}) => {
        fc.pre(pairs.some(([u, v]) => u !== v))
        const whole = normaliseRaw(raw(nodes, pairs), 'f')
        const {graph, counts, nodeOrigin} = normaliseRaw(raw(nodes, pairs), 'f', {largestComponent: true})
        const of = components(nodes, whole.graph.edges)
        const sizes = new Map<number, number>()
        for (const c of of) sizes.set(c, (sizes.get(c) ?? 0) + 1)
        expect(graph.nodes).toBe(Math.max(...sizes.values()))
        expect(new Set(components(graph.nodes, graph.edges))).toEqual(new Set([0]))
        expect(counts.nodesDropped).toBe(nodes - graph.nodes)
        expect(counts.edgesDropped).toBe((whole.graph.edges.length - graph.edges.length) / 2)
        if (nodeOrigin !== null) {
          const back = Array.from(graph.edges, (node) => nodeOrigin[node]!)
          const expected: number[] = []
          for (let e = 0; e < whole.graph.edges.length; e += 2) {
            if (of[whole.graph.edges[e]!] === of[nodeOrigin[0]!])
              expected.push(whole.graph.edges[e]!, whole.graph.edges[e + 1]!)
          }
          expect(back).toEqual(expected)
        }
      }),
      {seed: 7, numRuns: 200},
    )
  })

  it('does not depend on the order of the records', () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat()), ({nodes, pairs, directed}, keys) => {
        fc.pre(pairs.some(([u, v]) => u !== v))
        const shuffled = pairs
          .map((pair) => ({pair, key: keys.next().value as number}))
          .sort((a, b) => a.key - b.key)
          .map(({pair}) => pair)
        const one = normaliseRaw(raw(nodes, pairs, {directed}), 'f')
        const other = normaliseRaw(raw(nodes, shuffled, {directed}), 'f')
        expect(other.graph.edges).toEqual(one.graph.edges)
        expect(other.counts).toEqual(one.counts)
      }),
      {seed: 8},
    )
  })

  it('combines weights of one direction by sum or max, and the two directions by max', () => {
    const document = raw(
      3,
      [
        [0, 1],
        [0, 1],
        [1, 0],
        [1, 2],
      ],
      {weights: Float64Array.of(1, 2, 4, 5)},
    )
    expect(normaliseRaw(document, 'f', {weights: 'sum'}).graph.weights).toEqual(Float64Array.of(4, 5))
    expect(normaliseRaw(document, 'f', {weights: 'max'}).graph.weights).toEqual(Float64Array.of(4, 5))
    expect(normaliseRaw({...document, directed: false}, 'f', {weights: 'sum'}).graph.weights).toEqual(
      Float64Array.of(7, 5),
    )
    expect(normaliseRaw(document, 'f').graph.weights).toBeNull()
    expect(normaliseRaw(document, 'f').writeWeights).toEqual(Float64Array.of(1, 5))
  })

  it('cuts labels, features, names and split with the component', () => {
    const {graph} = normaliseRaw(
      raw(
        5,
        [
          [3, 4],
          [1, 3],
        ],
        {
          labels: Int32Array.of(0, 1, 2, 1, 0),
          features: {rows: 5, cols: 2, data: Float64Array.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 4)},
          split: {train: Uint32Array.of(4, 0), validation: Uint32Array.of(2), test: Uint32Array.of(1, 3)},
        },
      ),
      'f',
      {largestComponent: true},
    )
    expect(graph).toMatchObject({
      nodes: 3,
      edges: Uint32Array.of(0, 1, 1, 2),
      labels: Int32Array.of(1, 1, 0),
      features: {rows: 3, cols: 2, data: Float64Array.of(1, 1, 3, 3, 4, 4)},
      split: {train: Uint32Array.of(2), validation: Uint32Array.of(), test: Uint32Array.of(0, 1)},
      nodeNames: ['1', '3', '4'],
      classes: 3,
    })
  })

  it.each<[string, [number, number][], object, RegExp]>([
    [
      'a loop',
      [
        [0, 1],
        [1, 1],
      ],
      {loops: 'refuse'},
      /f: edge record 1 \(1 – 1\) is a self loop, which the options refuse/,
    ],
    [
      'a duplicate',
      [
        [0, 1],
        [0, 1],
      ],
      {duplicates: 'refuse'},
      /edge record 1 \(0 – 1\) is a repeated edge/,
    ],
    ['one direction', [[1, 0]], {directions: 'refuse'}, /edge record 0 \(1 – 0\) is an edge in one direction only/],
    ['loops only', [[1, 1]], {}, /has no edge besides self loops/],
  ])('refuses %s', (_, pairs, options, message) => {
    expect(() => normaliseRaw(raw(2, pairs), 'f', options)).toThrow(InputError)
    expect(() => normaliseRaw(raw(2, pairs), 'f', options)).toThrow(message)
  })
  it.each([0, -1, NaN, Infinity])('refuses the weight %d where weights count', (weight) => {
    expect(() => normaliseRaw(raw(2, [[0, 1]], {weights: Float64Array.of(weight)}), 'f', {weights: 'max'})).toThrow(
      /edge record 0 has the weight/,
    )
  })
})
