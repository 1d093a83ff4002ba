import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CertifyReport, HistoryReport, SanitizeReport} from '../../src/documents/reports.js'
import {withChecksum} from '../../src/frame/checksum.js'
import {toJson, withoutRun} from '../../src/frame/json.js'
import {sparkline} from '../../src/render/terminal/history.js'
import {certifySample} from '../render/samples/certify.js'
import {judgeSample} from '../render/samples/judge.js'
import {sanitizeSample} from '../render/samples/sanitize.js'
import {commandLineWith} from '../support/command-line.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-history-'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const git = (cwd: string, ...args: string[]) =>
  execFileSync(
    'git',
    ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', '-c', 'core.hooksPath=/dev/null', ...args],
    {cwd, encoding: 'utf8', env: {...process.env, GIT_COMMITTER_DATE: '2030-01-02T03:04:05Z'}},
  ).trim()

/** A certificate with this lower end of the accuracy. */
function certificate(lower: number, changes: Partial<CertifyReport> = {}): CertifyReport {
  const sample = certifySample()
  return withChecksum({
    ...sample,
    metrics: {...sample.metrics, performance: {measure: 'accuracy', value: lower + 0.02, lower, baseline: 0.1}},
    ...changes,
  })
}
function graph(low: number, finding = 'no evidence of an attack'): SanitizeReport {
  const sample = sanitizeSample()
  const share = {estimate: low + 0.01, low, high: low + 0.02}
  const randomEdges = {
    finding,
    reason: null,
    counted: 10,
    share,
    number: share,
    certain: 0,
    expectedGenuine: null,
    parts: [],
    harm: null,
  } as NonNullable<SanitizeReport['metrics']['randomEdges']>
  return withChecksum({...sample, metrics: {...sample.metrics, randomEdges}})
}

const history = async (cwd: string, ...args: string[]) => {
  const {code, stdout, stderr} = await commandLineWith({cwd}, 'history', ...args)
  return {code, stdout, words: `${stdout} ${stderr}`.replace(/\s+/g, ' ')}
}
const json = async (cwd: string, ...args: string[]) =>
  JSON.parse((await history(cwd, ...args, '--json')).stdout) as HistoryReport
const valuesOf = ({metrics}: HistoryReport, metric: string) =>
  metrics.series.find((series) => series.metric === metric)?.values

