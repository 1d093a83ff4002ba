/** `SURETY_TEST_SCALE=full`, which `npm run verify:full` sets: the whole count of inputs, settings and sizes. */
export const FULL = process.env['SURETY_TEST_SCALE'] === 'full'

/** What a test takes of something that costs time: all of it in the full suite, enough of it in the short one. */
export const scaled = <T>(full: T, short: T): T => (FULL ? full : short)
