import {defineConfig} from 'vitest/config'
import {BaseSequencer, type TestSpecification} from 'vitest/node'
import {ALIAS} from '../../vitest.config.js'

/** The quickest files first: a mutant is done with at the first test that notices. */
class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const duration = ({project, moduleId}: TestSpecification) =>
      this.ctx.cache.getFileTestResults(`${project.name}:${moduleId.replace(`${project.config.root}/`, '')}`)
        ?.duration ?? 0
    return Promise.resolve([...files].sort((a, b) => duration(a) - duration(b) || (a.moduleId < b.moduleId ? -1 : 1)))
  }
}

/**
 * What mutants of src/certify, src/sanitize and src/pairwise are tried on: the unit tests of these rooms. Left out are
 * simulations, which would notice but take minutes, and tests that run a build or other rooms.
 */
export default defineConfig({
  resolve: {alias: ALIAS},
  test: {
    include: ['test/{certify,sanitize,pairwise}/**/*.test.ts'],
    exclude: ['test/**/coverage.test.ts', 'test/pairwise/same-verdict.test.ts', 'test/pairwise/cpu/threads.test.ts'],
    // Stryker's copy of the repository comes with the build, and its mutated sources would not compile.
    globalSetup: process.env['STRYKER_MUTATOR_WORKER'] === undefined ? ['test/build-once.ts'] : [],
    // Tests that watch which mutants they run take longer, on a machine that does other work much longer.
    testTimeout: 300_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    expect: {requireAssertions: true},
    setupFiles: ['scripts/mutation/attribute-hooks.ts'],
    // Ours after Stryker's.
    sequence: {sequencer: QuickestFirst, hooks: 'list'},
    coverage: {
      provider: 'v8',
      include: ['src/{certify,sanitize,pairwise}/**/*.ts'],
      reportsDirectory: 'surety-out/coverage',
      reporter: ['text', 'json', 'json-summary'],
      thresholds: {'src/certify/**': {lines: 95}, 'src/sanitize/**': {lines: 95}, 'src/pairwise/**': {lines: 95}},
    },
  },
})
