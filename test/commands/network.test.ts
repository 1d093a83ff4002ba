import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {suretyWith} from './run-surety.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-network-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)
const DENY = ['--import', resolve('scripts/reliability/deny-network.mjs')]
const denied = (script: string) =>
  spawnSync(process.execPath, [...DENY, '--input-type=module', '-e', script], {encoding: 'utf8'}).stderr

describe('with every way to a network denied', () => {
  it.each([
    ['fetch', `await fetch('http://127.0.0.1:9')`],
    ['http', `(await import('node:http')).get('http://127.0.0.1:9')`],
    ['https', `(await import('node:https')).get('https://127.0.0.1:9')`],
    ['net', `(await import('node:net')).connect(9)`],
    ['dns', `(await import('node:dns')).lookup('localhost', () => {})`],
    ['dns promises', `await (await import('node:dns/promises')).resolve4('localhost')`],
    ['dgram', `(await import('node:dgram')).createSocket('udp4')`],
    [
      'a worker thread',
      `const {Worker} = await import('node:worker_threads'); new Worker("import('node:net').then((net) => net.connect(9))", {eval: true})`,
    ],
  ])('the denial is real: %s', (_, script) => {
    expect(denied(script)).toContain('network denied')
  })

  it.each([
    [
      'certify',
      [
        'certify',
        'fixtures/mnist-mlp',
        '--data',
        'fixtures/mnist-mlp/test.npz',
        '--limit',
        '200',
        '--bootstrap',
        '0',
        '--html',
        'report.html',
      ],
    ],
    [
      'certify, ONNX',
      [
        'certify',
        'fixtures/digits/digits-mlp.onnx',
        '--data',
        'fixtures/digits/digits-mlp-test.npz',
        '--bootstrap',
        '0',
        '--device',
        'auto',
      ],
    ],
    [
      'sanitize',
      [
        'sanitize',
        'fixtures/community-graph/small-community-graph.npz',
        '--edges',
        'edges_attacked',
        '--method',
        'first-order',
        '--out',
        'clean.npz',
        '--html',
        'graph.html',
      ],
    ],
    ['doctor', ['doctor']],
    ['help', ['--help']],
    ['completion', ['autocomplete', 'script', 'bash']],
  ])('%s works and asks for none', (_, args) => {
    const files = args.map((arg) => (/^(report|graph|clean)\./.test(arg) ? at(arg) : arg))
    const {code, stderr} = suretyWith({nodeArgs: DENY}, ...files)
    expect(stderr).not.toContain('network denied')
    expect(code).toBe(0)
  })
})
