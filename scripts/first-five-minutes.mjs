// node scripts/first-five-minutes.mjs [TARBALL]: what a new user does, in an empty folder with the packed tarball, an ONNX
// model and a GraphML file of their own: install, init, a green gate; then an edited report, a replaced model and an attacked
// graph, each of which must fail the gate with a sentence that says why. Prints each step with its seconds.
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {plantedGraphml} from './planted-graphml.mjs'
import {INSTALL_ENV, runStep} from './run-step.mjs'

const folder = mkdtempSync(join(tmpdir(), 'surety-first-'))
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))
const seconds = {}

async function step(title, expected, command, args, cwd = folder) {
  const run = await runStep(command, args, {
    cwd,
    env: {...INSTALL_ENV, NO_COLOR: '1'},
    quiet: true,
    expected: [expected],
  })
  seconds[title] = run.seconds
  console.log(
    `${run.code === expected ? 'as expected' : 'NOT AS EXPECTED'}: ${title}: exit ${run.code}, ${run.seconds.toFixed(1)} s`,
  )
  if (run.code !== expected) process.exit(1)
  return run.all.replace(/\s+/g, ' ')
}

const surety = (title, expected, ...args) =>
  step(title, expected, process.execPath, ['node_modules/surety/bin/run.js', ...args])

function demand(said, pattern) {
  const found = pattern.exec(said)
  if (found === null) {
    console.error(`the gate does not say ${pattern}: ${said}`)
    process.exit(1)
  }
  console.log(`  ${found[0]}`)
}

let tarball = process.argv[2] === undefined ? null : resolve(process.argv[2])
if (tarball === null) {
  await step(
    'npm pack',
    0,
    'npm',
    ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
    resolve('.'),
  )
  tarball = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  )
}
mkdirSync(join(folder, 'models'))
mkdirSync(join(folder, 'graphs'))
cpSync('fixtures/digits/digits-mlp.onnx', join(folder, 'models/model.onnx'))
cpSync('fixtures/digits/digits-mlp-test.npz', join(folder, 'models/test.npz'))
writeFileSync(join(folder, 'graphs/friends.graphml'), plantedGraphml())
writeFileSync(join(folder, 'package.json'), JSON.stringify({name: 'mine', private: true}))

await step('install', 0, 'npm', ['install', '--save-dev', '--omit=optional', '--no-audit', '--no-fund', tarball])
demand(await surety('init without an engine', 2, 'init', '--yes'), /npm i onnxruntime-node@[\d.]+/)
await step('install the engine', 0, 'npm', [
  'install',
  '--save-dev',
  '--no-audit',
  '--no-fund',
  'onnxruntime-node@1.30',
])
demand(await surety('init', 0, 'init', '--yes'), /surety\.config\.json: written/)
await surety('green gate', 0, 'gate', '--reports', 'released')

const config = JSON.parse(readFileSync(join(folder, 'surety.config.json'), 'utf8'))
const judged = (checks) => writeFileSync(join(folder, 'surety.config.json'), JSON.stringify({...config, checks}))
const {accuracy} = config.checks.model.thresholds
const report = join(folder, 'released/model.json')
const honest = readFileSync(report, 'utf8')
judged({released: {report: 'released/model.json', thresholds: {accuracy}}})
await surety('the report as it was written', 0, 'gate')
const edited = JSON.parse(honest)
edited.metrics.accuracy = 0.9977
writeFileSync(report, JSON.stringify(edited))
demand(await surety('an edited report', 2, 'gate'), /[^ ]+: was edited after surety wrote it[^→]*/)
writeFileSync(report, honest)
cpSync('fixtures/digits/digits-cnn.onnx', join(folder, 'models/model.onnx'))
demand(await surety('a replaced model', 2, 'gate'), /[^ ]+ changed since this report was written/)
judged({friends: config.checks.friends})
writeFileSync(join(folder, 'graphs/friends.graphml'), plantedGraphml({attacked: 400}))
demand(await surety('an attacked graph', 1, 'gate'), /randomEdges\.share\.low is [\d.]+, expected ≤ [\d.]+/)

const installing = Object.keys(seconds).filter((title) => /install|pack/.test(title))
const machine = Object.entries(seconds).reduce(
  (sum, [title, value]) => sum + (installing.includes(title) ? 0 : value),
  0,
)
const green = seconds['init'] + seconds['green gate'] + seconds['an attacked graph']
console.log(
  `init to a green and a red gate: ${green.toFixed(0)} s; all runs of surety: ${machine.toFixed(0)} s; installs: ${installing.reduce((sum, title) => sum + seconds[title], 0).toFixed(0)} s`,
)
