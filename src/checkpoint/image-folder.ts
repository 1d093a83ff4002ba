import {createHash} from 'node:crypto'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {decodeImage, loadDecoders} from '../data/images/decode-image.js'
import {type ImageOptions, possibleRange, prepareImage} from '../data/images/prepare-image.js'
import {changed, hashOf} from '../data/read-file.js'
import {InputError, UsageError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {ModelInput} from './bind-inputs.js'
import {lazyArray} from './sample.js'
import type {ClassData} from './data-types.js'

/** Options; everything else follows from the model's input. */
export interface ImageFlags
  extends Partial<Pick<ImageOptions, 'fit' | 'shorter' | 'channels' | 'layout' | 'range' | 'mean' | 'std'>> {
  /** height and width */
  size?: readonly [number, number]
  /** subfolder names in the order of the model's classes; default: sorted */
  classes?: readonly string[]
}

const IMAGE = /\.(png|jpe?g)$/i
const MAX_IMAGES = 500_000
const MAX_IMAGE_BYTES = 256 * 2 ** 20
const MAX_SIDE = 4096

interface Listed {
  path: string
  label: number
}

/**
 * Images in one subfolder per class, as one lazy input [rows, channels, height, width] or [rows, height, width,
 * channels]: a batch is decoded on demand.
 *
 * Order     classes sorted by name (code units), or in the order of `classes`; images of a class sorted by name.
 * Cost      every file is read and hashed twice: once for the hash of the folder, once for its batch.
 * Throws    InputError  no subfolder with images, a damaged image, or one that changed after hashing (thrown when it is
 *           read); UsageError no size is known, options that do not fit.
 */
export async function readImageFolder(
  folder: string,
  flags: ImageFlags,
  input: ModelInput | null,
  channelsFirst: boolean,
  notes: Note[],
): Promise<ClassData> {
  const {classes, images} = listImages(folder, flags.classes)
  const options = imageOptions(flags, input, channelsFirst, folder)
  const decoders = await loadDecoders()
  const hash = createHash('sha256')
  const hashes: string[] = []
  let bytes = 0
  for (const {path} of images) {
    const content = readImage(join(folder, path))
    hashes.push(hashOf(content))
    hash.update(`${path}\0${hashes.at(-1)!}\n`)
    bytes += content.length
  }
  const {width, height, channels, layout} = options
  const one = layout === 'chw' ? [channels, height, width] : [height, width, channels]
  const read = (first: number, count: number) => {
    const out = new Float32Array(count * channels * height * width)
    for (let k = 0; k < count; k++) {
      const path = join(folder, images[first + k]!.path)
      const content = readImage(path)
      if (hashOf(content) !== hashes[first + k]) throw changed(path)
      out.set(prepareImage(decodeImage(content, path, decoders), options), k * channels * height * width)
    }
    return out
  }
  notes.push({
    level: 'info',
    code: 'class-names',
    message: `classes by folder: ${classes
      .slice(0, 20)
      .map((name, label) => `${label} ${name}`)
      .join(', ')}${classes.length > 20 ? ', …' : ''}`,
  })
  if (flags.classes === undefined && classes.length > 10 && classes.every((name) => /^\d+$/.test(name))) {
    notes.push({
      level: 'warning',
      code: 'class-order',
      message: `the folders are numbers but are ordered as text (${classes.slice(0, 3).join(', ')}, …), as most training programs do; if the model has another order, name it`,
    })
  }
  return {
    rows: images.length,
    inputs: [lazyArray({name: 'inputs', shape: [images.length, ...one], possible: possibleRange(options)}, read)],
    labels: Int32Array.from(images, ({label}) => label),
    inputFiles: [{path: folder, sha256: hash.digest('hex'), bytes}],
    format: 'images',
    classNames: classes,
    preparation: {...options, range: [...options.range], mean: [...options.mean], std: [...options.std]},
  }
}

function listImages(folder: string, order: readonly string[] | undefined): {classes: string[]; images: Listed[]} {
  const isFolder = (name: string) => statSync(join(folder, name)).isDirectory()
  const found = readdirSync(folder)
    .filter((name) => !name.startsWith('.') && isFolder(name))
    .sort()
  const missing = order?.find((name) => !found.includes(name))
  if (missing !== undefined)
    throw new UsageError(
      `${option('classes')} names '${missing}', but ${folder} has no such subfolder; it has ${found.slice(0, 8).join(', ') || 'none'}`,
      ["name the subfolders in the order of the model's classes"],
    )
  const classes = order === undefined ? found : [...order]
  const images: Listed[] = []
  classes.forEach((name, label) => {
    for (const file of readdirSync(join(folder, name))
      .filter((entry) => IMAGE.test(entry))
      .sort())
      images.push({path: `${name}/${file}`, label})
    if (images.length > MAX_IMAGES)
      throw new InputError(`${folder}: holds more than ${MAX_IMAGES} images, which is the limit`, ['use a part of it'])
  })
  if (images.length === 0)
    throw new InputError(`${folder}: holds no PNG or JPEG image in a subfolder`, [
      'put the images of each class into a subfolder with its name',
      'or give a folder of npy files',
    ])
  return {classes, images}
}

function readImage(path: string): Uint8Array {
  try {
    const {size} = statSync(path)
    if (size > MAX_IMAGE_BYTES)
      throw new InputError(`${path}: has ${size} bytes, the limit is ${MAX_IMAGE_BYTES}`, ['make the image smaller'])
    return readFileSync(path)
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      ['leave the folder as it is during the run', 'check its permissions'],
      {cause: error},
    )
  }
}

