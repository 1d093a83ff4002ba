import {spawn, spawnSync} from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import Gate from '../../commands/gate.js'
import {toFailure} from '../../src/cli/failure.js'
import {withoutRun} from '../../src/frame/json.js'
import {withChecksum} from '../../src/frame/checksum.js'
import type {CertifyReport, GateReport} from '../../src/documents/reports.js'
import {type Run} from './run-surety.js'
import {commandLineWith} from '../support/command-line.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-gate-'))
  for (const name of ['digits', 'community-graph'])
    symlinkSync(join(process.cwd(), 'fixtures', name), join(folder, name))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const CHECKS = {
  model: {
    certify: 'digits/digits-mlp-embeddings.npz',
    options: {bootstrap: 0, examples: 0},
    thresholds: {
      accuracy: ['error', {min: 0.9, baseline: {absolute: 0.001}}],
      'layers[h1].epsilon.scaleFree': ['error', {max: 0.5, baseline: {relative: 0.05}}],
    },
  },
  graph: {
    sanitize: 'community-graph/small-community-graph.npz',
    options: {edges: 'edges_attacked', truth: 'edges_added', 'prune-ratio': 0.1},
    thresholds: {'truth.auc': ['error', {min: 0.9}], 'cut.share': ['warn', {max: 0.2}]},
  },
}
const write = (config: unknown, name = 'surety.config.json') =>
  writeFileSync(join(folder, name), typeof config === 'string' ? config : JSON.stringify(config, null, 2))
const gate = (...args: string[]): Promise<Run> => commandLineWith({cwd: folder}, 'gate', '--threads', '1', ...args)
const json = (run: Run) => JSON.parse(run.stdout) as GateReport
const only = (name: keyof typeof CHECKS, thresholds: object = {}) => ({checks: {[name]: {...CHECKS[name], thresholds}}})

