// npm run quickstart: install, build, certify two bundled checkpoints, sanitize a bundled attacked graph.
import {mkdirSync} from 'node:fs'
import {INSTALL, INSTALL_ENV, runStep} from './run-step.mjs'

const OUT = 'surety-out'
const started = performance.now()

async function must(title, command, args, options) {
  const {code, seconds} = await runStep(command, args, options)
  if (code !== 0) {
    console.error(`quickstart stopped: ${title} failed with exit code ${code}`)
    process.exit(code)
  }
  if (options?.quiet) console.log(`${title}: done in ${seconds.toFixed(0)} s`)
}

const surety = (title, ...args) => {
  console.log(`\n── ${title}\n   surety ${args.join(' ')}\n`)
  return must(title, process.execPath, ['bin/run.js', ...args])
}

await must('install', 'npm', INSTALL, {env: INSTALL_ENV, quiet: true})
await must('build', 'npm', ['run', '--silent', 'build'], {quiet: true})
mkdirSync(OUT, {recursive: true})
await surety(
  'vision: an MLP on handwritten digits',
  'certify',
  'fixtures/mnist-mlp',
  '--data',
  'fixtures/mnist-mlp/test.npz',
  '--out',
  `${OUT}/digits.json`,
  '--html',
  `${OUT}/digits.html`,
)
await surety(
  'language: a bag-of-words spam filter',
  'certify',
  'fixtures/spam-mlp',
  '--data',
  'fixtures/spam-mlp/test.npz',
  '--out',
  `${OUT}/spam.json`,
  '--html',
  `${OUT}/spam.html`,
)
await surety(
  'graph: a community graph with adversarial edges',
  'sanitize',
  'fixtures/community-graph/community-graph.npz',
  '--edges',
  'edges_attacked',
  '--truth',
  'edges_added',
  '--out',
  `${OUT}/graph.npz`,
  '--scores',
  `${OUT}/scores.csv`,
  '--html',
  `${OUT}/graph.html`,
)
console.log(
  `\nReports: ${OUT}/digits.html, ${OUT}/spam.html, ${OUT}/graph.html  (${((performance.now() - started) / 1000).toFixed(0)} s in all)`,
)
