import {existsSync} from 'node:fs'
import {dirname, isAbsolute, join, normalize} from 'node:path'
import {type InputBytes, readInput} from '../data/read-file.js'
import {InputError} from '../errors.js'

/**
 * Reads a weight file that a model refers to, from the model's folder.
 *
 * Throws  InputError  the path leaves that folder, or there is no such file (names model and file).
 */
export async function readBeside(model: string, name: string): Promise<InputBytes> {
  if (isAbsolute(name) || normalize(name).startsWith('..')) {
    throw new InputError(`${model}: keeps weights in '${name}', outside of its own folder`, [
      'save the model with its weights beside it',
    ])
  }
  const path = join(dirname(model), name)
  if (!existsSync(path))
    throw new InputError(`${model}: keeps weights in '${name}', but there is no such file beside it`, [
      'copy all weight files into the folder of the model',
    ])
  return readInput(path)
}
