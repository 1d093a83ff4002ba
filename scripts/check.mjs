// npm run check: types, lint and format of what changed, and the tests that are about it; what npm run verify would say
// first. Changed is what differs from main, on main from the last commit.
import {execFileSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {runStep} from './run-step.mjs'

/** Tests of whole commands and of many inputs: they run where they changed, or where their room did (below). */
const WIDE = [
  'test/{ci,commands,docs,fixtures,fuzz,hostile,numbers,scripts}/**/*.test.ts',
  'test/**/{coverage,same-verdict,accessibility,browser}.test.ts',
]

/** Whole runs that another room makes of sanitize: they run where their own room changed. */
const RUNS_OF_OTHERS = ['test/evaluate/evaluate.test.ts', 'test/pairwise/{devices,dying-device}.test.ts']

/** Which command shows what a room does. */
const COMMANDS = {
  attack: ['attack'],
  certify: ['certify', 'check', 'verify'],
  checkpoint: ['certify'],
  drift: ['drift'],
  evaluate: ['evaluate'],
  gate: ['gate'],
  graph: ['sanitize'],
  harden: ['harden'],
  judge: ['judge'],
  sanitize: ['sanitize'],
  verdicts: ['judge'],
}

const git = (...args) => execFileSync('git', args, {encoding: 'utf8'}).split('\n').filter(Boolean)
const glob = (pattern) => git('ls-files', '--cached', '--others', '--exclude-standard', `:(glob)${pattern}`)
const base = (() => {
  try {
    return git('merge-base', 'main', 'HEAD')[0]
  } catch {
    return 'HEAD'
  }
})()
const changed = [
  ...new Set([...git('diff', '--name-only', base), ...git('ls-files', '--others', '--exclude-standard')]),
].filter((path) => existsSync(path))
const code = changed.filter((path) => /\.(ts|js|mjs)$/.test(path))

const rooms = new Set(changed.filter((path) => path.startsWith('src/')).map((path) => path.split('/')[1]))
const wide = [
  ...WIDE.flatMap(alternatives).flatMap(glob),
  ...RUNS_OF_OTHERS.flatMap(alternatives)
    .flatMap(glob)
    .filter((path) => !rooms.has(path.split('/')[1])),
]
const wanted = new Set([...changed.flatMap(commandTests), ...changed].filter((path) => wide.includes(path)))
const related = [...code.filter((path) => path.endsWith('.ts')), ...wanted]

console.log(`${changed.length} changed files since ${base.slice(0, 8)}`)
const steps = [
  step('types', 'node_modules/@typescript/native-preview/bin/tsgo', [
    '-p',
    'tsconfig.json',
    '--incremental',
    '--tsBuildInfoFile',
    'node_modules/.cache/surety-types-7.tsbuildinfo',
  ]),
  code.length === 0
    ? true
    : step('format', 'node_modules/@biomejs/biome/bin/biome', ['format', '--no-errors-on-unmatched', ...code]).then(
        (fine) =>
          step('lint', 'node_modules/eslint/bin/eslint.js', ['--max-warnings', '0', '--no-warn-ignored', ...code]).then(
            (alsoFine) => fine && alsoFine,
          ),
      ),
]
const tested =
  related.length === 0
    ? true
    : step('tests', 'node_modules/vitest/vitest.mjs', ['related', '--run', '--passWithNoTests', ...related], {
        quiet: false,
        env: {SURETY_TESTS_LEFT_OUT: wide.filter((path) => !wanted.has(path)).join('\n')},
      })
process.exitCode = (await Promise.all([...steps, tested])).every(Boolean) ? 0 : 1

async function step(title, script, args, {quiet = true, env} = {}) {
  const {code: status, seconds} = await runStep(process.execPath, [script, ...args], {quiet, env})
  console.log(`${status === 0 ? 'passed' : 'FAILED'}: ${title}, ${seconds.toFixed(0)} s`)
  return status === 0
}

/** The tests of commands that show what a file does. */
function commandTests(path) {
  const [folder, name = ''] = path.split('/')
  const names =
    folder === 'commands'
      ? [path.slice('commands/'.length).replace(/\.ts$/, ''), 'contract']
      : folder !== 'src'
        ? []
        : name === 'cli'
          ? [path.replace(/^src\/cli\/|(-\w+)?\.ts$/g, ''), 'contract']
          : (COMMANDS[name] ?? ['contract'])
  return names.map((each) => `test/commands/${each}.test.ts`)
}

/** {a,b} of a pattern, one after the other: git knows no braces. */
function alternatives(pattern) {
  const match = /\{([^}]*)\}/.exec(pattern)
  return match === null ? [pattern] : match[1].split(',').map((part) => pattern.replace(match[0], part))
}
