import {UndirectedGraph} from 'graphology'
import forceAtlas2Module from 'graphology-layout-forceatlas2'
import {expect, it} from 'vitest'
import {layoutGraph} from '../../../src/render/html/graph-layout.js'

const forceAtlas2 = forceAtlas2Module as unknown as typeof forceAtlas2Module.default

it('gives the places that the package gives a graphology graph, doubled edges and a self loop included', () => {
  const nodes = 25
  const edges = Array.from({length: 60}, (_, k): [number, number] => [(k * 7) % nodes, (k * k + 3) % nodes])
  edges.push([3, 4], [4, 3], [5, 5])
  const graph = new UndirectedGraph()
  for (let k = 0; k < nodes; k++) {
    const radius = 5 * Math.sqrt(k + 0.5)
    const angle = k * Math.PI * (3 - Math.sqrt(5))
    graph.addNode(k, {x: radius * Math.cos(angle), y: radius * Math.sin(angle), size: 3})
  }
  for (const [u, v] of edges) graph.mergeEdge(u, v)
  const forces = {scalingRatio: 10, gravity: 0.05, strongGravityMode: true, slowDown: 4}
  forceAtlas2.assign(graph, {iterations: 600, settings: forces, getEdgeWeight: null})
  forceAtlas2.assign(graph, {iterations: 300, settings: {...forces, adjustSizes: true}, getEdgeWeight: null})
  expect(layoutGraph(nodes, edges)).toEqual(graph.mapNodes((_, {x, y}) => ({x: Number(x), y: Number(y)})))
})
