// Builds and packs surety in a folder of its own, installs the tarball in an empty one, and runs it there as a user would.
import {cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {runStep} from './run-step.mjs'

/** Folders that go into the package as they are. */
const FOLDERS = ['schemas', 'demo', 'templates']
/** What the tarball holds beside the two files that the compiler makes of each source. */
const OTHERS = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'bin/run.js',
  'oclif.manifest.json',
  'package.json',
  ...FOLDERS.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`)),
]
const root = resolve('.')
const folder = mkdtempSync(join(tmpdir(), 'surety-package-'))
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))

/** What a base install may take: everything under node_modules, as it lies on the disk. */
const LIMITS = {packages: 60, megabytes: 60}

function fail(reason) {
  console.error(`package check: ${reason}`)
  process.exit(1)
}

async function must(what, command, args, options) {
  const {code, output} = await runStep(command, args, {quiet: true, ...options})
  if (code !== 0) fail(`${what} failed with exit code ${code}`)
  return output
}

/** Packages and megabytes (10⁶ bytes of whole blocks) of a node_modules folder. */
function sizeOf(folder) {
  const entries = readdirSync(folder, {recursive: true, withFileTypes: true})
  const isPackage = ({name, parentPath}) =>
    name === 'package.json' && /node_modules\/(@[^/]+\/)?[^/@.][^/]*$/.test(parentPath)
  const blocks = entries.reduce((sum, {name, parentPath}) => sum + lstatSync(join(parentPath, name)).blocks, 0)
  return {packages: entries.filter(isPackage).length, megabytes: (512 * blocks) / 1e6}
}

// As npm run build does, beside dist/, which the tests may be using.
const built = join(folder, 'built')
mkdirSync(built)
await must('build', process.execPath, [
  'node_modules/typescript/bin/tsc',
  '-p',
  'tsconfig.build.json',
  '--outDir',
  join(built, 'dist'),
])
symlinkSync(join(root, 'node_modules'), join(built, 'node_modules'), 'junction')
for (const name of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'bin', ...FOLDERS])
  cpSync(name, join(built, name), {recursive: true})
await must('manifest', process.execPath, ['node_modules/oclif/bin/run.js', 'manifest', built])
const [packed] = JSON.parse(
  await must(
    'npm pack',
    'npm',
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
    {cwd: built},
  ),
)
const files = packed.files.map((file) => file.path)
const sources = ['src', 'commands'].flatMap((folder) =>
  readdirSync(folder, {recursive: true})
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/').slice(0, -'.ts'.length)}`),
)
const expected = new Set([...OTHERS, ...sources.flatMap((source) => [`dist/${source}.js`, `dist/${source}.d.ts`])])
const unwanted = files.filter((path) => !expected.has(path))
const missing = [...expected].filter((path) => !files.includes(path))
if (unwanted.length + missing.length > 0) {
  console.error(
    `package check: the tarball holds ${unwanted.slice(0, 5).join(', ') || 'nothing'} that it should not, and lacks ${missing.slice(0, 5).join(', ') || 'nothing'}`,
  )
  console.error('scripts/check-package.mjs lists what belongs to the package beside the sources')
  process.exit(1)
}
writeFileSync(join(folder, 'package.json'), JSON.stringify({name: 'user', private: true}))
const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
await must(
  'install of the tarball',
  'npm',
  // What is optional may be missing, and the tests run with it.
  ['install', `./${tarball}`, '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'],
  {cwd: folder},
)
const base = sizeOf(join(folder, 'node_modules'))
if (!(base.packages <= LIMITS.packages && base.megabytes <= LIMITS.megabytes && base.packages > 20))
  fail(
    `a base install has ${base.packages} packages of ${base.megabytes.toFixed(0)} MB, the limits are ${LIMITS.packages} and ${LIMITS.megabytes} MB`,
  )
const run = (what, ...args) => must(what, process.execPath, ['node_modules/surety/bin/run.js', ...args], {cwd: folder})
const version = await run('--version', '--version')
const ONNX = [
  'certify',
  join(root, 'fixtures/digits/digits-mlp.onnx'),
  '--data',
  join(root, 'fixtures/digits/digits-mlp-test.npz'),
  '--json',
]
const refused = await runStep(process.execPath, ['node_modules/surety/bin/run.js', ...ONNX], {cwd: folder, quiet: true})
const said = refused.code === 2 ? JSON.parse(refused.output).error.nextSteps : []
if (!/npm i onnxruntime-node@\d/.test(said[0] ?? ''))
  fail('an ONNX checkpoint without onnxruntime-node does not say how to get it')
const sanitized = JSON.parse(
  await run(
    'sanitize',
    'sanitize',
    join(root, 'fixtures/community-graph/community-graph.npz'),
    '--edges',
    'edges_attacked',
    '--out',
    'clean.npz',
    '--json',
  ),
)
await run('doctor --fix', 'doctor', '--fix', '--part', 'onnx')
const certified = JSON.parse(await run('certify', ...ONNX))
const api = await must(
  'import of the library',
  process.execPath,
  ['--input-type=module', '-e', "import('surety').then((m) => console.log(Object.keys(m).sort().join(' ')))"],
  {cwd: folder},
)
console.log(`${files.length} files, ${(packed.unpackedSize / 1e6).toFixed(1)} MB unpacked; ${version.trim()}`)
console.log(`base install: ${base.packages} packages, ${base.megabytes.toFixed(0)} MB`)
console.log(`certify: ${certified.verdict.summary}`)
console.log(`sanitize: ${sanitized.verdict.summary}`)
console.log(`library exports: ${api.trim()}`)
