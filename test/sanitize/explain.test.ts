import {describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {explainedEdges, explainEdge} from '../../src/sanitize/explain.js'
import {fiveEdges} from './scores.js'

const scores = fiveEdges()
const graph = {nodes: 6, nodeNames: null} as unknown as Graph
const named = {nodes: 6, nodeNames: ['a', 'b', 'c', 'd', 'e', 'f']} as unknown as Graph
const statements = (u: number, v: number, of = scores) => explainedEdges(of, Uint32Array.of(u, v), graph)[0]!.statements

describe('why an edge stands where it does, in one sentence', () => {
  it('names classes, likeness, common neighbours, the effect of its removal and its place', () => {
    expect(explainEdge(scores, 2)).toBe(
      'its ends look like classes 0 and 2, features alike by 13 %, common neighbours 0 %; it was wired at random with a chance of 0.97; removing it lowers the complexity by 1.2e-3 (of 5 edges it is number 1)',
    )
    expect(explainEdge(scores, 0)).toBe(
      'both ends look like class 0, features alike by 80 %, common neighbours 50 %; it was wired at random with a chance of 0.05; removing it does not lower the complexity (of 5 edges it is number 4)',
    )
    // A removal that changes nothing lowers nothing.
    expect(explainEdge(scores, 1)).toContain('does not lower the complexity')
    expect(explainEdge(fiveEdges({evidence: 'neighbours'}), 0)).toContain('neighbours alike by 80 %')
  })
  it('says nothing of an edge that was not scored', () => {
    expect(explainEdge(scores, 4)).toBe(
      'not scored: no changed row lies in the node set, so nothing is known about it (of 5 edges it is number 5)',
    )
  })
})

describe('the edges asked for', () => {
  it('are named as in the graph, in the order they were asked for', () => {
    const pairs = Uint32Array.of(2, 3, 0, 1)
    expect(explainedEdges(scores, pairs, named).map(({source, target}) => [source, target])).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ])
    expect(explainedEdges(scores, pairs, graph).map(({source, target}) => [source, target])).toEqual([
      ['2', '3'],
      ['0', '1'],
    ])
    expect(explainedEdges(scores, null, graph)).toEqual([])
  })

  it('say so where there is no such edge', () => {
    for (let u = 0; u < 6; u++) {
      for (let v = u + 1; v < 6; v++) {
        const isEdge = [0, 1, 2, 3, 4].some((e) => scores.edges[2 * e] === u && scores.edges[2 * e + 1] === v)
        expect(statements(u, v)[0] === 'there is no such edge in the graph', `${u}, ${v}`).toBe(!isEdge)
        expect(statements(u, v)).toHaveLength(isEdge && u !== 4 ? 6 : 1)
      }
    }
  })

  it('say that nothing is known of one that was not scored', () =>
    expect(statements(4, 5)[0]).toMatch(/^it was not scored: .*nothing is known/))

  it('give the place of the edge in all and among the edges of each end', () => {
    expect(statements(1, 3)[0]).toMatch(
      /^it was pruned: number 1 of all 5 edges from the most suspect, number 1 of the 2 of 1 and number 1 of the 2 of 3; /,
    )
    expect(statements(2, 3)[0]).toMatch(
      /^it was kept: number 2 of all 5 edges from the most suspect, number 1 of the 2 of 2 and number 2 of the 2 of 3; /,
    )
    expect(statements(0, 1)[0]).toMatch(/number 4 of all 5 .*number 2 of the 2 of 0 and number 2 of the 2 of 1; /)
  })

  it('say what speaks against and for it: the most suspect fifth, the unsuspicious half, equals sharing their middle place', () => {
    expect(statements(1, 3)[0]).toMatch(
      /; against it: labels, neighbourhoods, features, fit, label-free complexity; for it: nothing clearly$/,
    )
    // One voice in the first fifth of five edges is the first place alone; three edges without common neighbours share
    // the places 1 to 3.
    expect(statements(0, 1)[0]).toMatch(
      /; against it: nothing clearly; for it: labels, neighbourhoods, features, common neighbours, fit, kernel complexity, label-free complexity$/,
    )
  })

  it('give each kind of evidence with its place, ties named', () => {
    const [, labels, neighbourhoods, features, fit, complexity] = statements(1, 3)
    expect(labels).toBe(
      'labels: its ends look like classes 0 and 2, and neither end has a given label; by given labels and features their classes differ with a chance of 0.96 (number 1 of 5 by this alone)',
    )
    expect(neighbourhoods).toBe(
      "neighbourhoods: each end is alike to the other's neighbours by 0.15 on average, where 1 is the same (number 1 of 5 by this alone)",
    )
    expect(features).toBe(
      'features: alike by 13 % (number 1 of 5 by this alone); of the neighbours of both, 0 % are common (number 1 of 5 by this alone, with 2 others)',
    )
    expect(fit).toMatch(/^fit: .* are 0.050 to 1 \(number 1 of 5 by this alone\)$/)
    expect(complexity).toBe(
      'complexity: without it the aggregated rows of 1 (2 neighbours) and 3 (2 neighbours) move; the kernel complexity then falls by 1.2e-3 (number 1 of 5 by this alone, with 1 other), the label-free one rises by 3.4e-2 (number 1 of 5 by this alone; an edge between unlike nodes lowers it)',
    )
  })

  it('count given labels, and tell falling from rising and from no change', () => {
    expect(statements(0, 1)[1]).toMatch(/both ends look like class 0, and both ends have a given label; /)
    expect(statements(0, 2)[1]).toContain('one end has a given label')
    expect(statements(0, 1)[5]).toMatch(/kernel complexity then rises by 5.0e-1 .*the label-free one falls by 1.0e-1 /)
    expect(statements(0, 2)[5]).toMatch(/kernel complexity then stays as it is /)
    const leaf = statements(4, 5, fiveEdges({scored: new Uint8Array(5).fill(1)}))
    expect(leaf[5]).toMatch(/rows of 4 \(1 neighbour\) and 5 \(1 neighbour\) move/)
  })

  it('leave the label-free complexity out where there is none', () => {
    const without = fiveEdges({parts: {...scores.parts, labelFree: null}})
    expect(statements(1, 3, without).join(' ')).not.toContain('label-free')
  })
})
