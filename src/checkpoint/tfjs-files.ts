import type {io} from '@tensorflow/tfjs-core'
import {isJsonObject, type JsonObject, parseJson} from '../data/json.js'
import type {InputBytes} from '../data/read-file.js'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import {readBeside} from './weight-files.js'
import {size} from './pool.js'

/** Bytes per element of each weight type. */
const ELEMENT_BYTES: Record<string, number> = {float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1}

/** A saved TensorFlow.js model: `graph` is a converted SavedModel, which has nodes instead of layers. */
export interface TfjsFiles {
  graph: boolean
  artifacts: io.ModelArtifacts & {modelTopology: JsonObject}
  /** names, types and shapes of inputs and outputs, if the file states them */
  signature: JsonObject | null
  inputFiles: InputFile[]
}

/**
 * model.json and its weight shards in the form TensorFlow.js loads: architecture, and specification and bytes of every
 * weight.
 *
 * Cost    the shards are copied once into one buffer.
 * Throws  InputError  not the JSON of a TensorFlow.js model, a missing shard, or shards whose size does not match their
 *         weights (names the shard or the size).
 */
export async function readTfjsFiles(path: string, model: InputBytes): Promise<TfjsFiles> {
  const json = parseJson(model.bytes, path)
  if (!isJsonObject(json) || !isJsonObject(json.modelTopology)) {
    throw new InputError(`${path}: is JSON, but not a TensorFlow.js model: it has no object modelTopology`, [
      'give the model.json that model.save or tensorflowjs_converter wrote',
    ])
  }
  const weightSpecs: io.WeightsManifestEntry[] = []
  const shards: InputBytes[] = []
  for (const group of manifest(json, path)) {
    const parts = await Promise.all(group.paths.map((name) => readBeside(path, name)))
    const found = parts.reduce((sum, part) => sum + part.bytes.length, 0)
    const expected = group.weights.reduce((sum, weight) => sum + weightBytes(weight, path), 0)
    if (found !== expected) {
      throw new InputError(
        `${path}: ${group.paths.join(', ')} ${group.paths.length === 1 ? 'has' : 'have'} ${found} bytes, but the weights in it need ${expected}`,
        ['copy model.json and all weight files again: they do not belong together'],
      )
    }
    weightSpecs.push(...group.weights)
    shards.push(...parts)
  }
  // A view into Node's shared pool would expose unrelated bytes: TensorFlow.js needs its own buffer.
  const weightData = Uint8Array.from(Buffer.concat(shards.map((shard) => shard.bytes))).buffer
  const signature = isJsonObject(json.signature)
    ? json.signature
    : isJsonObject(json.userDefinedMetadata) && isJsonObject(json.userDefinedMetadata.signature)
      ? json.userDefinedMetadata.signature
      : null
  return {
    graph: json.format === 'graph-model' || 'node' in json.modelTopology,
    artifacts: {modelTopology: json.modelTopology, weightSpecs, weightData, ...(signature === null ? {} : {signature})},
    signature,
    inputFiles: [model.file, ...shards.map((shard) => shard.file)],
  }
}

interface WeightGroup {
  paths: string[]
  weights: io.WeightsManifestEntry[]
}

function manifest(json: JsonObject, path: string): WeightGroup[] {
  const groups = json.weightsManifest
  const valid =
    Array.isArray(groups) &&
    groups.every(
      (group: unknown) =>
        isJsonObject(group) &&
        isList(group.paths, (name) => typeof name === 'string') &&
        isList(group.weights, isWeight),
    )
  if (!valid) throw new InputError(`${path}: its weightsManifest is missing or damaged`, ['save the model again'])
  return groups as WeightGroup[]
}

const isList = (value: unknown, check: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(check)

const isWeight = (value: unknown): boolean =>
  isJsonObject(value) &&
  typeof value.name === 'string' &&
  isList(value.shape, (length) => Number.isSafeInteger(length) && (length as number) >= 0)

function weightBytes({name, shape, dtype, quantization}: io.WeightsManifestEntry, path: string): number {
  const stored = quantization?.dtype ?? dtype
  const bytes = ELEMENT_BYTES[stored]
  if (bytes === undefined)
    throw new InputError(`${path}: the weight ${name} is of type ${String(stored)}, which surety does not read`, [
      `store it as one of ${Object.keys(ELEMENT_BYTES).join(', ')}`,
    ])
  return size(shape) * bytes
}
