import {availableParallelism} from 'node:os'
import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Vitest leaves one processor to itself; where there are two, that is half of them, and many tests wait for a child
    // process.
    maxWorkers: availableParallelism(),
    // GitHub's parser imports JSON as only bundlers do.
    server: {deps: {external: [/\/dist\//], inline: [/@actions\/(workflow-parser|expressions)/]}},
    globalSetup: ['test/build-once.ts'],
    // A test that checks nothing, or whose loop over nothing checks nothing, fails.
    expect: {requireAssertions: true},
  },
})
