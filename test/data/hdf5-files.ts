import * as h5 from 'h5wasm'

export interface Group {
  attributes?: Record<string, string | string[]>
  datasets?: Record<
    string,
    {
      data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array
      shape: number[]
      compression?: number
      chunks?: number[]
    }
  >
  groups?: Record<string, Group>
}

let files = 0

/** An HDF5 file of groups, attributes and data sets, made with the HDF5 library. */
export async function hdf5Bytes(root: Group): Promise<Uint8Array> {
  await h5.ready
  const name = `/made-${files++}.h5`
  const file = new h5.File(name, 'w')
  const fill = (at: h5.Group, {attributes = {}, datasets = {}, groups = {}}: Group): void => {
    for (const [key, value] of Object.entries(attributes)) at.create_attribute(key, value)
    for (const [key, dataset] of Object.entries(datasets)) at.create_dataset({name: key, ...dataset})
    for (const [key, group] of Object.entries(groups)) fill(at.create_group(key), group)
  }
  fill(file, root)
  file.close()
  const bytes = h5.FS!.readFile(name)
  h5.FS!.unlink(name)
  return bytes
}
