import type {DataFormat} from '../checkpoint/data-types.js'
import {UsageError} from '../errors.js'
import {IMAGE_FLAGS} from './certify-input-flags.js'

type Flags = Readonly<Record<string, unknown>>

/** Flags for converting --data to inputs, which stored states do not have. */
const OF_DATA = ['data', 'inputs-name', 'tokenizer', 'text-name', 'max-tokens', 'batch-size']

/** Throws UsageError: a flag that would have no effect. */
export function refuseIdleFlags(flags: object, subject: 'stored states' | 'a model', path: string): void {
  if (given(flags, ['sample']) !== undefined && given(flags, ['limit']) === undefined)
    throw new UsageError('--sample says which rows --limit leaves, and without it all are used', [
      'add --limit, or leave --sample out',
    ])
  if ((flags as Flags)['split'] === false && given(flags, ['anchors']) !== undefined)
    throw new UsageError('--anchors is a share of the split, and --no-split makes none', ['leave one of them out'])
  if (subject === 'a model') return
  const ofImages =
    given(flags, ['perturb', 'pairs']) === undefined ? given(flags, ['image-shape', 'input-range']) : undefined
  if (ofImages !== undefined)
    throw new UsageError(
      `--${ofImages} is for the inputs of a model, but ${path} holds hidden states without inputs, so it would change nothing`,
      [`leave --${ofImages} out`],
    )
  const idle = given(flags, [...OF_DATA, ...IMAGE_FLAGS])
  if (idle !== undefined)
    throw new UsageError(
      `--${idle} says how a model is run, but ${path} holds hidden states of its own rows, so it would change nothing`,
      [`leave --${idle} out, or give the model instead of its hidden states`],
    )
}

/** The same for flags that apply only to some kinds of data sets. */
export function refuseIdleDataFlags(flags: object, format: DataFormat | undefined, path: string): void {
  const images = format === 'images' ? undefined : given(flags, IMAGE_FLAGS)
  if (images !== undefined)
    throw new UsageError(`--${images} is for folders of images, but ${path} is not one, so it would change nothing`, [
      `leave --${images} out`,
    ])
  const elsewhere = format === 'images' || format === 'text' ? given(flags, ['labels', 'inputs-name']) : undefined
  if (elsewhere !== undefined)
    throw new UsageError(
      `--${elsewhere} is for arrays and tables, but ${path} holds ${format === 'images' ? 'images in a folder for each class' : 'texts with their labels'}, so it would change nothing`,
      [`leave --${elsewhere} out`],
    )
  if (format === 'images' && given(flags, ['labels-name']) !== undefined)
    throw new UsageError(`--labels-name is for arrays and tables, but the labels of ${path} are its folders`, [
      'leave --labels-name out, or order the folders with --classes',
    ])
}

const given = (flags: object, names: readonly string[]): string | undefined =>
  names.find((name) => (flags as Flags)[name] !== undefined)