describe('surety gate', () => {
  it('spends the budget of a history run by run, and only where both are told', async () => {
    const checks = {model: {...CHECKS.model, thresholds: {accuracy: ['error', {min: 0.5}]}}}
    write({checks, budget: 'independent'})
    const third = json(await gate('--json', '--run', '3'))
    expect(third.verdict.meaning.join(' ')).toContain('run 3 of a history: its certificates spend 1/12 of their α')
    expect(third.config).toMatchObject({budget: 'independent', run: 3})
    const first = json(await gate('--json', '--run', '1'))
    const lower = ({metrics}: GateReport) => metrics.checks[0]!.performance!.lower!
    expect(lower(third)).toBeLessThan(lower(first))
    for (const [args, message] of [
      [[], 'which run of its history this is'],
      [['--run', '2', '--baseline', 'git:HEAD'], 'not to be held against a baseline'],
    ] as const) {
      const refused = await gate(...args)
      expect([refused.code, refused.stderr.replace(/\n +/g, ' ')]).toEqual([2, expect.stringContaining(message)])
    }
    write({checks})
    expect((await gate('--run', '2')).code).toBe(2)
  })

  it('judges slices on their bounds, and a slice with too few rows is never a pass', async () => {
    const thresholds = {
      'slices[*].performance': ['error', {min: 0.5}],
      'slices[8].performance.value': ['error', {min: 0.99}],
      'slices[rows>=1].headline': ['error', {max: 0.999}],
    }
    write({
      checks: {
        model: {
          certify: 'digits/digits-mlp-embeddings.npz',
          options: {bootstrap: 0, examples: 0, slice: 'class'},
          thresholds,
        },
      },
    })
    const found = json(await gate('--json')).metrics.findings
    const of = (metric: string) => found.find((finding) => finding.metric === metric)!
    expect(of('slices[*].performance')).toMatchObject({status: 'pass', judgedOn: 'lower bound', matches: 10})
    expect(of('slices[8].performance.value')).toMatchObject({status: 'fail', judgedOn: 'lower bound'})
    expect(of('slices[rows>=1].headline').judgedOn).toBe('certified bound')
  })

  it('runs checks, keeps reports, compares with a baseline and writes every output at once', async () => {
    write({checks: CHECKS, cache: '.cache'})
    const refused = await gate()
    expect(refused.code).toBe(2)
    expect(refused.stderr.replace(/\n +/g, ' ')).toContain('is compared with a baseline, and none is named')

    const updated = await commandLineWith({cwd: folder}, 'baseline', 'update', '--threads', '1')
    expect(updated.code).toBe(0)
    expect(updated.stdout).toBe('surety-baseline/model.json\nsurety-baseline/graph.json\n')

    const outs = [
      'gate.json',
      'gate.md',
      'gate.html',
      'junit.xml',
      'gate.sarif',
      'gl-code-quality-report.json',
      'gate.badge.json',
      'github:annotations.txt',
    ]
    const first = await gate('--baseline', 'surety-baseline', ...outs.flatMap((out) => ['--out', out]))
    expect(first.stderr).not.toMatch(/error/)
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(/^✓ PASS/)
    for (const out of outs)
      expect(readFileSync(join(folder, out.replace('github:', '')), 'utf8').length, out).toBeGreaterThan(
        /github|gl-/.test(out) ? -1 : 50,
      )

    // Both checks came from the cache that `baseline update` filled, and the report is the same but for run.
    const report = JSON.parse(readFileSync(join(folder, 'gate.json'), 'utf8')) as GateReport
    expect(report.run!.cached).toEqual(['model', 'graph'])
    const lasting = withoutRun(report)
    rmSync(join(folder, '.cache'), {recursive: true})
    const again = json(await gate('--baseline', 'surety-baseline', '--json'))
    expect(again.run!.cached).toBeUndefined()
    expect(withoutRun(again)).toEqual(lasting)
  })

  it('prints every failure on stderr, whatever the format, and exits 1 unless told not to', async () => {
    write(only('graph', {'cut.share': ['error', {max: 0.01}], pruned: ['warn', {max: 1}]}))
    for (const format of ['terminal', 'badge', 'json', 'github']) {
      const {code, stderr} = await gate('--format', format, '--cache', '.cache')
      expect(code).toBe(1)
      expect(stderr).toMatch(/error: graph: cut\.share\n\s+expected\s+≤ 0\.01\n\s+found\s+0\.\d+/)
      expect(stderr).toMatch(/warning: graph: pruned/)
      expect(stderr).toMatch(/to do/)
      expect(stderr).toMatch(/surety\.config\.json:\d+/)
    }
    expect((await gate('--no-fail', '--cache', '.cache')).code).toBe(0)
    write(only('graph', {pruned: ['warn', {max: 1}]}))
    expect((await gate('--cache', '.cache')).code).toBe(0)
    expect((await gate('--cache', '.cache', '--fail-level', 'warn')).code).toBe(1)
    write({...only('graph', {pruned: ['warn', {max: 1}]}), 'fail-level': 'warn', cache: '.cache'})
    expect((await gate()).code).toBe(1)
    expect((await gate('--fail-level', 'error')).code).toBe(0)
    expect((await commandLineWith({cwd: folder, env: {SURETY_FAIL_LEVEL: 'error'}}, 'gate')).code).toBe(0)
  })

  it('goes on with the other checks when one cannot be run, and exits 2', async () => {
    write({checks: {absent: {certify: 'no-such.onnx', options: {data: 'x.npz'}}, graph: CHECKS.graph}})
    const run = await gate('--json', '--no-fail', '--cache', '.cache')
    expect(run.code).toBe(2)
    const {metrics} = json(run)
    expect(metrics.checks.map(({name, error}) => [name, error?.code])).toEqual([
      ['absent', 'INPUT'],
      ['graph', undefined],
    ])
    expect(metrics.findings[0]).toMatchObject({check: 'absent', rule: 'run', status: 'fail'})
    expect(run.stderr).toContain('no-such.onnx')
    expect((await gate('--only', 'graph', '--cache', '.cache')).code).toBe(0)
  })

  it.each<[string, unknown, RegExp, RegExp]>([
    [
      'an unknown option',
      {checks: {graph: {...CHECKS.graph, options: {rigde: 1}}}},
      /checks\.graph: there is no option "rigde"/,
      /did you mean ridge\?/,
    ],
    [
      'an option of another command',
      {checks: {graph: {...CHECKS.graph, options: {loss: 'brier'}}}},
      /no option "loss"/,
      /known: /,
    ],
    [
      'a value that its flag refuses',
      {checks: {graph: {...CHECKS.graph, options: {'prune-ratio': 7}}}},
      /--prune-ratio takes a number from 0 to 1/,
      /./,
    ],
    [
      'options that exclude each other',
      {checks: {graph: {...CHECKS.graph, options: {'prune-ratio': 0.1, 'prune-count': 3}}}},
      /cannot also be provided/,
      /./,
    ],
    [
      'a switch with a value',
      {checks: {graph: {...CHECKS.graph, options: {'largest-component': 'yes'}}}},
      /largest-component/,
      /./,
    ],
    [
      'an unknown metric',
      only('graph', {'truth.acu': 'error'}),
      /no report of this command has "acu"/,
      /did you mean auc\?/,
    ],
    ['no JSON', '{"checks": ', /ends too early/, /./],
    ['a check that is named twice', '{"checks": {"a": {"report": "x"}, "a": {"report": "y"}}}', /must be unique/, /./],
    ['an output of no known kind', {...only('graph'), out: 'result.exe'}, /result\.exe/, /./],
    ['a seed that is none', {...only('graph'), seed: -1}, /seed/, /./],
  ])('refuses %s before anything runs', async (_name, config, message, step) => {
    expect.assertions(3)
    write(config)
    const back = process.cwd()
    process.chdir(folder)
    try {
      await Gate.run(['--only', 'graph', '--json'], back)
    } catch (error) {
      const failure = toFailure(error)
      expect(failure.exitCode).toBe(2)
      expect(failure.message).toMatch(message)
      expect(failure.nextSteps.join('\n')).toMatch(step)
    } finally {
      process.chdir(back)
    }
  })

  it('finds yaml, refuses two configurations, and runs a program only when it is named', async () => {
    rmSync(join(folder, 'surety.config.json'))
    expect((await gate()).stderr).toContain('there is no surety.config.json')
    write(
      'checks:\n  graph:\n    sanitize: community-graph/small-community-graph.npz\n    options: {edges: edges_attacked, prune-ratio: 0.1}\n    thresholds:\n      cut.share: [error, {max: 0.01}]\ncache: .cache\n',
      'surety.config.yaml',
    )
    const yaml = await gate()
    expect(yaml.code).toBe(1)
    expect(yaml.stderr).toMatch(/surety\.config\.yaml:6/)
    write(only('graph'))
    expect((await gate()).stderr.replace(/\n +/g, ' ')).toContain('2 configurations')
    rmSync(join(folder, 'surety.config.yaml'))
    rmSync(join(folder, 'surety.config.json'))
    write(
      `import {writeFileSync} from 'node:fs'\nwriteFileSync('ran', '')\ninterface Any { [key: string]: unknown }\nconst config: Any = ${JSON.stringify({...only('graph'), cache: '.cache'})}\nexport default config\n`,
      'surety.config.ts',
    )
    expect((await gate()).code).toBe(2)
    expect(existsSync(join(folder, 'ran'))).toBe(false)
    expect((await gate('--config', 'surety.config.ts')).code).toBe(0)
    expect(existsSync(join(folder, 'ran'))).toBe(true)
  })

  it('appends to the job summary of GitHub', async () => {
    write({...only('graph', {pruned: ['error', {max: 1}]}), cache: '.cache'})
    writeFileSync(join(folder, 'summary.md'), '# before\n')
    const {stdout, code} = await commandLineWith(
      {cwd: folder, env: {GITHUB_STEP_SUMMARY: join(folder, 'summary.md')}},
      'gate',
      '--format',
      'github',
    )
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::error .*file=surety\.config\.json,line=\d+.*::graph: pruned is/m)
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toMatch(/^# before\n[^]*pruned/)
  })
})

