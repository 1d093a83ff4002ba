import {mutateJson} from '../../../scripts/fuzz/mutate/json.js'
import {CSV_WORDS, JSON_WORDS, mutateTokens} from '../../../scripts/fuzz/mutate/text.js'
import type {Target} from '../../../scripts/fuzz/target.js'
import {mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {readBaselines} from '../../../src/cli/baselines.js'
import {readConfig} from '../../../src/cli/gate-config.js'
import {ReportCache} from '../../../src/cli/report-cache.js'
import {withChecksum} from '../../../src/frame/checksum.js'
import {toJson} from '../../../src/frame/json.js'
import type {AnyReport} from '../../../src/documents/reports.js'
import {sanitizeSample} from '../../render/samples/sanitize.js'
import {certificate} from './report.js'
import {fromFile, text} from './files.js'

const CONFIG = {
  checks: {
    digits: {
      certify: 'models/digits.onnx',
      options: {data: 'digits.npz', eta: [0.25, 0.5]},
      thresholds: {
        accuracy: ['error', {min: 0.95, baseline: {absolute: 0.005}}],
        'cells[eta=0.5,delta>=1]': ['warn', {max: 0.1}],
        verdict: 'error',
      },
    },
    earlier: {report: 'report.json', thresholds: {'layers[*].epsilon.scaleFree': ['error', {max: 0.11}]}},
  },
  suppressions: [{check: 'digits', metric: 'accuracy', reason: 'known', expires: '2030-12-31'}],
  baseline: 'git:main',
  out: ['junit:out.xml'],
  seed: 3,
}
const YAML = `# checks of this repository
checks:
  digits:
    certify: models/digits.onnx
    options: {data: digits.npz}
    thresholds: &limits
      accuracy: [error, {min: 0.95}]
  again: {certify: other.onnx, thresholds: *limits}
fail-level: warn
`
const YAML_WORDS = [
  '- ',
  ': ',
  '&a ',
  '*a',
  '!!js/function ',
  '!!python/object:a ',
  '|\n',
  '>\n',
  '? ',
  '---\n',
  '...\n',
  '<<: ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '%YAML 1.1\n',
  'checks:',
  'thresholds:',
  'error',
  '&b [*b]',
]

/** A cache that made `report` once, and the entry that it wrote. */
async function entryOf(folder: string, report: AnyReport): Promise<{cache: ReportCache; path: string}> {
  const cache = new ReportCache(folder, 'cpu fp64')
  await cache.through(RUN, () => Promise.resolve(report))
  return {cache, path: join(folder, readdirSync(folder)[0]!)}
}
const RUN = {command: 'sanitize', path: 'no-such-file', options: {}}
const cachedReport = (): AnyReport => ({...sanitizeSample(), inputs: []})

/** src/gate and src/cli: configurations, baselines and entries of the cache. */
export const GATE_TARGETS: Target[] = [
  {
    name: 'config-json',
    seeds: () => text(JSON.stringify(CONFIG, null, 1)),
    mutators: [mutateJson, mutateTokens(JSON_WORDS)],
    open: (folder) => fromFile(folder, 'surety.config.json', readConfig),
  },
  {
    name: 'config-yaml',
    seeds: () => text(YAML),
    mutators: [mutateTokens([...YAML_WORDS, ...CSV_WORDS])],
    open: (folder) => fromFile(folder, 'surety.config.yaml', readConfig),
  },
  {
    name: 'baseline',
    seeds: async () => text(toJson(await certificate()), toJson(withChecksum(sanitizeSample()))),
    mutators: [mutateJson, mutateTokens(JSON_WORDS)],
    open: (folder) => fromFile(folder, 'x.json', (path) => readBaselines({kind: 'path', path}, ['x'])),
  },
  {
    // Whatever is not an entry is computed again: nothing is refused.
    name: 'cache-entry',
    neverRefuses: true,
    mutators: [mutateJson, mutateTokens(JSON_WORDS)],
    seeds: async () => {
      const {path} = await entryOf(mkdtempSync(join(tmpdir(), 'surety-fuzz-seed-')), cachedReport())
      return [readFileSync(path)]
    },
    open: async (folder) => {
      const {cache, path} = await entryOf(folder, cachedReport())
      return (bytes) => {
        writeFileSync(path, bytes)
        return cache.through(RUN, () => Promise.resolve(cachedReport()))
      }
    },
  },
]