describe('surety history', () => {
  it('of a repository: what is installed in it is not looked at, and a run without a number has a sign that is explained', async () => {
    const place = join(folder, 'project')
    for (const name of ['node_modules/package', 'reports']) mkdirSync(join(place, name), {recursive: true})
    writeFileSync(join(place, 'node_modules/package/other.json'), '{}')
    writeFileSync(join(place, 'reports/model.json'), toJson(certificate(0.9)))
    writeFileSync(join(place, 'reports/graph.json'), toJson(graph(0.02)))
    const {code, words} = await history(place, '.')
    expect(code).toBe(0)
    expect(words).not.toContain('other.json')
    expect(words).toContain('×: a run without that number')
    expect((await history(join(place, 'node_modules'), '.')).words).toContain('other.json')
    const {checksum, ...unsealed} = certificate(0.99)
    expect(checksum).toMatch(/^[0-9a-f]{64}$/)
    writeFileSync(join(place, 'reports/unsealed.json'), toJson(unsealed as CertifyReport))
    expect((await history(place, 'reports')).words).toMatch(/unsealed\.json: is damaged at .*checksum/)
  })

  it('of git: every version of the baselines, commit by commit, and why one is not drawn', async () => {
    const repository = join(folder, 'repository')
    mkdirSync(join(repository, 'surety-baseline'), {recursive: true})
    git(repository, 'init', '--quiet')
    const commit = (title: string, files: Record<string, string>) => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(repository, 'surety-baseline', name), text)
      git(repository, 'add', '.')
      git(repository, 'commit', '--quiet', '--allow-empty', '--message', title)
      return git(repository, 'rev-parse', '--short', 'HEAD')
    }
    const text = (report: object) => toJson(withoutRun(report) as CertifyReport)
    const first = commit('one', {'model.json': text(certificate(0.91)), 'graph.json': text(graph(0.02))})
    writeFileSync(join(repository, 'elsewhere'), 'x')
    commit('not about it', {})
    commit('two', {'model.json': text(certificate(0.93)), 'notes.json': '{"hello": 1}'})
    commit('edited', {'model.json': text({...certificate(0.94), metrics: certificate(0.99).metrics})})
    commit('unknown', {'graph.json': text(graph(0.5, 'not enough evidence to judge'))})
    const last = commit('three', {'model.json': text(certificate(0.9)), 'graph.json': text(graph(0.04))})

    const report = await json(repository, 'git')
    expect(report.metrics.runs.map(({title}) => title)).toEqual(['one', 'two', 'edited', 'unknown', 'three'])
    expect(report.metrics.runs[0]).toEqual({name: first, at: '2030-01-02T03:04:05Z', title: 'one'})
    expect(valuesOf(report, 'performance.lower')).toEqual([0.91, 0.93, null, null, 0.9])
    expect(valuesOf(report, 'randomEdges.share.low')).toEqual([0.02, 0.02, 0.02, null, 0.04])
    const reasons = report.metrics.skipped.map(({path, reason}) => `${path} ${reason}`)
    expect(reasons.filter((each) => each.includes('was edited after surety wrote it'))).toHaveLength(2)
    expect(reasons.filter((each) => each.includes('notes.json is not a report of surety'))).toHaveLength(4)
    expect(report.metrics.series.map(({group}) => group)).toContain('surety-baseline/model.json')

    const shown = await history(repository)
    expect(shown.code).toBe(0)
    expect(shown.stdout).toMatch(/performance\.lower +▃█××▁ +0\.910 +0\.900/)
    expect(shown.words).toContain(`${first} (2030-01-02) to ${last} (2030-01-02), 5 runs`)
    expect(shown.words).toContain('stand worse than in their first run')
    const plain = await commandLineWith({cwd: repository, env: {LC_ALL: 'C', LANG: 'C'}}, 'history')
    expect(plain.stdout).toMatch(/performance\.lower +:#xx_ +0\.910/)
    expect(plain.stdout).toMatch(/^[\x20-\x7e\n]*$/)
    expect((await json(repository, 'git:surety-baseline/graph.json', '--commits', '1')).metrics.runs).toHaveLength(1)
  })

  it('of a folder: by the time that the reports state, other kinds and other algorithms named', async () => {
    const reports = join(folder, 'reports')
    mkdirSync(reports)
    const at = (startedAt: string) => ({run: {...certifySample().run!, startedAt}})
    const write = (name: string, report: object) => writeFileSync(join(reports, name), JSON.stringify(report))
    write('a.json', {...certificate(0.9), ...at('2030-03-01T00:00:00.000Z')})
    write('b.json', {...certificate(0.8), ...at('2030-01-01T00:00:00.000Z')})
    write('c.json', {...certificate(0.7, {algorithm: 77, version: '9.9.9'}), ...at('2030-02-01T00:00:00.000Z')})
    write('d.json', {...certificate(0.85, {version: '0.0.9'}), ...at('2030-02-02T00:00:00.000Z')})
    write('judge.json', withChecksum(judgeSample()))
    writeFileSync(join(reports, 'broken.json'), '{"command"')
    const report = await json(folder, 'reports')
    const drawn = report.metrics.runs.map(({name}) => name.slice(8, -5))
    expect(drawn.filter((name) => /^[abcd]$/.test(name))).toEqual(['b', 'c', 'd', 'a'])
    expect(valuesOf(report, 'performance.lower')?.filter((value) => value !== null)).toEqual([0.8, 0.85, 0.9])
    const reason = (name: string) => report.metrics.skipped.find(({path}) => path === `reports/${name}.json`)!.reason
    expect(reason('c')).toContain('algorithm 77, the latest report has 0')
    expect(reason('judge')).toBe('is a report of surety judge, of which no metric is drawn')
    expect(reason('broken')).toContain('is not valid JSON')
    expect(report.notes.map(({code}) => code)).toContain('several-versions')

    const out = join(folder, 'history.html')
    expect((await history(folder, 'reports', '--html', out, '--report', join(folder, 'history.json'))).code).toBe(0)
    const page = readFileSync(out, 'utf8')
    expect(page.match(/<svg [^>]*class="chart"/g)!.length).toBe(1)
    expect(page).toContain('0.800 in its first run, 0.900 in its last')
    const again = await commandLineWith({cwd: folder}, 'report', 'history.json')
    expect(again.stdout).toContain('performance.lower')
  })

  it('of gates: every number that was judged, with its limit', async () => {
    const states = join(process.cwd(), 'fixtures/digits/digits-mlp-embeddings.npz')
    const options = {bootstrap: 0, examples: 0}
    const checks = {digits: {certify: states, options, thresholds: {accuracy: ['error', {min: 0.9}]}}}
    writeFileSync(join(folder, 'surety.config.json'), JSON.stringify({checks}))
    const run = await commandLineWith({cwd: folder}, 'gate', '--threads', '1', '--out', 'gates/1.json')
    expect(run.code).toBe(2)
    mkdirSync(join(folder, 'gates'))
    for (const name of ['1', '2'])
      await commandLineWith({cwd: folder}, 'gate', '--cache', '.cache', '--threads', '1', '--out', `gates/${name}.json`)
    const report = await json(folder, 'gates')
    const series = report.metrics.series.find(({metric}) => metric === 'digits: accuracy')!
    expect(series).toMatchObject({limit: 0.9, worse: 'lower'})
    expect(series.values).toHaveLength(2)
    expect(valuesOf(report, 'errors')).toEqual([0, 0])
    const edited = JSON.parse(readFileSync(join(folder, 'gates/1.json'), 'utf8')) as HistoryReport
    edited.verdict.summary = 'all is well'
    writeFileSync(join(folder, 'gates/1.json'), JSON.stringify(edited))
    expect((await json(folder, 'gates')).metrics.skipped).toMatchObject([{path: 'gates/1.json', run: null}])
  })

  it('says what it cannot read', async () => {
    mkdirSync(join(folder, 'empty'))
    for (const [place, message] of [
      ['nowhere', 'there is no such folder'],
      ['empty', 'holds no report'],
      ['git', 'this is not a git repository'],
    ] as const) {
      const {code, words} = await history(folder, place)
      expect([code, words]).toEqual([2, expect.stringContaining(message)])
    }
  })
})

it('draws a value by its height, one value by the middle, and the last ones where there is no room', () => {
  expect(sparkline([1, 2, 3, null, 8], 40)).toBe('▁▂▃×█')
  expect(sparkline([5, 5], 40)).toBe('▄▄')
  expect(sparkline([9, 1, 2], 2)).toBe('▁█')
})