describe('a baseline in git', () => {
  const git = (...args: string[]) =>
    expect(spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {cwd: folder}).status).toBe(0)

  it('is read from the revision, not from the working tree', async () => {
    write({
      checks: {graph: {...CHECKS.graph, thresholds: {'truth.auc': ['error', {baseline: {worse: 'lower'}}]}}},
      cache: '.cache',
    })
    expect((await commandLineWith({cwd: folder}, 'baseline', 'update')).code).toBe(0)
    git('init', '--quiet', '--initial-branch', 'main')
    git('add', 'surety-baseline')
    git('commit', '--quiet', '-m', 'baseline')
    rmSync(join(folder, 'surety-baseline'), {recursive: true})
    expect((await gate('--baseline', 'git:main')).code).toBe(0)
    const elsewhere = await gate('--baseline', 'git:main:elsewhere')
    expect(elsewhere.code).toBe(2)
    expect(elsewhere.stderr).toContain('the baseline has no report of this check')
    expect((await gate('--baseline', 'git:no-such')).stderr.replace(/\n +/g, ' ')).toContain(
      'there is no such revision here',
    )
    expect((await gate('--baseline', 'git:--upload-pack=x')).stderr).toContain('names no revision')
  })

  it('another graph is an error that says why, not a comparison', async () => {
    const config = {
      checks: {
        graph: {
          ...CHECKS.graph,
          sanitize: 'other.npz',
          thresholds: {'truth.auc': ['error', {baseline: {worse: 'lower'}}]},
        },
      },
    }
    cpSync(join(folder, 'community-graph/small-community-graph.npz'), join(folder, 'other.npz'))
    write(config)
    expect((await gate('--baseline', 'git:main', '--cache', '.cache')).code).toBe(0)
    write({
      ...config,
      checks: {
        graph: {
          ...config.checks.graph,
          options: {...CHECKS.graph.options, edges: 'edges'},
          thresholds: {'cut.share': ['error', {baseline: {worse: 'higher'}}]},
        },
      },
    })
    const {code, stderr} = await gate('--baseline', 'git:main', '--cache', '.cache')
    expect(code).toBe(2)
    expect(stderr.replace(/\n +/g, ' ')).toMatch(/the option \w+ is .* here and .* in the baseline/)
  })
})

