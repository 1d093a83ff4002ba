#!/usr/bin/env node
import {settings} from '@oclif/core'
import {main} from '../dist/src/cli/main.js'

// With NODE_ENV=test, as test runners set it, oclif would look for TypeScript sources and compile them at every start.
settings.enableAutoTranspile = false
await main(process.argv.slice(2), import.meta.url)
