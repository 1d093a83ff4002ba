import {spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {allTargets} from '../../test/fuzz/targets/index.js'
import {type Current, HEADER_BYTES, readHeader} from './current-input.js'

/*
 * npx tsx scripts/fuzz/run.ts [--count 100000] [--seed 1] [--blind] [--findings fuzz-findings] [--results results.jsonl] [target …]
 *
 * Reads changed copies of small files with each reader, in a process of its own with a limit of memory and of time for
 * each input. What is neither accepted nor refused with an error for whoever made the file is saved under --findings,
 * with what was thrown. Exit code 1 if there is any.
 */

const {values: flags, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    count: {type: 'string', default: '100000'},
    seed: {type: 'string', default: '1'},
    blind: {type: 'boolean', default: false},
    findings: {type: 'string', default: 'fuzz-findings'},
    results: {type: 'string'},
    heap: {type: 'string', default: '2048'},
    rss: {type: 'string', default: '4096'},
    seconds: {type: 'string', default: '20'},
  },
})
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'surety-fuzz-run-'))
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))
const findings = resolve(flags.findings)

interface Ended {
  /** the last line of the child's output; null where it did not end by itself */
  result: Record<string, unknown> | null
  why: string
  current: Current | null
  input: Buffer
}

/** What a child may need to start. */
const START_SECONDS = 30
const WAIT_FACTOR = 15

/** Runs a child and ends it where one input takes too long or too much memory. */
function child(args: string[], current: string): Promise<Ended> {
  return new Promise((done) => {
    const running = spawn(process.execPath, [`--max-old-space-size=${flags.heap}`, '--import', 'tsx', CHILD, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [output, errors, why] = ['', '', '']
    running.stdout.on('data', (text) => (output += String(text)))
    running.stderr.on('data', (text) => (errors = (errors + String(text)).slice(-2000)))
    let [tried, since, used] = [-1, Date.now(), 0]
    const end = (reason: string) => {
      why = reason
      running.kill('SIGKILL')
    }
    const watch = setInterval(() => {
      const now = header(current)?.tried ?? -1
      if (now !== tried) [tried, since, used] = [now, Date.now(), cpuSeconds(running.pid!)]
      const allowed = Number(flags.seconds) + (tried < 0 ? START_SECONDS : 0)
      // Its own time, since others use the machine too; by the clock where it waits for what does not come.
      if (cpuSeconds(running.pid!) - used > allowed || Date.now() - since > 1000 * WAIT_FACTOR * allowed)
        end(`takes longer than ${flags.seconds} s`)
      else if (residentMiB(running.pid!) > Number(flags.rss)) end(`takes more than ${flags.rss} MiB`)
    }, 250)
    running.on('close', (code, signal) => {
      clearInterval(watch)
      const last = output.trimEnd().split('\n').at(-1) ?? ''
      const file = load(current)
      const seen = readHeader(file)
      const result = code === 0 && last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : null
      done({
        result,
        why: why || `ended with ${signal ?? String(code)}: ${errors.trim().split('\n').slice(-6).join(' | ')}`,
        current: seen,
        input: file.subarray(HEADER_BYTES, HEADER_BYTES + (seen?.bytes ?? 0)),
      })
    })
  })
}

const load = (path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}
const header = (path: string): Current | null => readHeader(load(path))

function residentMiB(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(load(`/proc/${pid}/status`).toString())?.[1]
  return Number(kilobytes ?? 0) / 1024
}

/** Processor time since it started; 0 where the system does not tell. */
function cpuSeconds(pid: number): number {
  // Behind the name of the program, which may hold spaces: user and system time in hundredths of a second.
  const fields = load(`/proc/${pid}/stat`).toString().split(') ').at(-1)!.split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100
}

async function campaign(name: string) {
  const total = {
    target: name,
    tried: 0,
    accepted: 0,
    refused: 0,
    findings: 0,
    restarts: 0,
    pool: 0,
    ways: 0,
    slowestMs: 0,
    seconds: 0,
  }
  const start = performance.now()
  for (let round = 0; total.tried < Number(flags.count); round++) {
    const seed = Number(flags.seed) + 1000 * round
    const current = join(folder, `${name}-${round}`)
    const {
      result,
      why,
      current: reached,
      input,
    } = await child(
      [
        '--target',
        name,
        '--count',
        String(Number(flags.count) - total.tried),
        '--seed',
        String(seed),
        '--current',
        current,
        '--findings',
        findings,
        ...(flags.blind ? ['--blind'] : []),
      ],
      current,
    )
    const counts = (result ?? reached ?? {tried: 0, accepted: 0, refused: 0, findings: 0}) as unknown as Current
    for (const key of ['tried', 'accepted', 'refused', 'findings'] as const) total[key] += counts[key]
    if (result !== null) {
      total.pool = Math.max(total.pool, Number(result.pool))
      total.ways = Math.max(total.ways, Number(result.ways))
      total.slowestMs = Math.max(total.slowestMs, Number(result.slowestMs))
      for (const [kind, count] of Object.entries(result.kinds as Record<string, number>))
        process.stdout.write(`  ${name}: ${count} × ${kind}\n`)
      continue
    }
    total.restarts++
    // Alone in a fresh process: what many inputs left behind together is not a finding about this one.
    const alone = join(folder, 'alone')
    writeFileSync(alone, input)
    const again = await child(
      ['--target', name, '--one', alone, '--seed', '0', '--findings', findings],
      join(folder, 'none'),
    )
    if (again.result?.kind === 'finding' || again.result === null) {
      total.findings++
      mkdirSync(join(findings, name), {recursive: true})
      writeFileSync(join(findings, name, `${seed}-killed`), input)
      writeFileSync(join(findings, name, `${seed}-killed.txt`), `${why}\n`)
      process.stdout.write(`  ${name}: ${why}\n`)
    } else
      process.stdout.write(
        `  ${name}: restarted after ${total.tried} inputs (${why}); the last one alone is ${String(again.result.kind)}\n`,
      )
    if (counts.tried === 0) break
  }
  total.seconds = (performance.now() - start) / 1000
  return total
}

let bad = 0
const names = positionals.length > 0 ? positionals : (await allTargets()).map(({name}) => name)
for (const name of names) {
  const total = await campaign(name)
  bad += total.findings
  process.stdout.write(
    `${name}: ${total.tried} inputs, ${total.accepted} accepted, ${total.refused} refused, ${total.findings} findings, pool ${total.pool}, ${total.ways} ways, slowest ${total.slowestMs.toFixed(0)} ms, ${total.restarts} restarts, ${total.seconds.toFixed(0)} s\n`,
  )
  if (flags.results !== undefined) writeFileSync(flags.results, `${JSON.stringify(total)}\n`, {flag: 'a'})
}
process.exitCode = bad > 0 ? 1 : 0
