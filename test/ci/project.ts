import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {afterAll} from 'vitest'

const page = readFileSync('docs/ci.md', 'utf8')

/** The blocks of docs/ci.md in one language, in their order. */
export const blocks = (language: string): string[] =>
  [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , text]) => text!)

export const docs = page

/** A git repository with the files that the examples of docs/ci.md name, and surety in its node_modules. */
export function project(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'surety-ci-'))
  afterAll(() => rmSync(folder, {recursive: true, force: true}))
  for (const name of ['models', 'data', 'graphs', 'node_modules/.bin']) mkdirSync(join(folder, name), {recursive: true})
  const link = (target: string, path: string) => symlinkSync(resolve(target), join(folder, path))
  for (const name of ['digits', 'mails']) {
    link('fixtures/digits/digits-mlp.onnx', `models/${name}.onnx`)
    link('fixtures/digits/digits-mlp-test.npz', `data/${name}.npz`)
  }
  link('fixtures/community-graph/community-graph.npz', 'graphs/citations.npz')
  link('bin/run.js', 'node_modules/.bin/surety')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  // Whose hooks and settings are on this machine is not part of the test.
  const git = (...args: string[]) =>
    spawnSync(
      'git',
      ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', '-c', 'core.hooksPath=/dev/null', ...args],
      {cwd: folder},
    )
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '--message', 'start')
  return folder
}
