import {existsSync, readdirSync, statSync} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomic} from '../data/atomic-write.js'
import {isJsonObject, type JsonObject, parseJson} from '../data/json.js'
import {readInput} from '../data/read-file.js'
import {InputError, UsageError} from '../errors.js'
import type {Keep, OpenKept} from '../frame/kept-parts.js'
import {checksumOf, sha256, withChecksum} from '../frame/checksum.js'
import {digestText} from '../frame/json.js'
import {misfit} from '../documents/schema.js'
import type {Frame} from '../frame/report.js'

/** Identifies the run that a folder's parts belong to. */
const RUN = 'run.json'
const ANEW = 'start again in another folder'
const DELETE = 'delete this file: its part is computed again'

/**
 * The folder of --resume: finished parts of a run as files, written atomically. The same run continues from them;
 * another one is refused.
 *
 * `definition`  definition of a part in the schema of partial results.
 * Throws  UsageError  the folder holds other files.
 *         InputError  it belongs to another run (names what differs), or a part is damaged (names its file).
 */
export const keptIn =
  <Part extends object>(folder: string, definition: string, frame: Frame): OpenKept<Part> =>
  async (plan) => {
    await claim(folder, {...agreementOf(frame), plan: sha256(digestText(plan))})
    const keep: Keep<Part> = async (name, make) => {
      const path = join(folder, `${name}.json`)
      const source = {place: path, next: [DELETE]}
      if (existsSync(path)) return {part: await readPart<Part>(path, name, definition), ...source}
      const part = await make()
      await writeFileAtomic(path, digestText(withChecksum({name, part})))
      return {part, ...source}
    }
    return keep
  }

/**
 * Makes the folder that of this run, or finds that it is; what names the run, for its pieces.
 *
 * Throws  as keptIn.
 */
export async function claimRun(folder: string, frame: Frame, plan: object): Promise<string> {
  await claim(folder, {...agreementOf(frame), plan: sha256(digestText(plan))})
  return nameOfRun(folder)
}

/**
 * The run of a folder for a process that does not read the inputs: everything else must agree.
 *
 * Throws  UsageError  the folder holds no run.
 *         InputError  it belongs to another run (names what differs).
 */
export async function joinRun(folder: string, frame: Frame): Promise<string> {
  const path = join(folder, RUN)
  if (!existsSync(path))
    throw new UsageError(`--resume ${folder} holds no ${RUN}`, ['run the stage draw first, with the same --resume'])
  const {inputs, plan} = await readChecked(path, ANEW)
  await claim(folder, {...agreementOf(frame), inputs: inputs as never, plan: plan as never})
  return nameOfRun(folder)
}

const nameOfRun = async (folder: string): Promise<string> => checksumOf(await readChecked(join(folder, RUN), ANEW))

/** Everything, besides the plan, that a run and its continuation must have in common. */
function agreementOf({command, version, seed, config, inputs, engine}: Frame) {
  return {
    command,
    version,
    seed,
    config,
    inputs: inputs.map(({sha256, bytes}) => ({sha256, bytes})),
    engine: {name: engine.name, precision: engine.precision},
  }
}

async function claim(folder: string, agreement: JsonObject): Promise<void> {
  const path = join(folder, RUN)
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UsageError(`--resume ${folder} is a file, not a folder`, ['choose a new folder'])
  if (!existsSync(path)) {
    // Ignore leftovers of interrupted writes.
    if (existsSync(folder) && readdirSync(folder).some((name) => name !== RUN && !name.endsWith('.tmp')))
      throw new UsageError(`--resume ${folder} holds files, but no ${RUN}: it is not the folder of a run`, [
        'choose a new folder',
      ])
    await mkdir(folder, {recursive: true}).catch((cause: unknown) => {
      throw new UsageError(
        `--resume ${folder} cannot be made: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
        ['choose another folder'],
        {cause},
      )
    })
    return writeFileAtomic(path, digestText(withChecksum(agreement)))
  }
  const held = await readChecked(path, ANEW)
  const differs = difference(held, agreement)
  if (differs.length > 0)
    throw new InputError(`${path}: belongs to another run: other ${differs.join(', ')}`, [
      'give the flags and files of that run',
      ANEW,
    ])
}

/** Members that differ, with options listed by name; the plan only if nothing else differs. */
function difference(
  {config: heldConfig, plan: heldPlan, ...held}: JsonObject,
  {config, plan, ...agreement}: JsonObject,
): string[] {
  const textOf = (object: JsonObject, name: string) => (Object.hasOwn(object, name) ? digestText(object[name]) : null)
  const members = (a: JsonObject, b: JsonObject) =>
    [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
      (name) => name !== 'checksum' && textOf(a, name) !== textOf(b, name),
    )
  const named = [
    ...members(held, agreement),
    ...members(isJsonObject(heldConfig) ? heldConfig : {}, config as JsonObject),
  ]
  return named.length === 0 && heldPlan !== plan ? ['plan'] : [...new Set(named)]
}

async function readPart<Part>(path: string, name: string, definition: string): Promise<Part> {
  const held = await readChecked(path, DELETE)
  const fault =
    held.name === name ? misfit(held.part, 'partial.schema.json', definition) : `its name, ${JSON.stringify(held.name)}`
  if (fault !== null) throw new InputError(`${path}: is damaged at ${fault}`, [DELETE])
  return held.part as Part
}

async function readChecked(path: string, next: string): Promise<JsonObject> {
  // A number too large for fp64 becomes null here, so the checksum fails.
  const json: unknown = JSON.parse(JSON.stringify(parseJson((await readInput(path)).bytes, path)))
  if (!isJsonObject(json) || json.checksum !== checksumOf(json))
    throw new InputError(`${path}: is damaged: its content does not have the checksum that it states`, [next])
  return json
}