describe('the cache', () => {
  const cached = (run: Run) => json(run).run!.cached ?? []
  const fresh = join('cache', 'a')

  it('is used again only for the same contents and options, and nothing damaged is taken', async () => {
    mkdirSync(join(folder, 'cache'))
    cpSync(join(folder, 'community-graph/small-community-graph.npz'), join(folder, 'mine.npz'))
    const config = (options = {}) => ({
      checks: {graph: {sanitize: 'mine.npz', options: {...CHECKS.graph.options, ...options}}},
    })
    write(config())
    const run = (...args: string[]) => gate('--json', '--cache', fresh, ...args)
    const first = await run()
    expect(cached(first)).toEqual([])
    expect(cached(await run())).toEqual(['graph'])
    expect(cached(await run('--seed', '1'))).toEqual([])
    write(config({'prune-ratio': 0.2}))
    expect(cached(await run())).toEqual([])
    write(config())
    expect(cached(await run())).toEqual(['graph'])

    const entries = () => readdirSync(join(folder, fresh)).map((name) => join(folder, fresh, name))
    expect(entries()).toHaveLength(3)
    for (const entry of entries())
      writeFileSync(entry, readFileSync(entry, 'utf8').replace(/"pruned": \d+/, '"pruned": 0'))
    const fixed = await run()
    expect(cached(fixed)).toEqual([])
    expect(json(fixed).metrics).toEqual(json(first).metrics)
    for (const entry of entries()) writeFileSync(entry, readFileSync(entry).subarray(0, 1000))
    expect(cached(await run())).toEqual([])
    expect(cached(await run())).toEqual(['graph'])

    // The same name with other contents is another entry.
    cpSync(join(folder, 'community-graph/small-community-graph.npz'), join(folder, 'mine.npz'))
    writeFileSync(join(folder, 'mine.npz'), readFileSync(join(folder, 'digits/digits-mlp-embeddings.npz')))
    expect(json(await run()).metrics.checks[0]!.error).not.toBeNull()
  })

  it('is safe under jobs that run at once', async () => {
    write(only('graph', {pruned: 'error'}))
    const jobs = await Promise.all(
      Array.from(
        {length: 2},
        () =>
          new Promise<{code: number | null; stdout: string}>((resolve) => {
            const child = spawn(
              process.execPath,
              [join(process.cwd(), 'bin/run.js'), 'gate', '--json', '--cache', 'shared'],
              {cwd: folder},
            )
            let stdout = ''
            child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
            child.on('close', (code) => resolve({code, stdout}))
          }),
      ),
    )
    const reports = jobs.map(({code, stdout}) => {
      expect(code).toBe(0)
      return withoutRun(JSON.parse(stdout) as GateReport)
    })
    for (const report of reports) expect(report).toEqual(reports[0])
    expect(readdirSync(join(folder, 'shared'))).toHaveLength(1)
  }, 240_000)
})

