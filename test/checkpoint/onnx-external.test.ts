import {describe, expect, it} from 'vitest'
import {externalFiles} from '../../src/checkpoint/onnx-external.js'
import {encodeMessage, type Field} from '../../src/data/protobuf.js'
import {mlp} from './tiny-onnx.js'

const outside: Field[] = [
  [8, 'w'],
  [
    13,
    [
      [1, 'offset'],
      [2, '0'],
    ],
  ],
  [
    13,
    [
      [1, 'location'],
      [2, 'w.bin'],
    ],
  ],
  [14, 1],
]
const constant = (tensor: Field): Field => [
  1,
  [
    [4, 'Constant'],
    [2, 'c'],
    [5, [[1, 'value'], tensor]],
  ],
]
const files = (...model: Field[]) => externalFiles(encodeMessage(model), 'm.onnx')

describe('files in which tensors lie', () => {
  it.each<[string, Field]>([
    ['weights', [7, [[5, outside]]]],
    ['sparse weights', [7, [[15, [[1, outside]]]]]],
    ['constants in nodes', [7, [constant([5, outside])]]],
    ['lists of constants', [7, [constant([10, outside])]]],
    ['sparse constants', [7, [constant([22, [[2, outside]]])]]],
    [
      'weights of a branch',
      [
        7,
        [
          [
            1,
            [
              [4, 'If'],
              [
                5,
                [
                  [1, 'then_branch'],
                  [6, [[5, outside]]],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
    [
      'constants of a branch in a loop',
      [
        7,
        [
          [
            1,
            [
              [4, 'Loop'],
              [
                5,
                [
                  [
                    6,
                    [
                      [
                        1,
                        [
                          [4, 'If'],
                          [5, [[11, [constant([5, outside])]]]],
                        ],
                      ],
                    ],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
    [
      'constants of a function',
      [
        25,
        [
          [
            7,
            [
              [4, 'Constant'],
              [5, [[5, outside]]],
            ],
          ],
        ],
      ],
    ],
    ['weights for training', [20, [[1, [[5, outside]]]]]],
    [
      'an entry whose value stands before its key',
      [
        7,
        [
          [
            5,
            [
              [
                13,
                [
                  [2, 'w.bin'],
                  [1, 'location'],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
    [
      'an entry that names its value twice',
      [
        7,
        [
          [
            5,
            [
              [
                13,
                [
                  [2, 'other.bin'],
                  [1, 'location'],
                  [2, 'w.bin'],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
  ])('%s', (_, field) => {
    expect(files(field)).toEqual(['w.bin'])
  })

  it('are none where everything is inside, and each once, sorted', () => {
    expect(externalFiles(mlp(), 'm.onnx')).toEqual([])
    const at = (name: string): Field => [
      5,
      [
        [
          13,
          [
            [1, 'location'],
            [2, name],
          ],
        ],
      ],
    ]
    expect(files([7, [at('b'), at('a'), constant(at('b'))]])).toEqual(['a', 'b'])
  })

  it('graphs inside of each other have a limit', () => {
    const nested = (depth: number): Field[] => [[1, [[5, [[6, depth === 0 ? [[5, outside]] : nested(depth - 1)]]]]]]
    expect(files([7, nested(19)])).toEqual(['w.bin'])
    expect(() => files([7, nested(40)])).toThrow(
      'm.onnx: its graphs are nested deeper than 64 messages, which is the limit',
    )
  })
})
