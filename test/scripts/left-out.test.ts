import {afterEach, expect, it, vi} from 'vitest'

afterEach(() => vi.unstubAllEnvs())

it('tests that npm run check leaves out run in no project', async () => {
  vi.stubEnv('SURETY_TESTS_LEFT_OUT', 'test/fuzz/gate.test.ts\ntest/render/html/browser.test.ts')
  const {default: config} = await import('../../vitest.config.js')
  const projects = config.test!.projects!.map((project) => (project as {test: {exclude?: string[]}}).test)
  expect(projects).toHaveLength(3)
  for (const {exclude} of projects)
    expect(exclude).toEqual(expect.arrayContaining(['test/fuzz/gate.test.ts', 'test/render/html/browser.test.ts']))
})
