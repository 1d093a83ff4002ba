import {describe, expect, it} from 'vitest'
import {checkOnnxInference} from '../../src/checkpoint/onnx-training.js'
import {encodeMessage, type Field} from '../../src/data/protobuf.js'
import {mlp} from './tiny-onnx.js'

const node = (op: string, inputs: string[], outputs: string[], attributes: Field[][] = []): Field[] => [
  ...inputs.map((name): Field => [1, name]),
  ...outputs.map((name): Field => [2, name]),
  [3, `n_${op}`],
  [4, op],
  ...attributes.map((attribute): Field => [5, attribute]),
]
const flag = (name: string, value: boolean): Field[] => [
  [2, 9],
  [8, name],
  [9, Uint8Array.of(value ? 1 : 0)],
]
const graph = (nodes: Field[][], initializers: Field[][] = []): Field[] => [
  ...nodes.map((n): Field => [1, n]),
  ...initializers.map((t): Field => [5, t]),
]
const check = (parts: Field[], functions: Field[] = []) =>
  checkOnnxInference(encodeMessage([[1, 8], [7, parts], ...functions]), 'm.onnx')

describe('ONNX operators of training', () => {
  it('are refused where they are active', () => {
    expect(() => check(graph([node('Dropout', ['x', 'r', 't'], ['y'])], [flag('t', true)]))).toThrow(
      /node n_Dropout \(Dropout\) drops values: its training_mode is true/,
    )
    expect(() =>
      check(
        graph([
          node(
            'Constant',
            [],
            ['t'],
            [
              [
                [1, 'value'],
                [5, flag('', true)],
              ],
            ],
          ),
          node('Dropout', ['x', 'r', 't'], ['y']),
        ]),
      ),
    ).toThrow(/drops values/)
    expect(() => check(graph([node('Dropout', ['x', 'r', 'given'], ['y'])]))).toThrow(/its training_mode is not false/)
    expect(() =>
      check(
        graph([
          node(
            'BatchNormalization',
            ['x'],
            ['y'],
            [
              [
                [1, 'training_mode'],
                [3, 1],
              ],
            ],
          ),
        ]),
      ),
    ).toThrow(/normalizes by the batch/)
    expect(() => check(graph([node('RandomNormalLike', ['x'], ['y'])]))).toThrow(/draws random numbers/)
  })

  it('are found in subgraphs and functions', () => {
    const inner = graph([node('RandomUniform', [], ['z'])])
    expect(() =>
      check(
        graph([
          node(
            'If',
            ['c'],
            ['y'],
            [
              [
                [1, 'then_branch'],
                [6, inner],
              ],
            ],
          ),
        ]),
      ),
    ).toThrow(/RandomUniform/)
    expect(() =>
      check(graph([]), [
        [
          25,
          [
            [1, 'f'],
            [7, node('Bernoulli', ['x'], ['y'])],
          ],
        ],
      ]),
    ).toThrow(/Bernoulli/)
    const deep = Array.from({length: 40}).reduce<Field[]>(
      (within) =>
        graph([
          node(
            'If',
            ['c'],
            ['y'],
            [
              [
                [1, 'then_branch'],
                [6, within],
              ],
            ],
          ),
        ]),
      inner,
    )
    expect(() => check(deep)).toThrow(/more than 16 deep/)
  })

  it('pass where they are off', () => {
    const passes = (...of: Parameters<typeof check>) => expect(() => check(...of)).not.toThrow()
    passes(
      graph(
        [
          node('Dropout', ['x', 'r', 't'], ['y']),
          node('Dropout', ['y'], ['z']),
          node('Dropout', ['y', 'r', ''], ['w']),
        ],
        [flag('t', false)],
      ),
    )
    passes(
      graph([
        node(
          'Constant',
          [],
          ['t'],
          [
            [
              [1, 'value'],
              [5, flag('', false)],
            ],
          ],
        ),
        node('Dropout', ['x', 'r', 't'], ['y']),
      ]),
    )
    passes(
      graph([
        node(
          'BatchNormalization',
          ['x'],
          ['y'],
          [
            [
              [1, 'training_mode'],
              [3, 0],
            ],
          ],
        ),
      ]),
    )
    expect(() => checkOnnxInference(mlp(), 'm.onnx')).not.toThrow()
  })
})
