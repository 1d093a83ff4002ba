import type {Tensor} from '@tensorflow/tfjs-core'
import {beforeAll, describe, expect, it} from 'vitest'
import {loadTensorFlow, type TensorFlow} from '../../src/checkpoint/tensorflow.js'
import {fgsm, gradientAttack, pgd} from '../../src/perturb/gradient-attack.js'
import {random} from '../../src/stats/random.js'

let tf: TensorFlow['tf']
beforeAll(async () => {
  tf = (await loadTensorFlow()).tf
})

const WEIGHTS = [2, -1, 0.5]
/**
 * Of a linear loss the worst point within the bounds is known: up where the weight is positive, down where it is
 * negative.
 */
const linear = (x: Tensor) => tf.sum(tf.mul(x, tf.tensor1d(WEIGHTS)), 1)

describe('gradientAttack', () => {
  it('FGSM finds the worst point of a linear loss, within radius and range', () => {
    const x = [
      [0.5, 0.5, 0.5],
      [0.95, 0.02, 0],
    ]
    const found = gradientAttack(tf, tf.tensor2d(x), linear, fgsm(0.1, [0, 1])).arraySync() as number[][]
    const expected = [
      [0.6, 0.4, 0.6],
      [1, 0, 0.1],
    ]
    found.forEach((row, i) => row.forEach((value, k) => expect(value).toBeCloseTo(expected[i]![k]!, 6)))
  })

  it('PGD gets there too from a random start', () => {
    const found = gradientAttack(
      tf,
      tf.tensor2d([[0.5, 0.5, 0.5]]),
      linear,
      pgd(0.1, [0, 1]),
      random(1),
    ).arraySync() as number[][]
    ;[0.6, 0.4, 0.6].forEach((value, k) => expect(found[0]![k]).toBeCloseTo(value, 6))
  })

  it('PGD follows a curved loss where one step overshoots', () => {
    // The highest point of −(x − 0.53)² is 0.03 away.
    const hill = (x: Tensor) => tf.neg(tf.square(tf.sub(tf.reshape(x, [-1]), 0.53)))
    const one = gradientAttack(tf, tf.tensor2d([[0.5]]), hill, fgsm(0.1, [0, 1])).dataSync()[0]!
    const many = gradientAttack(tf, tf.tensor2d([[0.5]]), hill, pgd(0.1, [0, 1], 40)).dataSync()[0]!
    expect(one).toBeCloseTo(0.6, 6)
    expect(Math.abs(many - 0.53)).toBeLessThan(0.0063)
  })

  it('radius 0 leaves the inputs, and no tensor is left behind', () => {
    const x = tf.tensor2d([[0.3, 0.4, 0.5]])
    const before = tf.memory().numTensors
    const found = gradientAttack(tf, x, (inputs) => tf.tidy(() => linear(inputs)), pgd(0, [0, 1]), random(1))
    expect([...found.dataSync()]).toEqual([...x.dataSync()])
    found.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('every row has a loss of its own: other rows do not matter', () => {
    const attack = pgd(0.2, [-1, 1])
    const both = gradientAttack(
      tf,
      tf.tensor2d([
        [0, 0, 0],
        [0.9, 0.9, 0.9],
      ]),
      linear,
      attack,
    ).arraySync() as number[][]
    expect(both[0]).toEqual((gradientAttack(tf, tf.tensor2d([[0, 0, 0]]), linear, attack).arraySync() as number[][])[0])
  })
})
