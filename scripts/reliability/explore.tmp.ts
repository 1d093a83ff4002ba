import {readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {writeGeneratedGraph} from '../../bench/generated-graph.js'
import {scratchFolder, start} from './commands.js'
const f = scratchFolder('explore')
const peakOf = async (args: string[]) => {
  const file = join(f, 'peak')
  rmSync(file, {force: true})
  const {code, stdout, stderr} = await start(['--import', './scripts/reliability/peak.mjs', 'bin/run.js', ...args], {env: {SURETY_PEAK_FILE: file}}).ended
  if (code !== 0) console.log(stderr.slice(0, 300))
  return {peak: Number(readFileSync(file, 'utf8')), stdout}
}
const M = 2 ** 20
for (const [n, e, d] of [[500, 1500, 32], [1000, 4000, 64], [2000, 8000, 64], [4000, 20000, 64], [6000, 30000, 64], [8000, 40000, 64], [20000, 100000, 64], [20000, 100000, 0], [3000, 12000, 0]] as const) {
  const path = join(f, 'g.npz')
  writeGeneratedGraph(path, {nodes: n, edges: e, features: Math.max(1, d), classes: 7, labelled: 0.1})
  const extra: string[] = []
  if (d === 0) {
    const {execFileSync} = await import('node:child_process')
    execFileSync('python3', ['-c', `import zipfile,sys
a=zipfile.ZipFile(sys.argv[1]); b=zipfile.ZipFile(sys.argv[1]+'x.npz','w')
for i in a.namelist():
  if 'features' not in i: b.writestr(i,a.read(i))
b.close()`, path])
  }
  const p = d === 0 ? path + 'x.npz' : path
  const plan = await peakOf(['sanitize', p, '--explain-plan', '--json', '--threads', '1', '--max-memory', '100GiB', ...extra])
  const {solver, costs} = JSON.parse(plan.stdout) as {solver: string; costs: {solver: string; memoryBytes: number}[]}
  for (const s of n > 6300 ? [solver] : n === 2000 ? ['gram', 'landmarks', 'stream'] : ['gram']) {
    const run = await peakOf(['sanitize', p, '--solver', s, '--dry-run', '--json', '--threads', '1', '--device', 'cpu', '--max-memory', '100GiB'])
    const planned = costs.find((c) => c.solver === s)!.memoryBytes
    console.log(n, e, d, s, 'read', (plan.peak / M).toFixed(0), 'planned', (planned / M).toFixed(0), 'peak', (run.peak / M).toFixed(0), 'excess', ((run.peak - plan.peak) / M).toFixed(0))
  }
}
