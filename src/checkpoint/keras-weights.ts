import type {Hdf5File} from '../data/hdf5.js'
import type {NamedArray} from '../data/named-array.js'
import type {KerasLeaf} from './keras-config.js'

/** The weights of one layer, in the order in which the layer created them. */
export type WeightsOf = (leaf: KerasLeaf) => NamedArray[]

/**
 * Weights of a whole-model or weights HDF5 file of Keras 2 (and of Keras 3's .h5): one group per layer with the
 * attribute `weight_names`; a nested model also has one group, whose names give its layers.
 */
export function legacyWeights(file: Hdf5File): WeightsOf {
  const root = file.members('model_weights').length > 0 ? 'model_weights' : ''
  return ({path}) => {
    const group = `${root === '' ? '' : `${root}/`}${path[0]!}`
    const names = listAttribute(file, group, 'weight_names')
    const own = path.length === 1 ? names : names.filter((name) => name.split('/').slice(0, -1).includes(path.at(-1)!))
    return own.map((name) => file.read(`${group}/${name}`))
  }
}

/** h5py cannot store long attributes: Keras then cuts the list into `name0`, `name1`, … */
function listAttribute(file: Hdf5File, group: string, name: string): string[] {
  const whole = file.attribute(group, name)
  if (whole !== null) return [whole].flat()
  const parts: string[] = []
  for (let i = 0; ; i++) {
    const part = file.attribute(group, `${name}${i}`)
    if (part === null) return parts
    parts.push(...[part].flat())
  }
}

/** Sublayers with weights, in the order of the layer's weights. */
const PARTS = ['cell', 'layer', 'forward_layer', 'backward_layer']

/**
 * Weights of a .keras archive: `vars/0`, `vars/1`, … in one group per layer. Keras 2.12 and 2.13 have another name for
 * `layers`.
 */
export function archiveWeights(file: Hdf5File): WeightsOf {
  const older = file.members('_layer_checkpoint_dependencies').length > 0
  const variables = (group: string): NamedArray[] => [
    ...file.members(`${group}/vars`).map((name) => file.read(`${group}/vars/${name}`)),
    ...PARTS.filter((part) => file.members(`${group}/${part}`).length > 0).flatMap((part) =>
      variables(`${group}/${part}`),
    ),
  ]
  return ({group}) =>
    variables(older ? group.replaceAll(/(^|\/)layers\//g, '$1_layer_checkpoint_dependencies/') : group)
}
