import {expect, it} from 'vitest'
import {splitSummary} from '../../src/render/answer.js'

it.each([
  [
    'Accuracy 97.6 % (at least 95.9 %; a guess: 11.6 %). At least 71 % do. So.',
    'Accuracy 97.6 % (at least 95.9 %; a guess: 11.6 %).',
    'At least 71 % do. So.',
  ],
  [
    'found: 517 edges (438 to 595), at least .9; 364 of 1765',
    'found: 517 edges (438 to 595), at least .9',
    '364 of 1765',
  ],
  ['one of 2.5 only', 'one of 2.5 only', ''],
  ['', '', ''],
])('the headline of %j is its first sentence', (summary, first, rest) => {
  expect(splitSummary(summary)).toEqual([first, rest])
})
