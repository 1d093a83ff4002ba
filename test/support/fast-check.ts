// What tests get for `import fc from 'fast-check'` (an alias of vitest.config.ts): fast-check itself, with seed and
// number of runs from the environment, and a failure that says how to see it again.
import {relative} from 'node:path'
import {expect} from 'vitest'
import original, {type Parameters, type RunDetails} from '../../node_modules/fast-check/lib/fast-check.js'
import {propertyRuns, propertySeed} from './property-seed.js'

/** fast-check's own number of inputs for a property that asks for none. */
const USUAL_RUNS = 100

function settings<T>({numRuns = USUAL_RUNS, ...given}: Parameters<T> = {}): Parameters<T> {
  const runs = propertyRuns()
  return {
    // One example stays one example: its input is the only one there is.
    numRuns: numRuns === 1 ? 1 : numRuns * runs,
    // With more inputs, a slow property tries as many as a minute allows.
    ...(runs > 1 && {interruptAfterTimeLimit: 60_000}),
    ...given,
    seed: given.seed ?? propertySeed(1),
    reporter: report,
  }
}

function report<T>(details: RunDetails<T>): void {
  if (!details.failed) return
  const environment = [`SURETY_PROPERTY_SEED=${details.seed}`]
  if (propertyRuns() > 1) environment.push(`SURETY_PROPERTY_RUNS=${propertyRuns()}`)
  const file = relative('', expect.getState().testPath ?? '')
  throw new Error(
    `${original.defaultReportMessage(details)}\n\nrepeat with: ${environment.join(' ')} npx vitest run ${file}`,
    {cause: details.errorInstance},
  )
}

const assert = ((property: never, given?: Parameters<unknown>) =>
  original.assert(property, settings(given))) as typeof original.assert

export * from '../../node_modules/fast-check/lib/fast-check.js'
export default {...original, assert}
