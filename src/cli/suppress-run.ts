import {extname} from 'node:path'
import {parseDocument} from 'yaml'
import {writeFileAtomic} from '../data/atomic-write.js'
import {readInput} from '../data/read-file.js'
import {readSchema} from '../documents/schema.js'
import {UsageError} from '../errors.js'
import {checkConfig} from '../gate/config.js'
import type {Suppression} from '../gate/types.js'
import {type ConfigFile, readConfig} from './gate-config.js'
import {isoDate} from './sanitize-flags.js'

/**
 * Adds a suppression to a configuration and changes nothing else (YAML keeps its comments). Returns the path of the
 * configuration.
 *
 * Throws  UsageError  the configuration is a program, the date is past, or the gate would refuse the suppression.
 */
export async function addSuppression(named: string | undefined, suppression: Suppression): Promise<string> {
  const {config, file} = await readConfig(named)
  const suppressions = [...(config.suppressions ?? []), suppression]
  const changed = checkConfig<ConfigFile>({...config, suppressions}, readSchema('config.schema.json'), file.path)
  if (suppression.expires < isoDate())
    throw new UsageError(`--until ${suppression.expires} is past: the suppression would fail the gate`, [
      'name a later day',
    ])
  const kind = extname(file.path).toLowerCase()
  if (kind === '.json') await writeFileAtomic(file.path, `${JSON.stringify(changed, null, 2)}\n`)
  else if (kind === '.yaml' || kind === '.yml') {
    const document = parseDocument(new TextDecoder().decode((await readInput(file.path)).bytes))
    document.set('suppressions', document.createNode(suppressions))
    await writeFileAtomic(file.path, document.toString())
  } else throw new UsageError(`${file.path}: a program is not edited`, ['add the suppression to what it exports'])
  return file.path
}
