/**
 * Where random inputs of tests begin. The same inputs in every run, so that a rare counterexample is found at night and not
 * in a pull request that has nothing to do with it: `SURETY_PROPERTY_SEED` is another seed, or `random`, a fresh one.
 */
export function propertySeed(fixed: number, environment = process.env): number {
  const wanted = environment['SURETY_PROPERTY_SEED']
  if (wanted === undefined || wanted === '') return fixed
  if (wanted === 'random') return Math.floor(Math.random() * 2 ** 31)
  return wholeNumber('SURETY_PROPERTY_SEED', wanted, -(2 ** 31))
}

/** `SURETY_PROPERTY_RUNS=10`: ten times as many inputs for each property. */
export function propertyRuns(environment = process.env): number {
  const wanted = environment['SURETY_PROPERTY_RUNS']
  return wanted === undefined || wanted === '' ? 1 : wholeNumber('SURETY_PROPERTY_RUNS', wanted, 1)
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value >= 2 ** 31)
    throw new Error(`${name} is "${text}", expected a whole number from ${least} to ${2 ** 31 - 1}`)
  return value
}
