// npm run docs: docs/api.md from the types and their comments; with --check nothing is written, and a difference fails.
import {spawnSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'

const {status} = spawnSync('npx', ['typedoc'], {stdio: 'inherit', shell: process.platform === 'win32'})
if (status !== 0) process.exit(1)
const made =
  readFileSync('node_modules/.cache/surety-api/api.md', 'utf8')
    // Headers of functions are aligned columns in the sources, lists here.
    .replace(/^([A-Z][a-z]+) {2,}(?=\S)/gm, '- **$1** ')
    .trimEnd() + '\n'
if (!process.argv.includes('--check')) writeFileSync('docs/api.md', made)
else if (readFileSync('docs/api.md', 'utf8') !== made) {
  console.error('docs/api.md is not what the types say: run npm run docs')
  process.exit(1)
}
