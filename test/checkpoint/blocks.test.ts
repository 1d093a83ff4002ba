import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {blockOf, bottlenecks, mainInput, onePerBlock, type Step} from '../../src/checkpoint/blocks.js'

/** By the definition: without v there is no path from source to target. */
function slowBottlenecks(steps: readonly Step[], source: string, target: string): Set<string> {
  const reaches = (without: string | null) => {
    const seen = new Set([source].filter((name) => name !== without))
    for (const {name, inputs} of steps) if (name !== without && inputs.some((input) => seen.has(input))) seen.add(name)
    return seen.has(target)
  }
  return new Set(reaches(null) ? [source, ...steps.map(({name}) => name)].filter((name) => !reaches(name)) : [])
}

describe('bottlenecks', () => {
  it('of a residual block are its ends', () => {
    const steps = [
      {name: 'a', inputs: ['x']},
      {name: 'b', inputs: ['a']},
      {name: 'c', inputs: ['b']},
      {name: 'sum', inputs: ['a', 'c']},
      {name: 'y', inputs: ['sum']},
    ]
    expect([...bottlenecks(steps, 'x', 'y')]).toEqual(['x', 'a', 'sum', 'y'])
  })

  it('are those of the definition, for any graph', () => {
    const graph = fc.array(fc.array(fc.nat(30), {minLength: 1, maxLength: 3}), {minLength: 1, maxLength: 16})
    fc.assert(
      fc.property(graph, (edges) => {
        const steps = edges.map((from, k) => ({name: `n${k + 1}`, inputs: from.map((f) => `n${f % (k + 1)}`)}))
        const target = steps.at(-1)!.name
        expect(new Set(bottlenecks(steps, 'n0', target))).toEqual(slowBottlenecks(steps, 'n0', target))
      }),
      {seed: 3, numRuns: 300},
    )
  })
})

it.each([
  ['bert/encoder/layer.3/output/LayerNorm', 'bert/encoder/layer.3'],
  ['layer1/layer1.0/relu_1/Relu', 'layer1/layer1.0'],
  ['transformer/h.11/mlp/c_proj', 'transformer/h.11'],
  ['conv2_block1_out', 'conv2_block1'],
  ['block1_conv2', 'block1'],
  ['blocks.12/mlp/act', 'blocks.12'],
  ['dense_1', null],
  ['Relu_7', null],
])('%s belongs to the block %s', (name, block) => expect(blockOf(name)).toBe(block))

it('one layer a block is the last one of neighbours', () => {
  expect(onePerBlock(['stem', 'block1_a', 'block1_b', 'block2_a', 'head', 'other'])).toEqual([
    'stem',
    'block1_b',
    'block2_a',
    'head',
    'other',
  ])
})

it('the main input is neither mask nor token types', () => {
  expect(mainInput(['attention_mask', 'token_type_ids', 'input_ids'])).toBe('input_ids')
  expect(mainInput(['mask'])).toBe('mask')
})
