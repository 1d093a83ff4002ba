// npm run build:js: dist/ as the tests run it: one JavaScript file a source, and the manifest of the commands, in about two
// seconds. It checks no types and writes no declarations; npm run build does both, with the TypeScript compiler.
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {Plugin} from '@oclif/core'
import {build} from 'esbuild'

const BUILT = 'dist/.built'

const filesOf = (folder) => {
  try {
    return readdirSync(folder, {recursive: true, encoding: 'utf8'}).map((name) => `${folder}/${name}`)
  } catch {
    return []
  }
}
const sources = [...filesOf('src'), ...filesOf('commands')].filter((path) => path.endsWith('.ts'))
const {outputFiles} = await build({
  entryPoints: sources,
  outbase: '.',
  outdir: 'dist',
  bundle: false,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  logLevel: 'error',
})

// Every source is compiled each time and only what differs is written: there is no record of an earlier build to be wrong.
for (const {path, contents} of outputFiles) if (!contains(path, contents)) write(path, contents)
const made = new Set(outputFiles.map(({path}) => path))
for (const path of filesOf('dist'))
  if (/\.(js|d\.ts)$/.test(path) && !made.has(resolve(path.replace(/\.(js|d\.ts)$/, '.js')))) rmSync(path)

// What `oclif manifest` writes, without the process and the look at the registry.
const plugin = new Plugin({
  errorOnManifestCreate: true,
  ignoreManifest: true,
  respectNoCacheDefault: true,
  root: resolve('.'),
  type: 'core',
})
await plugin.load()
write('oclif.manifest.json', JSON.stringify(plugin.manifest, null, 2))

// Where nothing had to be written, dist is as new as if it had been.
writeFileSync(BUILT, '')
utimesSync(BUILT, new Date(), new Date())

function contains(path, contents) {
  try {
    return readFileSync(path).equals(contents)
  } catch {
    return false
  }
}

/** A process that reads the file meanwhile sees the old one or the new one. */
function write(path, contents) {
  mkdirSync(dirname(path), {recursive: true})
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, contents)
  renameSync(unfinished, path)
}
