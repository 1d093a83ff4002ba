import {availableParallelism} from 'node:os'
import {defineConfig} from 'vitest/config'

/**
 * Rooms of pure functions, whose tests change nothing that another file sees: their files share a process, and what
 * one has loaded the next one has too (a quarter of their processor time, measured on 33 files).
 */
const SHARED =
  'test/{attack,certify,documents,drift,evaluate,frame,gate,graph,judge,learn,linalg,numbers,sanitize,stats,verdicts}/**/*.test.ts'

export default defineConfig({
  test: {
    projects: [
      {extends: true, test: {name: 'shared', isolate: false, include: [SHARED]}},
      {extends: true, test: {name: 'own', include: ['test/**/*.test.ts'], exclude: [SHARED]}},
    ],
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
