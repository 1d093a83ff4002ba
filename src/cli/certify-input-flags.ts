import {UsageError} from '../errors.js'
import type {PerturbationRequest} from '../perturb/catalogue.js'
import {GROUP, maxMemory, names, numbers} from './flags.js'
import {Flags} from '@oclif/core'

const size = Flags.custom<[number, number]>({
  parse(text, _context, options) {
    const [height, width = height] =
      /^(\d{1,5})(?:x(\d{1,5}))?$/
        .exec(text.trim())
        ?.slice(1)
        .filter((part) => part !== undefined)
        .map(Number) ?? []
    if (!height || !width)
      throw new UsageError(`--${options.name} takes a size as 224 or height x width as 224x192, not '${text}'`)
    return Promise.resolve([height, width] as [number, number])
  },
})

/** Flags for converting images to numbers. */
export const IMAGE_FLAGS = [
  'image-size',
  'image-fit',
  'image-resize',
  'image-channels',
  'image-layout',
  'image-range',
  'image-mean',
  'image-std',
] as const

/** Flags for choosing a model's examples and converting them to numbers. */
export const inputFlags = {
  data: Flags.string({
    helpGroup: GROUP.input,
    description:
      'inputs and labels: npz, npy, csv, parquet, HDF5, safetensors, a folder of images by class, or texts with --tokenizer; not needed for embeddings',
  }),
  labels: Flags.string({
    helpGroup: GROUP.input,
    description: 'labels in a separate file (npy, npz, csv …), for --data or embeddings',
  }),
  'labels-name': Flags.string({
    helpGroup: GROUP.input,
    description:
      'array or column that holds the labels (default: labels): class numbers from 0, −1 and +1, one-hot columns, or text with --classes; −100: none',
  }),
  'inputs-name': Flags.string({
    helpGroup: GROUP.input,
    description: 'the one array to use as input (default: every array but the labels)',
  }),
  limit: Flags.integer({min: 1, helpGroup: GROUP.input, description: 'use at most this many rows'}),
  sample: Flags.string({
    options: ['random', 'stratified', 'first'],
    helpGroup: GROUP.input,
    description:
      'which rows --limit selects: drawn with the seed (random, the default), drawn with each class keeping its share (stratified), or the first',
  }),
  classes: names({
    helpGroup: GROUP.input,
    description:
      "class names in the order of the model's output: for image folders and texts (default: sorted), and for text labels",
  }),
  tokenizer: Flags.string({
    helpGroup: GROUP.input,
    description: 'tokenizer.json: --data is csv or JSON lines with texts',
  }),
  'text-name': Flags.string({
    dependsOn: ['tokenizer'],
    helpGroup: GROUP.input,
    description: 'column that holds the texts (default: text, sentence or content)',
  }),
  'max-tokens': Flags.integer({
    min: 1,
    max: 65_536,
    dependsOn: ['tokenizer'],
    helpGroup: GROUP.input,
    description: "cut texts to this many tokens (default: the model's length, else the tokenizer's, else 128)",
  }),
  'image-size': size({
    helpGroup: GROUP.input,
    description: "height and width of images, as 224 or 224x192 (default: the model's)",
  }),
  'image-fit': Flags.string({
    options: ['stretch', 'crop'],
    helpGroup: GROUP.input,
    description: 'how an image of another shape gets this size (default: stretch)',
  }),
  'image-resize': Flags.integer({
    min: 1,
    helpGroup: GROUP.input,
    description: 'with --image-fit crop: the shorter side before cropping (default: the size)',
  }),
  'image-channels': Flags.string({
    options: ['rgb', 'grey'],
    helpGroup: GROUP.input,
    description: "colour or grey (default: the model's)",
  }),
  'image-layout': Flags.string({
    options: ['chw', 'hwc'],
    helpGroup: GROUP.input,
    description: "channels before or after height and width (default: the model's)",
  }),
  'image-range': numbers({
    helpGroup: GROUP.input,
    description: 'what black and white become, before mean and deviation (default: 0,1)',
  }),
  'image-mean': numbers({helpGroup: GROUP.input, description: 'subtracted from each channel, as 0.485,0.456,0.406'}),
  'image-std': numbers({helpGroup: GROUP.input, description: 'divides each channel, as 0.229,0.224,0.225'}),
}

export const statesFlags = {
  'batch-size': Flags.integer({
    min: 1,
    helpGroup: GROUP.run,
    description: 'examples in one forward pass (default: up to 256, fewer for large inputs)',
  }),
  'max-memory': maxMemory(),
}

export interface InputFlags {
  data?: string | undefined
  labels?: string | undefined
  'labels-name'?: string | undefined
  'inputs-name'?: string | undefined
  limit?: number | undefined
  sample?: string | undefined
  classes?: string[] | undefined
  tokenizer?: string | undefined
  'text-name'?: string | undefined
  'max-tokens'?: number | undefined
  'image-size'?: [number, number] | undefined
  'image-fit'?: string | undefined
  'image-resize'?: number | undefined
  'image-channels'?: string | undefined
  'image-layout'?: string | undefined
  'image-range'?: number[] | undefined
  'image-mean'?: number[] | undefined
  'image-std'?: number[] | undefined
  'batch-size'?: number | undefined
  'max-memory'?: number | undefined
  layers?: string[] | undefined
  pool?: string | undefined
  output?: string | undefined
  'output-name'?: string | undefined
  task?: string | undefined
  'ignore-label'?: number | undefined
  perturb?: PerturbationRequest[] | undefined
  pairs?: string | undefined
  draws?: number | undefined
  thumbnails?: boolean
  'image-shape'?: number[] | undefined
  'input-range'?: number[] | undefined
  group?: string | undefined
  slice?: string | undefined
  seed: number
}
