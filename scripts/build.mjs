// npm run build:js: dist/ from what changed since it was last made, and the manifest of the commands. It checks no types;
// npm run typecheck does, and npm run build does both.
import {execFileSync} from 'node:child_process'
import {closeSync, existsSync, openSync, utimesSync} from 'node:fs'

const INFO = 'dist/.tsbuildinfo'
const run = (script, ...args) =>
  execFileSync(process.execPath, [script, ...args], {stdio: ['ignore', 'ignore', 'inherit']})

run(
  'node_modules/typescript/bin/tsc',
  '-p',
  'tsconfig.build.json',
  '--noCheck',
  '--incremental',
  '--tsBuildInfoFile',
  INFO,
)
run('node_modules/oclif/bin/run.js', 'manifest')
// Where nothing had to be written, dist is as new as if it had been.
if (!existsSync(INFO)) closeSync(openSync(INFO, 'w'))
utimesSync(INFO, new Date(), new Date())
