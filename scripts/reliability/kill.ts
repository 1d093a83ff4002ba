// npx tsx scripts/reliability/kill.ts [kills]: SIGKILL at random moments while results are written. Needs a build.
// Every output must be the old file whole or the new one whole; exit code 1 if one is neither.
import {existsSync, readdirSync, rmSync, watch, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {random, type Random} from '../../src/stats/random.js'
import {content, copyFiles, finished, scratchFolder, start, surety} from './commands.js'

interface Scenario {
  name: string
  /** share of all kills */
  share: number
  outputs: readonly string[]
  args: (folder: string, seed: number) => string[]
}

export interface Tally {
  kills: number
  /** processes that were done before the signal came */
  finished: number
  /** files that were the old one, and the new one */
  old: number
  new: number
  /** runs after which some files were old and some new */
  mixed: number
  /** temporary files left behind */
  leftovers: number
  /** what was neither old nor new */
  broken: string[]
}

/** Of all kills, for a small file and for a large one. */
const WRITER_SHARE = 0.375

const flag = (folder: string, ...names: [string, string][]) =>
  names.flatMap(([name, file]) => [name, join(folder, file)])

export const SCENARIOS: Scenario[] = [
  {
    name: 'sanitize',
    share: 0.15,
    outputs: ['clean.npz', 'scores.csv', 'report.json', 'report.html'],
    args: (folder, seed) => [
      'sanitize',
      'fixtures/community-graph/community-graph.npz',
      '--edges',
      'edges_attacked',
      '--method',
      'first-order',
      '--prune-ratio',
      seed === 0 ? '0.1' : '0.2',
      '--threads',
      '1',
      '--device',
      'cpu',
      '--force',
      ...flag(
        folder,
        ['--out', 'clean.npz'],
        ['--scores', 'scores.csv'],
        ['--report', 'report.json'],
        ['--html', 'report.html'],
      ),
    ],
  },
  {
    name: 'certify',
    share: 0.1,
    outputs: ['report.json', 'report.html'],
    args: (folder, seed) => [
      'certify',
      'fixtures/digits/digits-mlp-embeddings.npz',
      '--bootstrap',
      '0',
      '--seed',
      String(seed),
      '--threads',
      '1',
      '--device',
      'cpu',
      ...flag(folder, ['--out', 'report.json'], ['--html', 'report.html']),
    ],
  },
]

/**
 * Starts a command `kills` times over old results and kills it: half of the times at any moment of its run, half of the
 * times within 100 ms after its first write began.
 */
export async function killCommand(
  {outputs, args}: Scenario,
  kills: number,
  folder: string,
  draws: Random,
): Promise<Tally> {
  const [before, after, at] = ['before', 'after', 'at'].map((name) => join(folder, name)) as [string, string, string]
  for (const made of [before, after, at]) copyFiles([], folder, made)
  await finished(args(before, 0))
  const {elapsedMs} = await finished(args(after, 1))
  const expected = (made: string) => Object.fromEntries(outputs.map((name) => [name, content(join(made, name))]))
  const [old, fresh] = [expected(before), expected(after)]
  const tally = emptyTally()
  for (let k = 0; k < kills; k++) {
    rmSync(at, {recursive: true})
    copyFiles(outputs, before, at)
    const {child, ended} = surety(args(at, 1))
    const kill = () => child.kill('SIGKILL')
    if (k % 2 === 0) setTimeout(kill, draws.uniform() * 1.05 * elapsedMs)
    else {
      const watcher = watch(at, () => {
        watcher.close()
        setTimeout(kill, draws.uniform() * 100)
      })
      void ended.then(() => watcher.close())
    }
    const {signal} = await ended
    if (signal === 'SIGKILL') tally.kills++
    else tally.finished++
    const states = outputs.map((name) => stateOf(join(at, name), old[name]!, fresh[name]!))
    add(
      tally,
      states,
      outputs.map((name) => `${name} after kill ${k}`),
    )
    tally.leftovers += readdirSync(at).length - outputs.length
  }
  return tally
}

/** Kills a process that does nothing but write one file, in turn with two contents of `bytes` bytes. */
export async function killWriter(bytes: number, kills: number, folder: string, draws: Random): Promise<Tally> {
  const path = join(folder, 'written')
  const contents = ['a', 'b'].map((letter) => letter.repeat(bytes))
  const atomic = new URL('../../dist/src/data/atomic-write.js', import.meta.url).href
  const loop = `const {writeFileAtomic} = await import(${JSON.stringify(atomic)})
    const contents = ['b', 'a'].map((letter) => letter.repeat(${bytes}))
    process.stdout.write('ready')
    for (let k = 0; ; k++) await writeFileAtomic(${JSON.stringify(path)}, contents[k % 2])`
  const tally = emptyTally()
  for (let k = 0; k < kills; k++) {
    writeFileSync(path, contents[0]!)
    const {child, ended} = start(['--input-type=module', '-e', loop])
    child.stdout!.once('data', () => setTimeout(() => child.kill('SIGKILL'), draws.uniform() * 100))
    const {signal, stderr} = await ended
    if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself: ${stderr}`)
    tally.kills++
    add(tally, [stateOf(path, contents[0]!, contents[1]!)], [`written after kill ${k}`])
    const left = readdirSync(folder).filter((name) => name.endsWith('.tmp'))
    tally.leftovers += left.length
    for (const name of left) rmSync(join(folder, name))
  }
  return tally
}

const emptyTally = (): Tally => ({kills: 0, finished: 0, old: 0, new: 0, mixed: 0, leftovers: 0, broken: []})

function stateOf(path: string, old: string, fresh: string): 'old' | 'new' | 'broken' {
  if (!existsSync(path)) return 'broken'
  try {
    const found = content(path)
    return found === old ? 'old' : found === fresh ? 'new' : 'broken'
  } catch {
    return 'broken'
  }
}

function add(tally: Tally, states: readonly ('old' | 'new' | 'broken')[], places: readonly string[]): void {
  states.forEach((state, at) => (state === 'broken' ? tally.broken.push(places[at]!) : tally[state]++))
  if (states.includes('old') && states.includes('new')) tally.mixed++
}

async function main(): Promise<void> {
  const all = Number(process.argv[2] ?? 240)
  const draws = random(1)
  const scratch = scratchFolder('kill')
  const folder = (name: string) => {
    copyFiles([], scratch, join(scratch, name))
    return join(scratch, name)
  }
  const rows: [string, Tally][] = []
  for (const bytes of [2 ** 12, 2 ** 23]) {
    rows.push([
      `writer, ${bytes / 1024} KiB`,
      await killWriter(bytes, Math.round(WRITER_SHARE * all), folder(`writer-${bytes}`), draws),
    ])
    console.error(`${rows.at(-1)![0]}: done`)
  }
  for (const scenario of SCENARIOS) {
    rows.push([
      scenario.name,
      await killCommand(scenario, Math.round(scenario.share * all), folder(scenario.name), draws),
    ])
    console.error(`${scenario.name}: done`)
  }
  console.log('                  killed  finished  files old  files new  mixed sets  leftovers  broken')
  for (const [name, {kills, finished: done, old, new: fresh, mixed, leftovers, broken}] of rows) {
    console.log(
      name.padEnd(16) +
        [kills, done, old, fresh, mixed, leftovers, broken.length]
          .map((x, k) => String(x).padStart([8, 10, 11, 11, 12, 11, 8][k]!))
          .join(''),
    )
  }
  const broken = rows.flatMap(([name, tally]) => tally.broken.map((place) => `${name}: ${place}`))
  console.log(
    `${rows.reduce((sum, [, {kills}]) => sum + kills, 0)} processes were killed; ${broken.length} files are neither old nor new${broken.map((place) => `\n  ${place}`).join('')}`,
  )
  process.exitCode = broken.length === 0 ? 0 : 1
}

if (process.argv[1] === resolve('scripts/reliability/kill.ts')) await main()
