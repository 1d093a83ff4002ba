// eslint-disable-next-line no-control-regex -- control characters, since no message of ours holds them
const OPTION = /\u0001([^\u0002]+)\u0002/g

/** An option in a message: a library calls it by its name, the command line by its flag. */
export const option = (name: string): string => `\u0001${name}\u0002`

const phrased = (text: string, call: (name: string) => string) => text.replace(OPTION, (_, name: string) => call(name))

/**
 * One error class per audience. A message is one lower-case sentence that names the place, the value and the limit;
 * `nextSteps` says what the reader can do. The command line turns `code` and `exitCode` into its JSON and exit status.
 */
export abstract class SuretyError extends Error {
  abstract readonly code: string
  abstract readonly exitCode: number

  readonly nextSteps: readonly string[]
  readonly #said: {message: string; nextSteps: readonly string[]}

  constructor(message: string, nextSteps: readonly string[] = [], options?: ErrorOptions) {
    super(
      phrased(message, (name) => name),
      options,
    )
    this.name = new.target.name
    this.nextSteps = nextSteps.map((step) => phrased(step, (name) => name))
    this.#said = {message, nextSteps}
  }

  /** Message and next steps with every option called as the reader knows it. */
  inWords(call: (option: string) => string): {message: string; nextSteps: string[]} {
    const {message, nextSteps} = this.#said
    return {message: phrased(message, call), nextSteps: nextSteps.map((step) => phrased(step, call))}
  }
}

/** A file or its content cannot be used: whoever made the file can fix it. */
export class InputError extends SuretyError {
  readonly code = 'INPUT'
  readonly exitCode = 2
}

/** Flags or a configuration that make no sense together: whoever typed the command can fix it. */
export class UsageError extends SuretyError {
  readonly code = 'USAGE'
  readonly exitCode = 2
}

/** A device or a native package that was asked for by name is absent or failed its self-test. */
export class DeviceError extends SuretyError {
  readonly code = 'DEVICE'
  readonly exitCode = 2
}

/** A condition that surety's own code should have made impossible. */
export class InternalError extends SuretyError {
  readonly code = 'INTERNAL'
  readonly exitCode = 70
}