describe('a slim baseline', () => {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const check = (model: string) => ({
    checks: {
      images: {
        certify: model,
        options: {data: 'mnist/test.npz', 'image-shape': [28, 28, 1], limit: 400, bootstrap: 0, examples: 5},
        thresholds: {
          accuracy: ['error', {min: 0.5, baseline: {absolute: 0.2}}],
          headline: ['warn', {max: 1, baseline: {absolute: 0.5}}],
          'layers[*].epsilon.scaleFree': ['warn', {baseline: {worse: 'higher', absolute: 0.1}}],
        },
      },
    },
  })
  const update = (...args: string[]) =>
    commandLineWith({cwd: folder}, 'baseline', 'update', '--threads', '1', '--cache', '.slim', ...args)
  const words = (run: Run) => `${run.stdout} ${run.stderr}`.replace(/\s+/g, ' ')

  it('holds no picture, label or loss of an example, and compares as the whole report does', async () => {
    cpSync('fixtures/mnist-mlp', join(folder, 'mnist'), {recursive: true})
    cpSync('fixtures/mnist-mlp', join(folder, 'next'), {recursive: true})
    const weights = new Float32Array(readFileSync('fixtures/mnist-mlp/weights.bin').buffer.slice(0))
    writeFileSync(
      join(folder, 'next/weights.bin'),
      weights.map((w) => 1.02 * w),
    )

    write(check('mnist'))
    for (const args of [['slim'], ['full', '--full']]) expect((await update('--baseline', ...args)).code).toBe(0)
    const slim = read('slim/images.json')
    const full = JSON.parse(read('full/images.json')) as CertifyReport
    const stored = JSON.parse(slim) as CertifyReport
    expect(full.thumbnails!.length).toBeGreaterThan(3)
    expect(full.metrics.witnesses.length).toBeGreaterThan(3)
    const {anchors, references} = full.evidence!.sample
    for (const each of [
      ...full.thumbnails!.map(({png}) => png),
      ...[anchors, references].flatMap(({losses, labels}) => [losses!, labels!]),
    ]) {
      expect(read('full/images.json')).toContain(each)
      expect(slim).not.toContain(each)
    }
    expect(stored.metrics).toMatchObject({witnesses: [], localization: {labelHints: []}, examples: {rows: []}})
    expect(stored.metrics.layers.every(({mostVolatile}) => mostVolatile.length === 0)).toBe(true)
    expect(stored.slim).toEqual({checksum: full.checksum})
    expect(slim.length).toBeLessThan(0.8 * read('full/images.json').length)

    const beside = await gate('--cache', '.slim', '--baseline', 'slim', '--format', 'comment')
    expect(beside.stdout).toMatch(/performance\.lower \| (0\.\d+) \| \1 \| same/)
    // Another checkpoint on the same examples: the exact interval of the paired difference, the same from both.
    write(check('next'))
    const against = async (baseline: string) =>
      json(await gate('--json', '--cache', '.slim', '--baseline', baseline)).metrics.findings
    const found = await against('slim')
    expect(found).toEqual(await against('full'))
    const paired = found.filter(({rule}) => rule === 'baseline')
    expect(paired.map(({status, judgedOn}) => [status, judgedOn])).toContainEqual([
      'pass',
      expect.stringContaining('paired difference'),
    ])
  }, 120_000)

  it('of other labels, or changed, is not compared; of itself nothing is judged or verified', async () => {
    const stored = JSON.parse(read('slim/images.json')) as CertifyReport
    const changedLabels = structuredClone(stored)
    changedLabels.evidence!.sample.references.labelsDigest = '0'.repeat(64)
    mkdirSync(join(folder, 'other'), {recursive: true})
    write(withChecksum(changedLabels), 'other/images.json')
    const other = await gate('--cache', '.slim', '--baseline', 'other')
    expect([other.code, words(other)]).toEqual([
      2,
      expect.stringContaining('the labels of the references are not those of the earlier report'),
    ])
    stored.metrics.performance!.lower = 0
    write(stored, 'other/images.json')
    const edited = await gate('--cache', '.slim', '--baseline', 'other')
    expect([edited.code, words(edited)]).toEqual([2, expect.stringContaining('was edited after surety wrote it')])

    write({checks: {images: {report: 'slim/images.json'}}})
    const judged = await gate()
    expect([judged.code, words(judged)]).toEqual([2, expect.stringContaining('is a slim baseline')])
    const verified = await commandLineWith({cwd: folder}, 'verify', 'slim/images.json')
    expect([verified.code, words(verified)]).toEqual([2, expect.stringContaining('keeps no losses')])
    expect((await commandLineWith({cwd: folder}, 'verify', 'full/images.json')).code).toBe(0)
    const page = await commandLineWith({cwd: folder}, 'report', 'slim/images.json', '--out', 'slim.html')
    expect(page.code).toBe(0)
  })

  it('is what certify --no-thumbnails leaves out too', async () => {
    const args = ['certify', 'mnist', '--data', 'mnist/test.npz', '--image-shape', '28,28,1', '--limit', '200']
    const rest = ['--bootstrap', '0', '--examples', '0', '--threads', '1', '--report', 'plain.json']
    expect((await commandLineWith({cwd: folder}, ...args, ...rest, '--no-thumbnails')).code).toBe(0)
    expect((JSON.parse(read('plain.json')) as CertifyReport).thumbnails).toBeUndefined()
    expect((await commandLineWith({cwd: folder}, ...args, ...rest)).code).toBe(0)
    expect((JSON.parse(read('plain.json')) as CertifyReport).thumbnails).toBeDefined()
  })
})
