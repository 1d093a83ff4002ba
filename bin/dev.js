#!/usr/bin/env -S node --import tsx
import {settings} from '@oclif/core'
import {main} from '../src/cli/main.ts'

// oclif then loads commands/ from the TypeScript sources.
process.env.NODE_ENV = 'development'
settings.debug = true
await main(process.argv.slice(2), import.meta.url)
