// Runs every `$ surety …` of docs/examples (or of the pages named) and puts what it prints below it: npx tsx scripts/refresh-examples.ts [page …]
// An image of docs/examples is a picture of the HTML report of that name in surety-out/, where Chromium is installed.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, dirname, join, resolve} from 'node:path'

const EXAMPLES = 'docs/examples'
const BLOCK = /```(\w*)\n\$ surety ([^\n]*)\n[\s\S]*?```/g
const IMAGE = /!\[[^\]]*\]\(([\w-]+)\.png\)/g
const SIZE = '1000,1400'

/** The command in a shell, so that pipes work; `surety` is this repository's own. */
function outputOf(command: string): string {
  const {stdout, stderr, status} = spawnSync('sh', ['-c', `surety() { '${process.execPath}' bin/run.js "$@"; }; surety ${command}`], {encoding: 'utf8', env: {...process.env, NO_COLOR: '1'}, maxBuffer: 2 ** 26})
  if (status !== 0) throw new Error(`surety ${command} exits with ${status}:\n${stderr}`)
  return stdout.trimEnd()
}

function picture(page: string, name: string, chromium: string): void {
  const [html, png] = [resolve('surety-out', `${name}.html`), resolve(dirname(page), `${name}.png`)]
  const {status, stderr} = spawnSync(chromium, ['--headless', '--no-sandbox', '--hide-scrollbars', `--window-size=${SIZE}`, `--screenshot=${png}`, `file://${html}`], {encoding: 'utf8'})
  if (status !== 0 || !existsSync(png)) throw new Error(`${chromium} made no picture of ${html}:\n${stderr}`)
}

mkdirSync('surety-out', {recursive: true})
const given = process.argv.slice(2)
const pages = given.length > 0 ? given : readdirSync(EXAMPLES).filter((name) => name.endsWith('.md')).sort().map((name) => join(EXAMPLES, name))
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))
for (const page of pages) {
  const before = readFileSync(page, 'utf8')
  const after = before.replace(BLOCK, (_, language: string, command: string) => `\`\`\`${language}\n$ surety ${command}\n${outputOf(command)}\n\`\`\``)
  writeFileSync(page, after)
  const images = page.startsWith(EXAMPLES) ? [...after.matchAll(IMAGE)].map(([, name]) => name!) : []
  if (chromium !== undefined) for (const name of images) picture(page, name, chromium)
  console.log(`${basename(page)}: ${before === after ? 'unchanged' : 'rewritten'}, ${chromium === undefined ? 'no Chromium, ' : ''}${images.length} pictures`)
}
