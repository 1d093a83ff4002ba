// npm run mutation -- [--seed 1] [--count 100] [--rooms certify,sanitize,pairwise] [--all]
// A seeded sample of mutants, so many of each room (--all: every mutant), and the share that the tests notice, with its
// 95 % interval.
import {existsSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {register} from 'tsx/esm/api'
import {INSTALL, runStep} from '../run-step.mjs'

const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: '1'},
    count: {type: 'string', default: '100'},
    all: {type: 'boolean', default: false},
    rooms: {type: 'string', default: 'certify,sanitize,pairwise'},
  },
})
const rooms = values.rooms.split(',')
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

// The tester's own packages lie beside this file, apart from what every contributor installs; vitest is the project's.
if (
  !existsSync(here('node_modules')) &&
  (await runStep('npm', [...INSTALL, '--ignore-scripts', '--prefix', here('.')])).code !== 0
)
  process.exit(1)
const {Stryker} = await import('@stryker-mutator/core')
const {counted, draw, keyOf, listMutants, rangeOf} = await import('./draw.mjs')
register()
const {printFigures} = await import('./figures.ts')
;(await import('../../test/build-once.ts')).default()

// WebGPU on the processor, where chromium brings its driver: wgsl is tried like any other code. The tests run in a
// thread, whose environment no driver sees.
const {SWIFTSHADER} = await import('../../test/pairwise/webgpu/adapter.ts')
if (existsSync(SWIFTSHADER)) process.env.VK_DRIVER_FILES ??= SWIFTSHADER
process.env.XDG_RUNTIME_DIR ??= tmpdir()
const mutants = await listMutants(rooms)
const drawn = values.all ? mutants : draw(mutants, values.seed, Number(values.count))
const keys = drawn.map(keyOf)
const started = performance.now()
const results = await new Stryker({
  mutate: drawn.map(rangeOf),
  drawn: keys,
  testRunner: 'drawn-vitest',
  vitest: {configFile: 'scripts/mutation/vitest.config.ts'},
  plugins: [here('node_modules/@stryker-mutator/vitest-runner/dist/src/index.js'), here('only.mjs')],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 20_000,
  dryRunTimeoutMinutes: 30,
  disableTypeChecks: false,
  tempDirName: 'surety-out/mutation',
  ignorePatterns: ['docs', 'surety-out', 'coverage'],
  reporters: ['progress-append-only', 'json'],
  jsonReporter: {fileName: `surety-out/mutation-${values.seed}.json`},
  warnings: {unknownOptions: false, slow: false},
  allowConsoleColors: false,
}).runMutationTest()
const minutes = (performance.now() - started) / 60_000
console.log(
  `seed ${values.seed}, ${values.all ? 'every mutant' : `${values.count} mutants of each room`}, ${minutes.toFixed(0)} minutes\n`,
)
printFigures(
  mutants,
  results.map(counted).filter((result) => keys.includes(keyOf(result))),
  JSON.parse(readFileSync(here('equivalent.json'), 'utf8')),
)
