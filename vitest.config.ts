import {availableParallelism} from 'node:os'
import {fileURLToPath} from 'node:url'
import {defineConfig} from 'vitest/config'
import {propertyRuns} from './test/support/property-seed.js'

/**
 * Rooms whose tests change nothing that another file sees: their files share a process, and what one has loaded the next
 * one has too (a quarter of their processor time, measured on 33 files).
 */
const SHARED =
  'test/{attack,certify,checkpoint,ci,cli,commands,data,docs,documents,drift,evaluate,fixtures,frame,gate,graph,harden,hostile,judge,learn,linalg,numbers,outputs,pairwise,perturb,render,sanitize,scripts,stats,verdicts}/**/*.test.ts'

/** Files of these rooms that replace a module, or listen to the process before anything is loaded. */
const APART = ['test/checkpoint/runtime-missing.test.ts', 'test/data/hdf5-quiet.test.ts']

/** Properties with a fixed seed, or that of the environment. */
export const ALIAS = {
  'fast-check': fileURLToPath(new URL('test/support/fast-check.ts', import.meta.url)),
}

/** What `npm run check` leaves out: vitest's own --exclude is lost on a project that has an exclude. */
const LEFT_OUT = process.env['SURETY_TESTS_LEFT_OUT']?.split('\n') ?? []

export default defineConfig({
  resolve: {alias: ALIAS},
  test: {
    projects: [
      {extends: true, test: {name: 'shared', isolate: false, include: [SHARED], exclude: [...APART, ...LEFT_OUT]}},
      {extends: true, test: {name: 'own', include: ['test/**/*.test.ts'], exclude: [SHARED, ...LEFT_OUT]}},
      {extends: true, test: {name: 'apart', include: APART, exclude: LEFT_OUT}},
    ],
    // For what never ends: on a machine with twenty other processes tests of a few seconds took more than 60.
    testTimeout: propertyRuns() > 1 ? 300_000 : 180_000,
    hookTimeout: 180_000,
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
