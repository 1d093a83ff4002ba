import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {commandLine} from '../support/command-line.js'
import {scaled} from '../support/scale.js'

/** Pages for readers: README and everything in docs but what is generated, and records of decisions. */
const PAGES = [
  'README.md',
  ...readdirSync('docs', {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.md') && name !== 'api.md' && !name.startsWith('adr/'))
    .sort()
    .map((name) => join('docs', name)),
]
/** Pages whose commands are run here, and print what stands below them. */
const TASK_PAGES = ['multi-label', 'regression', 'tokens', 'scores'].map((task) => `docs/examples/${task}.md`)
const RUN = ['README.md', ...PAGES.filter((page) => page.startsWith('docs/tutorials/')), ...TASK_PAGES]

const fences = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, text]) => text!)

/** Lines that call surety, without comments and with continued lines joined. */
const calls = (page: string): string[] =>
  fences(page)
    .flatMap((text) => text.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .map((line) => /^(?:\$ )?(?:npx (?:--no-install )?)?surety ([a-z].*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined)

/** The words of a command up to a pipe, a comment after wide space, or a list of further commands. */
const wordsOf = (line: string): string[] =>
  [...line.split(/ {2,}|\s[|>#]|\s2>|;|&&/)[0]!.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare!,
  )

/** [command, flag names] of all commands. */
async function knownFlags(): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  for (const name of readdirSync('commands', {recursive: true, encoding: 'utf8'}).filter((each) =>
    each.endsWith('.ts'),
  )) {
    const {default: command} = (await import(join(process.cwd(), 'commands', name))) as {
      default: {flags?: Record<string, {aliases?: string[]}>; baseFlags?: Record<string, unknown>}
    }
    const aliases = Object.values(command.flags ?? {}).flatMap((flag) => flag.aliases ?? [])
    found.set(
      name.replace(/\.ts$/, '').replaceAll('/', ' '),
      new Set([
        ...Object.keys(command.flags ?? {}),
        ...Object.keys(command.baseFlags ?? {}),
        ...aliases,
        'json',
        'help',
        'help-all',
      ]),
    )
  }
  return found
}

describe('documents', () => {
  it('name commands and flags that there are', async () => {
    const known = await knownFlags()
    const wrong: string[] = []
    let seen = 0
    for (const page of PAGES)
      for (const line of calls(page)) {
        const words = wordsOf(line)
        const flags = known.get(words.slice(0, 2).join(' ')) ?? known.get(words[0]!)
        if (flags === undefined) {
          if (!['autocomplete', 'COMMAND'].includes(words[0]!)) wrong.push(`${page}: ${line}`)
          continue
        }
        seen++
        for (const word of words)
          if (/^--[a-z]/.test(word) && !flags.has(word.slice(2).split('=')[0]!))
            wrong.push(`${page}: ${word} in ${line}`)
      }
    expect(wrong).toEqual([])
    expect(seen).toBeGreaterThan(40)
  })

  it('explain messages that there are', () => {
    const sources = ['src', 'commands'].flatMap((folder) =>
      readdirSync(folder, {recursive: true, encoding: 'utf8'})
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    )
    const said = [...readFileSync('docs/troubleshooting.md', 'utf8').matchAll(/^\| `([^`]*)`/gm)].map(
      ([, text]) => text!,
    )
    expect(said.length).toBeGreaterThan(12)
    expect(said.filter((text) => !sources.some((source) => source.includes(text)))).toEqual([])
  })

  it('link to files that there are', () => {
    const broken = PAGES.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !existsSync(join(dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    )
    expect(broken).toEqual([])
  })
})

/** `$ surety …` and the lines that stand below it, up to the end of the block. */
const examples = RUN.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/```\n\$ surety ([^\n]*)\n([\s\S]*?)```/g)].map(
    ([, command, printed]) => [page, command!, printed!] as const,
  ),
)
// Trains a network several times: in the full suite only.
const cheap = examples.filter(([, command]) => scaled(true, !command.startsWith('evaluate')))

describe('examples', () => {
  it('are there', () => expect(examples.length).toBeGreaterThan(8))

  it.each(cheap)('%s: surety %s', async (_, command, printed) => {
    mkdirSync('surety-out', {recursive: true})
    const {stdout, stderr} = await commandLine(...wordsOf(command.replace(/ \| head -\d+$/, '')))
    const head = / \| head -(\d+)$/.exec(command)?.[1]
    const both = command.includes('2>&1') ? stderr + stdout : stdout
    // How two streams meet is up to the shell: then the same lines in any order.
    const shown = (text: string) => {
      const lines = text.trimEnd().split('\n')
      return command.includes('2>&1') ? lines.filter((line) => line !== '').sort() : lines
    }
    const cut = shown(both).slice(0, head === undefined ? undefined : Number(head))
    expect(cut.join('\n').trimEnd()).toBe(shown(printed).join('\n'))
  })
})
