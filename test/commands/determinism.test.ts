import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {writeStates} from '../../scripts/reliability/make-states.js'
import type {CertifyReport} from '../../src/documents/reports.js'
import {suretyWith} from './run-surety.js'
import {scaled} from '../support/scale.js'
import {commandLine} from '../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-determinism-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)

beforeAll(() => writeStates(at('states.npz')))

/** What a run writes, without the run block and the number of threads that `engine.tried` names. */
async function outputs(threads: number, args: string[], names: string[]): Promise<string[]> {
  const {code, stderr} = await commandLine(...args, '--threads', String(threads), '--device', 'cpu')
  expect(stderr).not.toContain('error')
  expect(code).toBe(0)
  return names.map((name) => {
    const bytes = readFileSync(at(name))
    if (!name.endsWith('.json')) return bytes.toString('latin1')
    return JSON.stringify({...(JSON.parse(bytes.toString()) as object), run: null, checksum: null}).replace(
      /taken: \d+ threads/,
      'taken',
    )
  })
}

describe('the same bytes on 1 and 2 threads, in the full suite on 4', () => {
  it.each([
    [
      'certify on worker threads',
      scaled([1, 2, 4], [1, 2]),
      () => ['certify', at('states.npz'), '--bootstrap', '100', '--examples', '5', '--out', at('report.json')],
      ['report.json'],
    ],
    [
      'sanitize',
      scaled([1, 2, 4], [1, 2]),
      () => [
        'sanitize',
        'fixtures/community-graph/small-community-graph.npz',
        '--edges',
        'edges_attacked',
        '--method',
        'first-order',
        '--force',
        '--out',
        at('clean.npz'),
        '--scores',
        at('scores.csv'),
        '--report',
        at('graph.json'),
      ],
      ['clean.npz', 'scores.csv', 'graph.json'],
    ],
    [
      'evaluate',
      scaled([1, 4], [1, 2]),
      () => [
        'evaluate',
        'fixtures/community-graph/small-community-graph.npz',
        '--edges',
        'edges_attacked',
        '--clean',
        'edges',
        '--seeds',
        '1',
        '--out',
        at('evaluation.json'),
      ],
      ['evaluation.json'],
    ],
  ] as const)(
    '%s',
    async (_, threads, args, names) => {
      const alone = await outputs(threads[0]!, args(), [...names])
      for (const more of threads.slice(1))
        expect(await outputs(more, args(), [...names]), `${more} threads`).toEqual(alone)
    },
    240_000,
  )
})

describe('a worker thread that dies during the work', () => {
  it('leaves the same metrics, evidence and verdict, and a note', async () => {
    const args = [
      'certify',
      at('states.npz'),
      '--bootstrap',
      '0',
      '--examples',
      '5',
      '--threads',
      '2',
      '--device',
      'cpu',
      '--json',
    ]
    const undisturbed = JSON.parse((await commandLine(...args)).stdout) as CertifyReport
    const nodeArgs = ['--import', resolve('scripts/reliability/kill-worker.mjs')]
    const {code, stdout, stderr} = suretyWith({nodeArgs, env: {SURETY_KILL_WORKER_MS: '50'}}, ...args)
    expect(stderr).toContain('a worker thread was killed')
    expect(code).toBe(0)
    const {metrics, evidence, verdict, notes} = JSON.parse(stdout) as CertifyReport
    expect({metrics, evidence, verdict}).toEqual({
      metrics: undisturbed.metrics,
      evidence: undisturbed.evidence,
      verdict: undisturbed.verdict,
    })
    expect(notes.filter(({code}) => code === 'workers-lost')).toHaveLength(1)
    expect(undisturbed.notes.map(({code}) => code)).not.toContain('workers-lost')
  }, 240_000)
})
