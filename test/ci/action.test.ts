import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {NoOperationTraceWriter} from '@actions/workflow-parser'
import {convertActionTemplate, parseAction} from '@actions/workflow-parser/actions/index'
import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {blocks, docs, project} from './project.js'

interface Action {
  inputs: Record<string, {description: string; default: string}>
  outputs: Record<string, {value: string}>
  runs: {
    steps: {
      id?: string
      if?: string
      uses?: string
      run?: string
      shell?: string
      env?: Record<string, string>
      with?: Record<string, string>
    }[]
  }
}

const text = readFileSync('action.yml', 'utf8')
const action = parse(text) as Action
const step = action.runs.steps.find(({id}) => id === 'gate')!

/** What GitHub's own parser complains about. */
function complaints(content: string): string[] {
  const {context, value} = parseAction({name: 'action.yml', content}, new NoOperationTraceWriter())
  if (value !== undefined) convertActionTemplate(context, value)
  return context.errors.getErrors().map(({message}) => message)
}

describe('action.yml', () => {
  it('is an action to the parser of GitHub', () => {
    expect(complaints(text)).toEqual([])
    expect(complaints(text.replace('shell: bash', 'shel: bash'))).not.toEqual([])
  })

  it('never writes an expression into a script', () => {
    for (const {run, shell} of action.runs.steps) {
      expect(run ?? '').not.toContain('${{')
      if (run !== undefined) expect(shell).toBe('bash')
    }
  })

  it('reads every input as a variable, and sends nothing unless told to', () => {
    const used = JSON.stringify(action.runs.steps)
    for (const name of Object.keys(action.inputs)) expect(used).toContain(`inputs.${name}`)
    expect(action.inputs['upload-sarif']!.default).toBe('false')
    expect(action.inputs['write-comment']!.default).toBe('false')
    const comments = action.runs.steps.filter(({run}) => run?.includes('gh api'))
    expect(comments.map((one) => one.if)).toEqual([expect.stringContaining("inputs.write-comment == 'true'")])
    const uploads = action.runs.steps.filter(({uses}) => /upload/.test(uses ?? ''))
    expect(uploads.map((one) => one.if)).toEqual([expect.stringContaining("inputs.upload-sarif == 'true'")])
  })

  it('is described in docs/ci.md, input by input', () => {
    const rows = [...docs.matchAll(/^\| `([\w-]+)` \| (.*?) \|/gm)]
    for (const [name, {default: preset}] of Object.entries(action.inputs)) {
      const [, , said] = rows.find(([, input]) => input === name) ?? []
      expect(said, name).toBeDefined()
      if (preset !== '') expect(said).toBe(`\`${preset}\``)
    }
  })
})

/**
 * The step as a runner starts it: bash with these options, inputs in the environment, files for outputs and the
 * summary.
 */
function runStep(folder: string, inputs: Record<string, string> = {}, env: Record<string, string> = {}) {
  const script = join(folder, '.step.sh')
  const [output, summary] = [join(folder, '.output'), join(folder, '.summary')]
  writeFileSync(script, step.run!)
  for (const path of [output, summary]) writeFileSync(path, '')
  const values: Record<string, string> = {}
  for (const [variable, expression] of Object.entries(step.env!)) {
    const [, input] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)!
    values[variable] = inputs[input!] ?? action.inputs[input!]!.default
  }
  const {status, stdout, stderr} = spawnSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script], {
    cwd: join(folder, values['INPUT_DIRECTORY']!),
    encoding: 'utf8',
    env: {
      ...process.env,
      NO_COLOR: '1',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_ACTION_PATH: resolve('.'),
      ...values,
      ...env,
    },
  })
  const outputs: Record<string, string> = Object.fromEntries(
    readFileSync(output, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  )
  return {status, stdout, stderr, outputs, summary: readFileSync(summary, 'utf8')}
}

describe('the comment of the action', () => {
  const {run} = action.runs.steps.find(({run: script}) => script?.includes('gh api'))!
  const folder = project({})
  /** The calls of gh, which stands for the service; `known`: comments that are there, one id and first line each. */
  function calls(known: string): string[] {
    const bin = join(folder, 'fake')
    mkdirSync(bin, {recursive: true})
    const gh = `#!/usr/bin/env bash
echo "$*" >> "${folder}/calls"
case "$*" in *--paginate*) while IFS=' ' read -r id line; do [ "\${line#"$MARKER"}" = "$line" ] || echo "$id"; done < "${folder}/known" ;; esac`
    writeFileSync(join(bin, 'gh'), gh)
    chmodSync(join(bin, 'gh'), 0o755)
    for (const [name, text] of Object.entries({
      calls: '',
      known,
      'comment.md': '<!-- surety gate: a.json -->\n## It\n',
    }))
      writeFileSync(join(folder, name), text)
    const {status, stderr} = spawnSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', run!], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${bin}:${process.env['PATH']}`,
        COMMENT: 'comment.md',
        NUMBER: '7',
        GITHUB_REPOSITORY: 'a/b',
      },
    })
    expect([status, stderr]).toEqual([0, ''])
    return readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
  }

  it('is written once, and again in place by every later run of the same configuration', () => {
    expect(calls('').at(-1)).toBe('api --silent --method POST repos/a/b/issues/7/comments --field body=@comment.md')
    expect(calls('41 <!-- surety gate: b.json -->\n42 <!-- surety gate: a.json -->\n').at(-1)).toBe(
      'api --silent --method PATCH repos/a/b/issues/comments/42 --field body=@comment.md',
    )
  })
})