/** Size, channels and layout: from the options, else from the model's input. */
function imageOptions(
  flags: ImageFlags,
  input: ModelInput | null,
  channelsFirst: boolean,
  folder: string,
): ImageOptions {
  const shape = input?.shape?.slice(1) ?? []
  const isChannels = (length: number | undefined) => length === 1 || length === 3
  const layout =
    flags.layout ??
    (shape.length === 3 && isChannels(shape[0]) !== isChannels(shape[2])
      ? isChannels(shape[0])
        ? 'chw'
        : 'hwc'
      : channelsFirst
        ? 'chw'
        : 'hwc')
  const [height, width] =
    flags.size ?? (shape.length !== 3 ? [-1, -1] : layout === 'chw' ? [shape[1]!, shape[2]!] : [shape[0]!, shape[1]!])
  if (!(height > 0 && width > 0))
    throw new UsageError(`${folder}: the model does not say which size its images have`, [
      `give it with ${option('imageSize')}, as 224 or 224x192`,
    ])
  if (height > MAX_SIDE || width > MAX_SIDE)
    throw new InputError(`${folder}: images of ${height} × ${width} are asked for, the limit is ${MAX_SIDE} a side`, [
      'use smaller images',
    ])
  const stated = layout === 'chw' ? shape[0] : shape[2]
  const channels = flags.channels ?? (stated === 1 ? 1 : 3)
  const perChannel = (values: readonly number[] | undefined, otherwise: number, name: string) => {
    const list = values ?? [otherwise]
    if (list.length !== 1 && list.length !== channels)
      throw new UsageError(
        `${option(name)} gives ${list.length} numbers for ${channels} channel${channels === 1 ? '' : 's'}`,
        ['give one number, or one for each channel'],
      )
    return Array.from({length: channels}, (_, c) => list[c] ?? list[0]!)
  }
  const std = perChannel(flags.std, 1, 'imageStd')
  if (std.some((value) => !(value > 0)))
    throw new UsageError(`${option('imageStd')} is ${std.join(',')}; each deviation is above 0`)
  const shorter = flags.shorter ?? null
  if (shorter !== null && (shorter < Math.max(width, height) || shorter > MAX_SIDE))
    throw new UsageError(
      `${option('imageResize')} is ${shorter}; it is at least the size of the images and at most ${MAX_SIDE}`,
    )
  return {
    width,
    height,
    channels,
    layout,
    fit: flags.fit ?? 'stretch',
    shorter,
    range: flags.range ?? [0, 1],
    mean: perChannel(flags.mean, 0, 'imageMean'),
    std,
  }
}
