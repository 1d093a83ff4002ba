import {describe, expect, it} from 'vitest'
import {resolveTask, type TaskSigns} from '../../../src/checkpoint/tasks/resolve.js'
import {answersOf} from '../../../src/checkpoint/tasks/targets.js'
import type {OutputKind} from '../../../src/checkpoint/types.js'

type Kind = OutputKind | undefined

function resolved(
  values: number[],
  shape: number[],
  output: number[],
  kind: Kind,
  asked: TaskSigns['asked'] = 'auto',
): string {
  const array = {name: 'labels', shape, type: 'f8' as const, data: Float64Array.from(values)}
  const {labels, targets = null} = answersOf(array, 'd.npz', {task: asked}, [])
  const found = resolveTask({asked, targets, labels, output: {name: 'y', shape: output, kind}})
  return found.task === 'tokens' ? `tokens ${found.axis}` : found.task
}

describe('the task that targets and output prove', () => {
  it.each<[string, number[], number[], number[], Kind]>([
    ['classes', [0, 2, 1, 1], [4], [3], 'logits'],
    ['classes', [0, 1, 1, 0], [4, 1], [1], 'probabilities'],
    ['classes', [1, 0, 0, 1], [2, 2], [2], 'probabilities'],
    ['multi-label', [1, 1, 0, 1], [2, 2], [2], 'logits'],
    ['multi-label', [1, 1, 0, 0], [2, 2], [2], 'one-vs-rest'],
    ['regression', [0.5, 1, 2, 3], [4], [1], 'logits'],
    ['regression', [0.5, 1, 2, 3], [2, 2], [2], undefined],
    ['tokens last', [0, 1, 2, 1], [2, 2], [2, 3], 'logits'],
    ['tokens first', [0, 1, 2, 1], [2, 2], [3, 2], undefined],
    ['tokens none', [0, 1, 1, 1, 0, 1, 1, 1], [2, 2, 2], [1, 2, 2], 'one-vs-rest'],
    ['tokens none', [0, 1, 1, 1, 0, 1, 1, 1], [2, 2, 2], [2, 2], 'logits'],
  ])('is %s', (task, values, shape, output, kind) => {
    expect(resolved(values, shape, output, kind)).toBe(task)
  })

  it.each<[RegExp, number[], number[], number[], Kind]>([
    [/amounts of a regression, or classes/, [0, 2, 1, 1], [4], [1], 'logits'],
    [/softmax: a regression, or classes with shares/, [0.5, 0.5, 0.25, 0.75], [2, 2], [2], 'probabilities'],
    [/sigmoid: a regression, or classes with shares/, [0.5, 0.25], [2], [1], 'one-vs-rest'],
    [/a single 1, and the output y a sigmoid/, [1, 0, 0, 1], [2, 2], [2], 'one-vs-rest'],
    [/softmax, which gives one class per row/, [1, 1, 0, 1], [2, 2], [2], 'probabilities'],
    [/whole numbers, as many as the output/, [1, 3, 0, 1], [2, 2], [2], 'logits'],
    [/not classes, and a regression needs as many/, [0.5, 1, 2, 3], [2, 2], [3], 'logits'],
    [/they fit no task/, [0, 1, 2, 1], [2, 2], [3], 'logits'],
    [/first or the last axis/, [0, 1, 2, 1], [2, 2], [2, 2], 'logits'],
  ])('refuses %s', (message, values, shape, output, kind) => {
    expect(() => resolved(values, shape, output, kind)).toThrow(message)
  })

  it('takes the task that was asked for, if the shapes allow it', () => {
    expect(resolved([0, 2, 1, 1], [4], [1], 'logits', 'regression')).toBe('regression')
    expect(resolved([1, 0, 0, 1], [2, 2], [2], 'one-vs-rest', 'multi-label')).toBe('multi-label')
    expect(() => resolved([1, 2, 0, 1], [2, 2], [2], 'one-vs-rest', 'multi-label')).toThrow(
      'holds 2 at row 0, column 1',
    )
    expect(() => resolved([1, 0.5, 0, 1], [2, 2], [2, 3], 'logits', 'tokens')).toThrow('whole numbers')
    expect(() => resolved([1, 2, 3], [3], [2], 'logits', 'regression')).toThrow('as many numbers of both')
  })
})
