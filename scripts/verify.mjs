// npm run verify: install, lint, types, build, tests, package check. Last line: N passed, N failed, N skipped.
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {INSTALL, runStep} from './run-step.mjs'

const total = {passed: 0, failed: 0, skipped: 0}

async function step(title, command, args, options) {
  console.log(`\n── ${title}`)
  const {code, seconds} = await runStep(command, args, options)
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

if (!(await step('install', 'npm', INSTALL))) finish()
await Promise.all([
  step('lint', 'npm', ['run', '--silent', 'lint']),
  step('typecheck', 'npm', ['run', '--silent', 'typecheck']),
])
const built = await step('build', 'npm', ['run', '--silent', 'build'])
if (built) {
  const results = join(scratch, 'tests.json')
  const {code} = await runStep('npx', [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
  ])
  const failed = total.failed
  countTests(results)
  // A process of tests that was ended leaves no failed test in the file.
  if (code !== 0 && total.failed === failed) total.failed += 1
  await step('api docs', process.execPath, ['scripts/make-api-docs.mjs', '--check'])
  await step('package check', process.execPath, ['scripts/check-package.mjs'])
}
finish()

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
