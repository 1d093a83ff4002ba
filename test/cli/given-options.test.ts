import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Flags, Parser} from '@oclif/core'
import {describe, expect, it} from 'vitest'
import {expandArguments, givenOptions} from '../../src/cli/given-options.js'
import {isUtf8, terminalOf} from '../../src/cli/terminal.js'
import {width} from '../../src/render/terminal/text.js'
import {toAscii} from '../../src/render/terminal/ascii.js'

const folder = mkdtempSync(join(tmpdir(), 'options-'))
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const flags = {
  config: Flags.string(),
  'print-config': Flags.boolean(),
  image: Flags.string(),
  'image-size': Flags.string(),
  'image-mean': Flags.string(),
  'image-std': Flags.string(),
  seed: Flags.integer(),
  prune: Flags.string({exclusive: ['ratio']}),
  ratio: Flags.string(),
  control: Flags.boolean(),
  explain: Flags.string({multiple: true}),
}
const expand = (...argv: string[]) => expandArguments('certify', argv, flags)

describe('--config', () => {
  it('adds what the command line does not say; flags and what excludes them win', async () => {
    const path = file('a.json', JSON.stringify({seed: 7, prune: 'auto', control: true, explain: ['1,2', '3,4']}))
    expect(await expand('model', '--seed', '3', '--config', path, '--ratio=0.1')).toEqual([
      ...['model', '--seed', '3', '--config', path, '--ratio=0.1'],
      ...['--control', '--explain=1,2', '--explain=3,4'],
    ])
    expect(await expand('model')).toEqual(['model'])
  })

  it('takes YAML, and of several commands its own', async () => {
    const path = file('b.yaml', 'certify:\n  seed: 7\nsanitize:\n  hops: 2\n')
    expect(await expand(`--config=${path}`)).toEqual([`--config=${path}`, '--seed=7'])
  })

  it.each([
    ['{"sed": 1}', /there is no option "sed"/],
    ['{"checks": {}}', /holds the checks of a gate/],
    ['[1]', /holds no object/],
    ['{', /c\.json.*JSON/],
  ])('refuses %s', async (content, message) => {
    await expect(expand('--config', file('c.json', content))).rejects.toThrow(message)
  })

  it('refuses a file that is not there', async () =>
    expect(expand('--config', join(folder, 'none.json'))).rejects.toThrow(/there is no such file/))

  it('what is printed gives the same flags again', async () => {
    const argv = ['--seed=3', '--prune', '10%', '--control', '--explain', '1,2', '--explain', '3,4']
    const first = await Parser.parse(argv, {flags, strict: true})
    const path = file('d.json', JSON.stringify(givenOptions(first.raw as never, flags)))
    const second = await Parser.parse(await expand('--config', path), {flags, strict: true})
    expect({...second.flags, config: undefined}).toEqual({...first.flags, config: undefined})
  })
})

describe('--image', () => {
  it('stands for the flags of its parts, which win', async () => {
    expect(await expand('m', '--image', 'size=224,mean=imagenet')).toEqual([
      'm',
      '--image-size=224',
      '--image-mean=0.485,0.456,0.406',
      '--image-std=0.229,0.224,0.225',
    ])
    expect(await expand('--image=size=224,mean=1,2,3', '--image-size', '64')).toEqual([
      '--image-size',
      '64',
      '--image-mean=1,2,3',
    ])
  })

  it.each(['width=3', 'size', 'size=', 'size=imagenet', 'size=1=2', ''])('refuses %s', async (text) => {
    await expect(expand('--image', text)).rejects.toThrow(/--image/)
  })
})

describe('the terminal', () => {
  it('respects NO_COLOR, FORCE_COLOR and dumb ones', () => {
    const colour = (environment: Record<string, string>, isTTY = true) => terminalOf({isTTY}, environment).colour
    expect(colour({})).toBe(true)
    expect(colour({}, false)).toBe(false)
    expect(colour({NO_COLOR: '1'})).toBe(false)
    expect(colour({FORCE_COLOR: '1'}, false)).toBe(true)
    expect(colour({FORCE_COLOR: '0'})).toBe(false)
    expect(colour({NO_COLOR: '1', FORCE_COLOR: '1'})).toBe(true)
    expect(colour({TERM: 'dumb'})).toBe(false)
  })

  it('is taken for UTF-8 unless its locale says another', () => {
    expect([{}, {LANG: 'en_US.UTF-8'}, {LC_ALL: 'C.utf8', LANG: 'C'}].map((one) => isUtf8(one))).toEqual([
      true,
      true,
      true,
    ])
    expect([{LANG: 'C'}, {LC_ALL: 'POSIX', LANG: 'C.UTF-8'}, {LC_CTYPE: 'de_DE'}].map((one) => isUtf8(one))).toEqual([
      false,
      false,
      false,
    ])
  })

  it('ASCII keeps the columns of a table, and has no other character', () => {
    const table = '  layer    ≥ 50 % covered   ≥ 75 % covered\n  h1      6.6 % (δ 0.524)  6.7 % (δ 0.653)  ███▌ 層'
    const [head, row] = toAscii(table).split('\n')
    expect(head).toBe('  layer    >= 50 % covered  >= 75 % covered')
    expect(row).toBe('  h1      6.6 % (d 0.524)  6.7 % (d 0.653)  #### ?')
    expect(width(head!)).toBe(width(table.split('\n')[0]!) + 1)
  })
})
