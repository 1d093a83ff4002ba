import {spawnSync} from 'node:child_process'
import {cpSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {blocks, project} from './project.js'

const hasRsync = spawnSync('rsync', ['--version']).status === 0

describe('templates/gitlab.yml', {timeout: 180_000}, () => {
  const [config] = blocks('json')
  const folder = project({
    'surety.config.json': config!,
    // The job is run by a shell here, and npx finds this repository as it would find a tarball.
    '.gitlab-ci.yml': `include: [{local: /templates/gitlab.yml}]\nvariables: {SURETY_PACKAGE: 'file:${resolve('.')}', SURETY_ENGINES: ''}\n`,
  })
  mkdirSync(join(folder, 'templates'))
  cpSync('templates/gitlab.yml', join(folder, 'templates/gitlab.yml'))
  const git = (...args: string[]) =>
    spawnSync(
      'git',
      ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', '-c', 'core.hooksPath=/dev/null', ...args],
      {cwd: folder},
    )
  git('add', 'templates')
  git('commit', '--quiet', '--message', 'template')
  git('remote', 'add', 'origin', 'https://gitlab.com/group/project.git')
  // It is made for Node 22; this is all of it that Node 20 lacks.
  writeFileSync(
    join(folder, 'node-22.mjs'),
    'Set.prototype.union ??= function (other) { return new Set([...this, ...other]) }',
  )
  const gitlab = (...args: string[]) =>
    spawnSync(
      process.execPath,
      ['--import', join(folder, 'node-22.mjs'), resolve('node_modules/gitlab-ci-local/dist/index.js'), ...args],
      {cwd: folder, encoding: 'utf8', env: {...process.env, NO_COLOR: '1'}},
    )

  it('fits the schema of GitLab', () => {
    const {stdout, stderr, status} = gitlab('--preview')
    expect(stderr).toContain('json schema validated')
    expect(status).toBe(0)
    expect(Object.keys(parse(stdout.slice(stdout.indexOf('---'))) as object)).toContain('surety-gate')
  })

  it.skipIf(!hasRsync)('runs, and leaves the reports that it declares (skipped where rsync is not installed)', () => {
    const {stdout, stderr, status} = gitlab('--force-shell-executor', 'surety-gate')
    expect(status, stdout + stderr).toBe(1)
    expect(stdout).toContain('✗ FAIL')
    const {artifacts, cache} = (
      parse(readFileSync('templates/gitlab.yml', 'utf8')) as {
        'surety-gate': {artifacts: {paths: string[]; reports: Record<string, string>}; cache: {paths: string[]}}
      }
    )['surety-gate']
    for (const path of [...artifacts.paths, ...Object.values(artifacts.reports), ...cache.paths])
      expect(existsSync(join(folder, path)), path).toBe(true)
    expect(JSON.parse(readFileSync(join(folder, artifacts.reports['codequality']!), 'utf8'))).toHaveLength(3)
  })
})

describe('.pre-commit-hooks.yaml', () => {
  const hooks = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as {
    id: string
    name: string
    entry: string
    language: string
    files: string
    pass_filenames: boolean
  }[]

  it('has what pre-commit requires, and the hook that docs/ci.md names', () => {
    for (const {id, name, entry, language} of hooks)
      for (const value of [id, name, entry, language]) expect(value).toMatch(/^\S/)
    const [example] = blocks('yaml')
      .map((text) => parse(text) as {repos?: {hooks: {id: string}[]}[]})
      .filter(({repos}) => repos !== undefined)
    expect(example!.repos![0]!.hooks.map(({id}) => id)).toEqual(hooks.map(({id}) => id))
  })

  it('runs when something that is judged changes', () => {
    const [{files}] = hooks as [(typeof hooks)[number]]
    for (const path of [
      'surety.config.json',
      'sub/surety.config.yaml',
      'surety.config.ts',
      'models/a.onnx',
      'm/model.json',
      'data/x.npz',
      'g.graphml',
      'a.safetensors',
    ])
      expect(path).toMatch(new RegExp(files))
    for (const path of ['src/a.ts', 'README.md', 'package.json', 'npz/readme.txt'])
      expect(path).not.toMatch(new RegExp(files))
  })

  it('can be installed: npm pack, whose output pre-commit takes for the name of the tarball, prints no output of scripts', () => {
    expect(spawnSync('npm', ['config', 'get', 'foreground-scripts'], {encoding: 'utf8'}).stdout.trim()).toBe('false')
  })

  it.skipIf(spawnSync('pre-commit', ['--version']).status !== 0)(
    'is valid to pre-commit (skipped where it is not installed)',
    () => {
      const {status, stdout} = spawnSync('pre-commit', ['validate-manifest', '.pre-commit-hooks.yaml'], {
        encoding: 'utf8',
      })
      expect(status, stdout).toBe(0)
    },
  )
})
