import {describe, expect, it} from 'vitest'
import {refuseIdleFlags} from '../../src/cli/idle-flags.js'
import {UsageError} from '../../src/errors.js'

const refused = (flags: object, subject: 'stored states' | 'a model') => () => refuseIdleFlags(flags, subject, 'x.npz')

describe('flags that would change nothing', () => {
  it.each<[object, 'stored states' | 'a model', RegExp]>([
    [{sample: 'first'}, 'a model', /--sample says which rows --limit leaves/],
    [{split: false, anchors: 0.2}, 'stored states', /--anchors is a share of the split/],
    [{'image-shape': [28, 28]}, 'stored states', /--image-shape is for the inputs of a model/],
    [{'input-range': [0, 1]}, 'stored states', /--input-range is for the inputs of a model/],
    [{'batch-size': 8}, 'stored states', /--batch-size says how a model is run/],
  ])('%j for %s is refused', (flags, subject, message) => {
    expect(refused(flags, subject)).toThrow(UsageError)
    expect(refused(flags, subject)).toThrow(message)
  })

  it.each<[object, 'stored states' | 'a model']>([
    [{sample: 'first', limit: 10}, 'stored states'],
    [{split: true, anchors: 0.2}, 'a model'],
    [{'image-shape': [28, 28]}, 'a model'],
    [{'image-shape': [28, 28], pairs: 'copies.npz'}, 'stored states'],
    [{'batch-size': 8}, 'a model'],
  ])('%j for %s is not', (flags, subject) => {
    expect(refused(flags, subject)).not.toThrow()
  })
})
