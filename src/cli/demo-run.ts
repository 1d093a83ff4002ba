import {copyFile, mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomic} from '../data/atomic-write.js'
import {ownPackage} from '../packages.js'
import type {ConfigFile} from './gate-config.js'

const FILES = ['digits.npz', 'graph.npz'] as const

/**
 * Writes the demo's inputs to a folder, with a configuration that judges them: states of a digit classifier, which
 * pass, and a graph with added edges between unlike nodes, which fails. Returns the path of the configuration.
 */
export async function writeDemo(folder: string): Promise<string> {
  await mkdir(folder, {recursive: true})
  for (const name of FILES) await copyFile(join(ownPackage().folder, 'demo', name), join(folder, name))
  const at = (name: string) => [folder.replaceAll('\\', '/').replace(/\/$/, ''), name].join('/')
  const config: ConfigFile = {
    checks: {
      digits: {
        certify: at('digits.npz'),
        thresholds: {
          accuracy: ['error', {min: 0.9, why: 'at least 94.7 % when this was made; some room for another sample'}],
          headline: ['error', {max: 0.3, why: 'at most 16 % when this was made'}],
        },
      },
      citations: {
        sanitize: at('graph.npz'),
        // The verdict does not depend on the kernel, so use the fastest method.
        options: {method: 'first-order'},
        thresholds: {
          'randomEdges.share.low': [
            'error',
            {max: 0.15, why: 'such graphs wire some of their own edges at random; more looks like an attack'},
          ],
        },
      },
    },
  }
  const path = join(folder, 'surety.config.json')
  await writeFileAtomic(path, `${JSON.stringify(config, null, 2)}\n`)
  return path
}
