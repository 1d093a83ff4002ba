import {describe, expect, it} from 'vitest'
import {toFailure} from '../../src/cli/failure.js'
import {DeviceError, InputError, InternalError, UsageError} from '../../src/errors.js'

describe('toFailure', () => {
  it.each([
    [new InputError('bad file', ['fix it']), 'INPUT', 2],
    [new UsageError('bad flag'), 'USAGE', 2],
    [new DeviceError('no gpu'), 'DEVICE', 2],
    [new InternalError('cannot be'), 'INTERNAL', 70],
  ])('%s keeps its code, exit status and next steps', (error, code, exitCode) => {
    expect(toFailure(error)).toEqual({code, exitCode, message: error.message, nextSteps: error.nextSteps})
  })

  it('takes an oclif error as a usage error, without colours, line breaks and the pointer to --help', () => {
    const error = Object.assign(
      new Error('The following error occurred:\n  \u001b[2mbad flag\u001b[22m\nSee more help with --help'),
      {oclif: {exit: 2}},
    )
    expect(toFailure(error)).toMatchObject({
      code: 'USAGE',
      exitCode: 2,
      message: 'the following error occurred: bad flag',
    })
  })

  it('gives our own words of a flag that does not parse, without those that oclif puts around them', () => {
    const error = new UsageError("--alpha takes a number from 0 to 1, not '7'")
    error.message = `Parsing --alpha \n\t${error.message}\nSee more help with --help`
    expect(toFailure(error).message).toBe("--alpha takes a number from 0 to 1, not '7'")
  })

  it('takes anything else as a defect of surety: exit 70 and a way to report it', () => {
    const failure = toFailure(new TypeError('x is undefined'))
    expect(failure).toMatchObject({code: 'INTERNAL', exitCode: 70})
    expect(failure.message).toContain('x is undefined')
    expect(failure.nextSteps[0]).toContain('SURETY_DEBUG')
    expect(toFailure('text').message).toContain('text')
  })
})
