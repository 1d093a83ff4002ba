// Runs every `$ surety …` of docs/examples and docs/reports (or of the pages named) and puts what it prints below it:
// npx tsx scripts/refresh-examples.ts [page …] An image of these pages is a picture of the HTML report of that name in surety-out/, where Chromium is installed: `mnist.png` its first screen, `mnist.witnesses.png`
// the section of that id, `mnist.bounds.dark.png` the same in the dark scheme, `mnist.390.png` the first screen at that width.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, dirname, join, resolve} from 'node:path'
import {type Browser, chromium} from 'playwright-core'

const FOLDERS = ['docs/examples', 'docs/reports', 'docs/tutorials']
const BLOCK = /```(\w*)\n\$ surety ([^\n]*)\n[\s\S]*?```/g
const IMAGE = /!\[[^\]]*\]\(([\w.-]+)\.png\)/g
const SCREEN = {width: 1000, height: 1400}
/** Of a first screen: what a phone, a tablet and a desk show at once. */
const HEIGHT: Record<number, number> = {390: 844, 768: 1024, 1000: 1000, 1200: 900}

/** The command in a shell, so that pipes work; `surety` is this repository's own. */
function outputOf(command: string): string {
  const {stdout, stderr, status} = spawnSync(
    'sh',
    ['-c', `surety() { '${process.execPath}' bin/run.js "$@"; }; surety ${command}`],
    {encoding: 'utf8', env: {...process.env, NO_COLOR: '1'}, maxBuffer: 2 ** 26},
  )
  if (status !== 0) throw new Error(`surety ${command} exits with ${status}:\n${stderr}`)
  return stdout.trimEnd()
}

/** The first screen of a report, or one section of it. */
async function picture(browser: Browser, folder: string, name: string): Promise<void> {
  const [report, ...rest] = name.split('.')
  const section = rest.find((part) => part !== 'dark' && !/^\d+$/.test(part))
  const width = Number(rest.find((part) => /^\d+$/.test(part)) ?? SCREEN.width)
  const page = await browser.newPage({
    viewport: {width, height: section === undefined ? HEIGHT[width]! : SCREEN.height},
    colorScheme: rest.includes('dark') ? 'dark' : 'light',
  })
  await page.goto(`file://${resolve('surety-out', `${report!}.html`)}`)
  await page.evaluate(`document.querySelector('#${section ?? 'main'}').closest('details')?.setAttribute('open', '')`)
  const path = resolve(folder, `${name}.png`)
  await (section === undefined ? page.screenshot({path}) : page.locator(`#${section}`).screenshot({path}))
  await page.close()
}

mkdirSync('surety-out', {recursive: true})
const given = process.argv.slice(2)
const pages =
  given.length > 0
    ? given
    : FOLDERS.flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => name.endsWith('.md'))
          .sort()
          .map((name) => join(folder, name)),
      )
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
const browser = executablePath === undefined ? null : await chromium.launch({executablePath, args: ['--no-sandbox']})
for (const page of pages) {
  const before = readFileSync(page, 'utf8')
  const after = before.replace(
    BLOCK,
    (_, language: string, command: string) => `\`\`\`${language}\n$ surety ${command}\n${outputOf(command)}\n\`\`\``,
  )
  writeFileSync(page, after)
  const images = FOLDERS.includes(dirname(page)) ? [...after.matchAll(IMAGE)].map(([, name]) => name!) : []
  if (browser !== null) for (const name of images) await picture(browser, dirname(page), name)
  console.log(
    `${basename(page)}: ${before === after ? 'unchanged' : 'rewritten'}, ${browser === null ? 'no Chromium, ' : ''}${images.length} pictures`,
  )
}
await browser?.close()
