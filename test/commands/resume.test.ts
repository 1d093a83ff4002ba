import {spawn} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {pack} from '../../src/data/packed.js'
import {withChecksum} from '../../src/frame/checksum.js'
import {commandLine} from '../support/command-line.js'

const CERTIFY = ['certify', 'fixtures/digits/digits-mlp-embeddings.npz', '--bootstrap', '100']
const SANITIZE = ['sanitize', 'fixtures/community-graph/small-community-graph.npz', '--edges', 'edges_attacked']
const folder = mkdtempSync(join(tmpdir(), 'surety-resume-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)

const parts = (kept: string) =>
  existsSync(kept)
    ? readdirSync(kept)
        .filter((name) => /^(layer|block).*\.json$/.test(name))
        .sort()
    : []
const withoutRun = (path: string) => ({...(JSON.parse(readFileSync(path, 'utf8')) as object), run: null})

/** Kills the command as soon as `count` parts are kept; whether it came to that. */
async function killedAfter(count: number, kept: string, args: string[]): Promise<boolean> {
  const child = spawn(process.execPath, ['bin/run.js', ...args, '--resume', kept], {stdio: 'ignore'})
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)))
  const watch = setInterval(() => {
    if (parts(kept).length >= count) child.kill('SIGKILL')
  }, 2)
  return (await ended.finally(() => clearInterval(watch))) === 'SIGKILL'
}

describe.each<[string, string[], string[]]>([
  ['certify', CERTIFY, ['--out']],
  ['sanitize', SANITIZE, ['--report', '--out', '--scores']],
])('%s that was killed', (name, args, outputs) => {
  it('goes on to what an undisturbed run writes, from the parts that are there', async () => {
    const kept = at(`kept-${name}`)
    const files = (run: string) =>
      outputs.map((flag) =>
        at(
          `${name}-${run}${flag}.${flag === '--scores' ? 'csv' : name === 'sanitize' && flag === '--out' ? 'npz' : 'json'}`,
        ),
      )
    const written = (run: string) => outputs.flatMap((flag, k) => [flag, files(run)[k]!])
    expect((await commandLine(...args, ...written('whole'))).code).toBe(0)
    expect(await killedAfter(2, kept, [...args, ...written('never')])).toBe(true)
    const before = parts(kept)
    const times = () => before.map((part) => statSync(join(kept, part)).mtimeMs)
    const first = times()
    expect([before.length >= 2, files('never').filter((path) => existsSync(path))]).toEqual([true, []])
    expect((await commandLine(...args, ...written('resumed'), '--resume', kept)).code).toBe(0)
    expect(times()).toEqual(first)
    for (const [k, path] of files('resumed').entries()) {
      const whole = files('whole')[k]!
      if (path.endsWith('.json')) expect(withoutRun(path)).toEqual(withoutRun(whole))
      else expect(readFileSync(path)).toEqual(readFileSync(whole))
    }
  })
})

describe.each<[string, string[], string, object]>([
  ['certify', CERTIFY, 'layer-0-block-0', {total: pack(new Float64Array(3))}],
  ['sanitize', SANITIZE, 'block-0', {gradients: []}],
])('%s with a part that no run can have made, under a fitting checksum', (name, args, part, change) => {
  it('names its file and says to delete it, after which the run goes on', async () => {
    const kept = at(`forged-${name}`)
    const run = () =>
      commandLine(
        ...args,
        '--out',
        at(`forged-${name}.${name === 'sanitize' ? 'npz' : 'json'}`),
        ...(name === 'sanitize' ? ['--force'] : []),
        '--resume',
        kept,
      )
    expect((await run()).code).toBe(0)
    const file = join(kept, `${part}.json`)
    const whole = readFileSync(file, 'utf8')
    const held = JSON.parse(whole) as {part: object}
    writeFileSync(file, JSON.stringify(withChecksum({...held, part: {...held.part, ...change}})))
    const {code, stderr} = await run()
    expect([code, stderr.includes('--shard')]).toEqual([2, false])
    expect(stderr.replace(/\s+/g, ' ')).toMatch(
      new RegExp(`${part}.json.* holds .* → delete this file: its part is computed again`),
    )
    rmSync(file)
    expect((await run()).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(whole)
  })
})

describe('--resume', () => {
  const kept = at('kept')
  beforeAll(async () => void (await commandLine(...CERTIFY, '--resume', kept)))

  const refused = async (dir: string, ...more: string[]) => {
    const {code, stderr} = await commandLine(...CERTIFY, '--resume', dir, ...more)
    expect(code).toBe(2)
    return stderr.replace(/\s+/g, ' ')
  }

  it('refuses the parts of another run, and names what differs', async () => {
    expect(await refused(kept, '--seed', '7', '--delta', '0.1')).toContain(
      'run.json: belongs to another run: other seed, deltas',
    )
    expect((await commandLine(...SANITIZE, '--dry-run', '--resume', kept)).stderr.replace(/\s+/g, ' ')).toContain(
      'belongs to another run: other command',
    )
  })

  it('refuses a part that was changed, and computes one that was deleted again', async () => {
    const part = join(kept, parts(kept)[0]!)
    const whole = readFileSync(part, 'utf8')
    writeFileSync(part, whole.replace(/"diameter":\d/, '"diameter":9'))
    expect(await refused(kept)).toContain(
      'does not have the checksum that it states → delete this file: its part is computed again',
    )
    rmSync(part)
    expect((await commandLine(...CERTIFY, '--resume', kept)).code).toBe(0)
    expect(readFileSync(part, 'utf8')).toBe(whole)
  })

  it('refuses a folder with other things, a file, and a shard', async () => {
    mkdirSync(at('other'))
    writeFileSync(at('other/notes.txt'), '')
    expect(await refused(at('other'))).toContain('holds files, but no run.json')
    expect(await refused(at('other/notes.txt'))).toContain('is a file, not a folder')
    expect(await refused(at('other/notes.txt/inside'))).toContain('cannot be made: ENOTDIR')
    expect(await refused(kept, '--shard', '1/2', '--out', at('x.json'))).toContain('--resume')
  })
})