describe('the step of the action', {timeout: 120_000}, () => {
  const [config] = blocks('json')
  const folder = project({'surety.config.json': config!})
  const reports = (name: string) => readFileSync(join(folder, 'surety-reports', name), 'utf8')

  it('judges with the surety of the project: annotations, summary, files, outputs, exit code', () => {
    const {status, stdout, stderr, outputs, summary} = runStep(folder)
    expect(status).toBe(1)
    expect(outputs).toEqual({verdict: 'fail', 'exit-code': '1', reports: './surety-reports'})
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(0, line.indexOf(' '))),
    ).toEqual(['::error', '::warning', '::notice'])
    expect(stdout).toMatch(/file=surety\.config\.json,line=11::/)
    expect(stderr).toMatch(/error: digits: cells\[eta=0\.5,delta>=1\]\n {2}expected/)
    expect(summary).toMatch(/^## surety gate: ❌ Fail/)
    expect(JSON.parse(reports('gate.json'))).toMatchObject({command: 'gate', verdict: {status: 'fail'}})
    expect(JSON.parse(reports('gate.sarif'))).toMatchObject({version: '2.1.0'})
    expect(reports('junit.xml')).toContain('<testsuites')
    expect(reports('gate.html')).toContain('</html>')
    expect(reports('comment.md')).toMatch(/^<!-- surety gate: surety\.config\.json -->\n## surety gate: ❌ Fail/)
    expect(JSON.parse(reports('badge.json'))).toMatchObject({schemaVersion: 1})
  })

  it('hands inputs on', () => {
    const {status, outputs} = runStep(folder, {
      only: 'citations',
      'fail-level': 'warn',
      reports: 'out of here/x',
      cache: '',
    })
    expect(status).toBe(1)
    expect(outputs).toMatchObject({verdict: 'fail', reports: './out of here/x'})
    expect(runStep(folder, {only: 'citations'}).outputs).toMatchObject({verdict: 'pass', 'exit-code': '0'})
  })

  it('in a folder below, names files from the root of the repository', () => {
    mkdirSync(join(folder, 'below'))
    for (const name of ['models', 'data', 'graphs', 'node_modules', 'surety.config.json'])
      symlinkSync(join('..', name), join(folder, 'below', name))
    const {stdout, outputs} = runStep(folder, {'working-directory': 'below'})
    expect(outputs['reports']).toBe('below/surety-reports')
    expect(stdout).toMatch(/file=below\/surety\.config\.json,line=11::/)
  })

  it('says error where nothing could be judged, and does not take an older report for its own', () => {
    const {status, outputs, stderr} = runStep(folder, {config: 'absent.json'})
    expect(status).toBe(2)
    expect(outputs).toMatchObject({verdict: 'error', 'exit-code': '2'})
    expect(stderr).toContain('absent.json')
  })

  /** Stands in front of npx to see exactly how it is called. */
  function seenByNpx(inputs: Record<string, string>): string[] {
    const bin = join(folder, 'bin')
    mkdirSync(bin, {recursive: true})
    writeFileSync(join(bin, 'npx'), `#!/bin/bash\nprintf '%s\\0' "$@" > '${join(folder, 'npx.args')}'\n`)
    chmodSync(join(bin, 'npx'), 0o755)
    expect(runStep(folder, inputs, {PATH: `${bin}:${process.env['PATH']}`}).status).toBe(0)
    return readFileSync(join(folder, 'npx.args'), 'utf8').split('\0').slice(0, -1)
  }

  it('installs the version that is asked for: a number is a version of surety, all else what npm can install', () => {
    for (const [version, spec] of [
      ['1.2.3', 'surety@1.2.3'],
      ['./surety 1.tgz', './surety 1.tgz'],
      ['surety@next', 'surety@next'],
    ] as const) {
      const engine = '--package=onnxruntime-node@1.30'
      expect(seenByNpx({version}).slice(0, 6)).toEqual(['--yes', `--package=${spec}`, engine, '--', 'surety', 'gate'])
    }
    expect(seenByNpx({version: '1.2.3', engines: ' h5wasm *  jiti '}).slice(1, 6)).toEqual([
      '--package=surety@1.2.3',
      '--package=h5wasm',
      '--package=*',
      '--package=jiti',
      '--',
    ])
  })

  it('hands inputs on as they are, whatever they hold: nothing of them is run', () => {
    for (const mark of [
      '$(touch pwned)',
      '`touch pwned`',
      '"; touch pwned; "',
      "'; touch pwned; '",
      '--help',
      '-x y',
      'a\ntouch pwned\n',
      '$INPUT_CACHE',
      '*',
      '\\',
    ]) {
      const inputs = {
        engines: '',
        version: mark,
        config: mark,
        baseline: mark,
        only: mark,
        'fail-level': mark,
        cache: mark,
      }
      const [, version, , , , ...args] = seenByNpx(inputs)
      expect(version).toBe(`--package=${mark}`)
      expect(args.slice(-5)).toEqual(
        ['config', 'baseline', 'only', 'fail-level', 'cache'].map((name) => `--${name}=${mark}`),
      )
    }
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  it('without any takes its own commit', () => {
    rmSync(join(folder, 'node_modules'), {recursive: true})
    expect(runStep(folder, {only: 'citations'}).outputs).toMatchObject({verdict: 'pass'})
  })
})
