#!/usr/bin/env -S node --import tsx
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {settings} from '@oclif/core'
import {main} from '../src/cli/main.ts'

// oclif registers tsx a second time, fails, and then takes the commands of an older build, whose classes of errors are
// not those of these sources: it is told where the commands are instead.
settings.enableAutoTranspile = false
const root = fileURLToPath(new URL('..', import.meta.url))
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
await main(process.argv.slice(2), {
  root,
  pjson: {...pjson, oclif: {...pjson.oclif, commands: './commands', helpClass: './src/cli/help.ts'}},
  isRoot: true,
  ignoreManifest: true,
})
