// node scripts/platforms.mjs [version …] [-- vitest arguments]: the test suite on other versions of Node, whose binaries come from npm
// (the package `node` installs the same `node-<platform>-<arch>` that is taken here). Needs a built checkout with its
// packages installed.
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, dirname, join, resolve} from 'node:path'
import {runStep} from './run-step.mjs'

/** The newest of every line that surety supports. */
const VERSIONS = ['20.20.2', '22.23.3', '24.21.0']

const given = process.argv.slice(2)
const end = given.includes('--') ? given.indexOf('--') : given.length
const versions = end > 0 ? given.slice(0, end) : VERSIONS
const more = given.slice(end + 1)
const scratch = mkdtempSync(join(tmpdir(), 'surety-platforms-'))
process.on('exit', () => rmSync(scratch, {recursive: true, force: true}))

const rows = []
for (const version of versions) rows.push(await on(version))
console.log('\nNode       passed  failed  skipped  seconds')
for (const {version, passed, failed, skipped, seconds} of rows) {
  console.log(
    `${version.padEnd(9)}  ${String(passed).padStart(6)}  ${String(failed).padStart(6)}  ${String(skipped).padStart(7)}  ${seconds.toFixed(0).padStart(7)}`,
  )
}
process.exitCode = rows.every(({failed, passed}) => failed === 0 && passed > 0) ? 0 : 1

async function on(version) {
  const folder = join(scratch, version)
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const installed = await runStep(
    'npm',
    ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`],
    {quiet: true},
  )
  if (installed.code !== 0) return {version, passed: 0, failed: 1, skipped: 0, seconds: 0}
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`
  console.log(`\n── Node ${(await runStep(node, ['--version'], {quiet: true})).output.trim()}`)
  const results = join(scratch, `${version}.json`)
  writeFileSync(results, '{}')
  const {seconds} = await runStep(
    node,
    [
      resolve('node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
      ...more,
    ],
    {env: {PATH}},
  )
  const report = JSON.parse(readFileSync(results, 'utf8'))
  const broken = (report.testResults ?? []).filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  return {
    version,
    passed: report.numPassedTests ?? 0,
    failed: (report.numFailedTests ?? 1) + broken,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    seconds,
  }
}
