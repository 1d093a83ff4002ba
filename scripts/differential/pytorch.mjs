/**
 * ε of hidden states as `surety certify` computes it through ONNX, against PyTorch and NumPy, on random models:
 *
 *   PYTHON=/usr/bin/python3 node scripts/differential/pytorch.mjs
 *
 * Prints a Markdown table with the worst relative error of each model; exit 1 above 1e-4. Needs a build, and a Python
 * with PyTorch, onnx and NumPy (Debian: python3-torch, python3-onnx). docs/reliability.md holds the table.
 */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {main} from '../../dist/src/cli/main.js'

const LIMIT = 1e-4
const folder = mkdtempSync(join(tmpdir(), 'surety-differential-'))
try {
  execFileSync(process.env.PYTHON ?? 'python3', ['scripts/differential/models.py', folder], {
    stdio: ['ignore', 'inherit', 'ignore'],
  })
  const {torch, rows, cases} = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'))
  const models = new Map()
  for (const each of cases) {
    const report = await certify(each)
    const [state, logits] = report.metrics.layers
    const errors = [
      [state, each.state],
      [logits, each.logits],
    ].map(([layer, wanted]) => Math.abs(layer.epsilon.raw.estimate - wanted) / wanted)
    const seen = models.get(each.model) ?? {runs: 0, worst: 0, layer: state}
    models.set(each.model, {
      runs: seen.runs + 1,
      worst: Math.max(seen.worst, ...errors),
      layer: each.pool === null ? state : seen.layer,
    })
  }
  console.log(`PyTorch ${torch}, ${rows} rows, ${cases.length} runs\n`)
  console.log(
    '| model | batch axis of the state | pooled by default | runs | worst relative error |\n|---|---|---|---|---|',
  )
  for (const [model, {runs, worst, layer}] of models)
    console.log(`| ${model} | ${layer.batchAxis} | ${layer.pooledOver ?? '–'} | ${runs} | ${worst.toExponential(1)} |`)
  const worst = Math.max(...[...models.values()].map((model) => model.worst))
  process.exitCode = worst <= LIMIT ? 0 : 1
} finally {
  rmSync(folder, {recursive: true})
}

/** The report of one run, in this process. */
async function certify({file, loss, metric, pool}) {
  const writes = [process.stdout, process.stderr].map((stream) => [stream, stream.write])
  let text = ''
  for (const [stream] of writes)
    stream.write = (chunk, ...rest) => {
      if (stream === process.stdout) text += chunk
      const done = rest.at(-1)
      if (typeof done === 'function') process.nextTick(done)
      return true
    }
  const paths = [join(folder, `${file}.onnx`), '--data', join(folder, `${file}.npz`), '--layers', 'act/*,logits']
  const plain = ['--scale', 'none', '--floor', '0', '--no-split', '--bootstrap', '0', '--json']
  const choice = ['--loss', loss, '--metric', metric, ...(pool === null ? [] : ['--pool', pool])]
  const most = loss === 'cross-entropy' ? ['--loss-max', '1000'] : []
  try {
    await main(['certify', ...paths, ...plain, ...choice, ...most], import.meta.url)
  } finally {
    for (const [stream, write] of writes) stream.write = write
  }
  const report = JSON.parse(text)
  if (report.metrics === undefined) throw new Error(`${file} ${loss} ${metric} ${pool}: ${report.error?.message}`)
  return report
}
