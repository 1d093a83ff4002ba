import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {plantedGraphml} from '../../scripts/planted-graphml.mjs'
import type {Limits} from '../../src/gate/types.js'
import {commandLineWith} from '../support/command-line.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-init-'))
  for (const name of ['models', 'graphs', 'node_modules/x']) mkdirSync(join(folder, name), {recursive: true})
  cpSync('fixtures/digits/digits-mlp.onnx', join(folder, 'models/model.onnx'))
  cpSync('fixtures/digits/digits-mlp-test.npz', join(folder, 'models/test.npz'))
  cpSync('fixtures/digits/digits-mlp.onnx', join(folder, 'node_modules/x/other.onnx'))
  writeFileSync(join(folder, 'graphs/friends.graphml'), plantedGraphml())
  writeFileSync(join(folder, 'models/broken.npz'), 'no archive')
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const surety = async (...args: string[]) => {
  const run = await commandLineWith({cwd: folder}, ...args)
  return {...run, words: `${run.stdout} ${run.stderr}`.replace(/\s+/g, ' ')}
}
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const write = (name: string, value: unknown) =>
  writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
interface Config {
  checks: Record<string, {options: object; thresholds: Record<string, [string, Limits & {why: string}]>}>
}

describe('surety init', () => {
  it('finds a model with its data and a graph, and proposes limits from the first run with their reasons', async () => {
    const {code, words} = await surety('init', '--yes')
    expect([code, words]).toEqual([0, expect.stringContaining('surety.config.json: written') as string])
    const {checks} = JSON.parse(read('surety.config.json')) as Config
    expect(Object.keys(checks)).toEqual(['friends', 'model'])
    expect(checks['model']).toMatchObject({certify: 'models/model.onnx', options: {data: 'models/test.npz'}})
    expect(checks['friends']!.options).toEqual({
      'label-attribute': 'class',
      'feature-attributes': Array.from({length: 8}, (_, k) => `f${k}`),
    })
    expect(checks['model']!.thresholds['accuracy']![1].min).toBeGreaterThan(0.85)
    for (const {thresholds} of Object.values(checks))
      for (const [, {why}] of Object.values(thresholds)) expect(why).toMatch(/first (run|graph)/)
    expect(read('.github/workflows/surety.yml')).toContain('npx --no-install surety gate')
    expect(read('.gitignore')).toBe('.surety-cache/\nsurety-reports/\n')
  })

  it('may be run again: what is there is kept, unless --overwrite says so', async () => {
    write('surety.config.json', '{"checks": {}}')
    write('.github/workflows/surety.yml', 'mine')
    write('.gitignore', 'mine\nsurety-reports/')
    expect((await surety('init', '--yes')).words).toMatch(/surety\.config\.json: kept .*surety\.yml: kept/)
    expect([read('surety.config.json'), read('.github/workflows/surety.yml')]).toEqual(['{"checks": {}}', 'mine'])
    expect(read('.gitignore')).toBe('mine\nsurety-reports/\n.surety-cache/\n')
    expect((await surety('init', '--yes', '--overwrite', '--ci', 'gitlab')).code).toBe(0)
    expect(existsSync(join(folder, '.gitlab-ci.yml'))).toBe(true)
    expect(read('.github/workflows/surety.yml')).toBe('mine')
  })

  it('asks nobody where there is no terminal, and says so', async () => {
    const {code, words} = await surety('init')
    expect(code).toBe(2)
    expect(words).toContain('--yes')
  })

  it('leads to a green gate with a page a check, and to a red one that says why', async () => {
    const green = await surety('gate', '--reports', 'released', '--out', 'out.html', '--out', 'out.sarif')
    expect(green.code).toBe(0)
    expect(read('out.html')).toContain('href="released/model.html"')
    expect(read('released/friends.html')).toContain('</html>')
    expect(read('out.sarif')).toContain('released/model.html')

    const {checks} = JSON.parse(read('surety.config.json')) as Config
    write('surety.config.json', {
      checks: {
        released: {report: 'released/model.json', thresholds: {accuracy: checks['model']!.thresholds['accuracy']}},
      },
    })
    expect((await surety('gate')).code).toBe(0)
    const honest = read('released/model.json')
    const edited = JSON.parse(honest) as {metrics: {accuracy: number}}
    edited.metrics.accuracy = 0.9977
    write('released/model.json', edited)
    const forged = await surety('gate')
    expect(forged.code).toBe(2)
    expect(forged.words).toContain('released/model.json: was edited after surety wrote it')
    write('released/model.json', honest)
    cpSync('fixtures/digits/digits-cnn.onnx', join(folder, 'models/model.onnx'))
    const replaced = await surety('gate')
    expect(replaced.code).toBe(2)
    expect(replaced.words).toContain('models/model.onnx changed since this report was written')

    write('surety.config.json', {checks: {friends: checks['friends']}})
    write('graphs/friends.graphml', plantedGraphml({attacked: 400}))
    const attacked = await surety('gate')
    expect(attacked.code).toBe(1)
    expect(attacked.words).toMatch(/randomEdges\.share\.low is 0\.\d+, expected ≤ 0\.\d+/)
  })

  it('accepts a failure until a day, with a reason', async () => {
    const refused = (...args: string[]) => surety('suppress', 'friends', 'randomEdges.share.low', ...args)
    expect((await refused('--until', '2020-01-01', '--reason', 'x')).words).toContain('is past')
    expect((await refused('--until', '2099-12-31', '--reason', ' ')).words).toContain('gives no reason')
    expect((await refused('--until', 'soon', '--reason', 'x')).code).toBe(2)
    expect((await refused('--until', '2099-12-31', '--reason', 'cleaned in May')).code).toBe(0)
    expect((await refused('--until', '2099-12-30', '--reason', 'again')).words).toContain('as suppressions[0] is')
    const {code, words} = await surety('gate', '--out', 'out.sarif')
    expect([code, words]).toEqual([0, expect.stringContaining('cleaned in May') as string])
    const sarif = JSON.parse(read('out.sarif')) as {runs: [{results: unknown[]}]}
    expect(sarif.runs[0].results).toEqual([])
    expect(read('out.sarif')).toContain('is accepted until 2099-12-31')
  })

  it('a configuration that judges nothing and folders that are files are errors', async () => {
    const said = async (config: unknown, ...args: string[]) => {
      write('surety.config.json', config)
      const {code, words} = await surety('gate', ...args)
      expect(code).toBe(2)
      return words
    }
    const check = {sanitize: 'graphs/friends.graphml'}
    expect(await said({checks: {a: {...check, thresholds: {verdict: 'off'}}}})).toContain(
      'every threshold of checks.a is off',
    )
    expect(await said({checks: {a: check}}, '--cache', 'out.sarif')).toContain(
      '--cache names out.sarif, which is a file',
    )
    expect(await said({checks: {a: check}}, '--reports', 'out.sarif')).toContain('--reports names out.sarif')
    for (const limit of ['.nan', '.inf']) {
      write('surety.config.yaml', `checks: {a: {sanitize: g, thresholds: {cut.share: [error, {max: ${limit}}]}}}`)
      expect((await surety('gate', '--config', 'surety.config.yaml')).code).toBe(2)
    }
  })
})

describe('surety demo', () => {
  it('judges what comes with surety, and leaves pages', async () => {
    const {code, stdout} = await surety('demo', '--folder', 'shown')
    expect(code).toBe(0)
    expect(stdout).toMatch(/✗ FAIL {2}4 of 5 demands/)
    expect(stdout).toContain(join('shown', 'gate.html'))
    expect(read('shown/gate.html')).toContain('href="citations.html"')
    expect(read('shown/digits.html')).toContain('</html>')
  })
})
