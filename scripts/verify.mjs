// npm run verify: install, lint and format, types, build, tests, documents, package. Last line: N passed, N failed, N skipped.
// npm run verify:full does the same with every input and setting (SURETY_TEST_SCALE=full) and fresh random inputs, and
// then kills, a sample of mutants, and the tests on Node 22 and 24: hours, for the night.
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {INSTALL, INSTALL_ENV, runStep} from './run-step.mjs'

const full = process.argv.includes('--full')
if (full) {
  process.env.SURETY_TEST_SCALE = 'full'
  // Other inputs every night, and more of them: a failure says how to see it again.
  process.env.SURETY_PROPERTY_SEED ??= 'random'
  process.env.SURETY_PROPERTY_RUNS ??= '10'
}
const total = {passed: 0, failed: 0, skipped: 0}

/** Output is shown where the step fails, or at once with `quiet: false`. */
async function step(title, command, args, {quiet = true, ...options} = {}) {
  if (!quiet) console.log(`\n── ${title}`)
  const {code, seconds} = await runStep(command, args, {quiet, ...options})
  total[code === 0 ? 'passed' : 'failed'] += 1
  console.log(`${code === 0 ? 'passed' : `FAILED (exit ${code})`}: ${title}, ${seconds.toFixed(0)} s`)
  return code === 0
}

function finish() {
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  process.exit(total.failed === 0 ? 0 : 1)
}

const scratch = mkdtempSync(join(tmpdir(), 'surety-verify-'))
process.on('exit', () => rmSync(scratch, {recursive: true, force: true}))

if (!(await step('install', 'npm', INSTALL, {env: INSTALL_ENV, quiet: false}))) finish()
// Two processors: the tests on one side, what reads the sources on the other. The build that the tests need checks no
// types; the package is built with the compiler that a release is built with.
const built = step('build', process.execPath, ['scripts/build.mjs'])
await Promise.all([
  built.then((isBuilt) => isBuilt && tests()),
  step('types', 'npm', ['run', '--silent', 'typecheck'])
    .then(() => step('lint and format', 'npm', ['run', '--silent', 'lint']))
    .then(() => step('api docs', process.execPath, ['scripts/make-api-docs.mjs', '--check']))
    .then(async () => (await built) && step('package', process.execPath, ['scripts/check-package.mjs'])),
])
if (full) {
  await step('lint by every rule', 'npm', ['run', '--silent', 'lint:full'])
  const tsx = (...args) => ['--import', 'tsx', ...args]
  await step('kills', process.execPath, tsx('scripts/reliability/kill.ts', '240'), {quiet: false})
  for (const seed of ['7', '8'])
    await step(
      `mutants, seed ${seed}`,
      process.execPath,
      ['scripts/mutation/run.mjs', '--seed', seed, '--count', '36'],
      // The same inputs for every mutant as for the tests without one.
      {quiet: false, env: {SURETY_PROPERTY_SEED: '', SURETY_PROPERTY_RUNS: ''}},
    )
  await step('Node 22 and 24', process.execPath, ['scripts/platforms.mjs', '22.23.3', '24.21.0'], {quiet: false})
}
finish()

async function tests() {
  const results = join(scratch, 'tests.json')
  const {code} = await runStep(process.execPath, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
  ])
  const failed = total.failed
  countTests(results)
  // A process of tests that was ended leaves no failed test in the file.
  if (code !== 0 && total.failed === failed) total.failed += 1
}

/** Adds the test runner's own counts; no result file, or no test, is a failure. */
function countTests(path) {
  let report
  try {
    report = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    console.error(`no test result: ${error.message}`)
  }
  total.passed += report?.numPassedTests ?? 0
  total.failed += (report?.numFailedTests ?? 1) + (report?.numPassedTests > 0 ? 0 : 1)
  total.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  const brokenFiles =
    report?.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0) ?? []
  total.failed += brokenFiles.length
  for (const file of report?.testResults ?? []) {
    const skipped = file.assertionResults.filter((test) => test.status === 'pending' || test.status === 'skipped')
    for (const test of skipped) console.log(`skipped: ${test.fullName}`)
  }
}
