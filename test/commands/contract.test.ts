import {describe, expect, it} from 'vitest'
import {type JsonError} from './run-surety.js'
import {commandLine, commandLineWith} from '../support/command-line.js'

const usage: [string, string[], RegExp][] = [
  ['an unknown flag', ['certify', '--no-such-flag'], /no-such-flag/],
  ['a missing argument', ['certify'], /checkpoint/],
  ['a value outside the options', ['certify', 'x.onnx', '--metric', 'manhattan'], /manhattan/],
  ['a number that is none', ['certify', 'x.onnx', '--alpha', 'half'], /--alpha takes a number/],
  ['a number out of range', ['certify', 'x.onnx', '--alpha', '2'], /--alpha takes a number from/],
  ['a device that does not exist', ['certify', 'x.onnx', '--device', 'abacus'], /abacus/],
  ['an unknown command', ['certfy'], /certfy/],
  ['an absent file', ['certify', 'absent.onnx'], /absent\.onnx/],
]

describe('exit codes and errors', () => {
  it.each(usage)(
    '%s: exit 2, one sentence and a next step on stderr, nothing on stdout',
    async (_name, args, message) => {
      const {code, stdout, stderr} = await commandLine(...args)
      expect(code).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^error: /)
      expect(stderr.replace(/\n +/g, ' ')).toMatch(message)
      expect(stderr).toContain('→')
      expect(stderr).not.toMatch(/\n {4}at /)
    },
  )

  it.each(usage)(
    "%s with --json: exit 2 and one JSON object on stdout, without the parser's own state",
    async (_name, args, message) => {
      const {code, stdout, stderr} = await commandLine(...args, '--json')
      expect(code).toBe(2)
      expect(stderr).toBe('')
      const parsed = JSON.parse(stdout) as JsonError
      expect(Object.keys(parsed).sort()).toEqual(['error', 'schemaVersion', 'status'])
      expect(parsed).toMatchObject({schemaVersion: 1, status: 'error'})
      expect(Object.keys(parsed.error).sort()).toEqual(['code', 'message', 'nextSteps'])
      expect(parsed.error.message).toMatch(message)
    },
  )

  it('takes a flag from the environment', async () => {
    const {code, stderr} = await commandLineWith({env: {SURETY_CERTIFY_ALPHA: '7'}}, 'certify', 'x.onnx')
    expect(code).toBe(2)
    expect(stderr).toContain('--alpha')
  })
})

describe('a misspelling', () => {
  it.each<[string[], string]>([
    [['certfy'], 'did you mean certify?'],
    [['baseline', 'updaet'], 'did you mean baseline update?'],
    [['certify', 'x.onnx', '--metrc', 'l2'], 'did you mean --metric?'],
    [['sanitize', 'x.npz', '--prune-ration', '0.1'], 'did you mean --prune-ratio?'],
  ])('%j is answered with what was probably meant', async (args, step) => {
    const {code, stderr} = await commandLine(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(`→ ${step}`)
  })

  it('that is close to nothing gets no guess', async () =>
    expect((await commandLine('frobnicate')).stderr).not.toContain('did you mean'))
})

describe('help', () => {
  it.each([
    [['--help']],
    [['certify', '--help']],
    [['merge', '--help']],
    [['sanitize', '--help']],
    [['attack', '--help']],
    [['evaluate', '--help']],
    [['harden', '--help']],
    [['drift', '--help']],
    [['judge', '--help']],
    [['gate', '--help']],
    [['init', '--help']],
    [['demo', '--help']],
    [['suppress', '--help']],
    [['baseline', 'update', '--help']],
    [['verify', '--help']],
    [['check', '--help']],
    [['doctor', '--help']],
  ])('%j: exit 0, at most 80 columns', async (args) => {
    const {code, stdout} = await commandLineWith({env: {COLUMNS: '80', OCLIF_COLUMNS: '80'}}, ...args)
    expect(code).toBe(0)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('every command has examples', async () => {
    for (const command of [
      'attack',
      'baseline update',
      'certify',
      'check',
      'doctor',
      'evaluate',
      'gate',
      'harden',
      'merge',
      'sanitize',
      'verify',
    ])
      expect((await commandLine(...command.split(' '), '--help')).stdout).toContain('EXAMPLES')
  })
})
