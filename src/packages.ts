import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {basename, dirname, join} from 'node:path'
import {DeviceError} from './errors.js'

/** What a base install leaves out. A part is needed for some files or machines only. */
interface Part {
  packages: readonly string[]
  /** what it is for, as `surety doctor` says it */
  purpose: string
  /** what cannot be done without it: the start of the error */
  needs: string
  /** what does it, where that is not the package itself */
  runner?: string
}

export const PARTS = {
  onnx: {
    packages: ['onnxruntime-node'],
    purpose: 'ONNX checkpoints, faster matrix products',
    needs: 'an ONNX checkpoint is run by',
  },
  tfjs: {
    packages: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-converter',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
    ],
    purpose: 'TF.js and Keras checkpoints, harden',
    needs: 'a TF.js or Keras checkpoint is run by',
    runner: 'TensorFlow.js',
  },
  hdf5: {packages: ['h5wasm'], purpose: 'HDF5 and Keras files', needs: 'an HDF5 file is read by'},
  parquet: {
    packages: ['hyparquet', 'hyparquet-compressors'],
    purpose: 'Parquet files',
    needs: 'a Parquet file is read by',
  },
  images: {packages: ['fast-png', 'jpeg-js'], purpose: 'folders of images', needs: 'images are read by'},
  texts: {
    packages: ['@huggingface/tokenizers'],
    purpose: 'texts with a tokenizer.json',
    needs: 'a tokenizer.json is run by',
  },
  program: {
    packages: ['jiti'],
    purpose: 'configurations in TypeScript',
    needs: 'a configuration that is a program is run by',
  },
  graphology: {
    packages: ['graphology'],
    purpose: 'toGraphology of the library',
    needs: 'a graphology graph is made by',
  },
  completion: {
    packages: ['@oclif/plugin-autocomplete'],
    purpose: 'surety autocomplete',
    needs: 'completion in the shell is set up by',
  },
  webgpu: {
    packages: ['webgpu'],
    purpose: 'engine webgpu (Vulkan, Metal, D3D12)',
    needs: 'the engine webgpu is run by',
  },
  cuda: {
    packages: ['@tensorflow/tfjs-node-gpu'],
    purpose: 'engine tfjs on CUDA',
    needs: 'the engine tfjs is run by',
  },
} as const satisfies Record<string, Part>

export type PartName = keyof typeof PARTS

export const partNames = Object.keys(PARTS) as PartName[]

/** Parts that depend on the machine, and are of no use where there is no GPU. */
export const GPU_PARTS: readonly PartName[] = ['webgpu', 'cuda']

const require = createRequire(import.meta.url)

/** Version of an installed package without loading it; null where it is absent. */
export function packageVersion(name: string): string | null {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as {version: string}).version
    } catch {
      // Not in this folder.
    }
  }
  return null
}

/** Packages of a part that are not installed. */
export const absentPackages = (part: PartName): string[] =>
  PARTS[part].packages.filter((name) => packageVersion(name) === null)

/**
 * What `load` imports, for example `() => import('h5wasm')`: the one place where a package that is not part of a base
 * install is loaded. `otherwise`: what can be done without it.
 *
 * Throws  DeviceError  the package is not installed, with the command that installs it, or does not load here.
 */
export async function loadPart<Loaded>(
  part: PartName,
  load: () => Promise<Loaded>,
  otherwise: readonly string[] = [],
): Promise<Loaded> {
  try {
    return await load()
  } catch (cause) {
    throw absence(part, cause, otherwise)
  }
}

/** The same for a CommonJS package, at once. */
export function requirePart<Loaded>(part: PartName, name: string): Loaded {
  try {
    return require(name) as Loaded
  } catch (cause) {
    throw absence(part, cause)
  }
}

/** The error of a part that cannot be loaded: `cause` is what the import threw. */
export function absence(part: PartName, cause?: unknown, otherwise: readonly string[] = []): DeviceError {
  const absent = absentPackages(part)
  const {packages, needs, runner}: Part = PARTS[part]
  const by = `${needs} ${runner ?? packages.join(' and ')}`
  if (absent.length > 0)
    return new DeviceError(
      `${by}, which a base install leaves out`,
      [installCommand(absent), `or surety doctor --fix --part ${part}`, ...otherwise],
      {cause},
    )
  const reason = cause instanceof Error ? `: ${cause.message.split('\n')[0]!}` : ''
  return new DeviceError(
    `${by}, which is installed and does not load here${reason}`,
    [`install it again for this machine: ${installCommand(packages)}`, ...otherwise],
    {cause},
  )
}

/** The part that a failed import was about; null: another package. */
export function partOfFailure(error: unknown): PartName | null {
  const {code, message} = error as NodeJS.ErrnoException
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return null
  const name = /^Cannot find (?:package|module) '([^'.][^']*)'/.exec(message)?.[1]
  return (
    partNames.find((part) => PARTS[part].packages.some((known) => name === known || name?.startsWith(`${known}/`))) ??
    null
  )
}

/** Folder that npm installs into so that surety finds it, and whether npm calls it global. */
export interface InstallPlace {
  folder: string
  kind: 'project' | 'global' | 'sources'
}

/**
 * Where surety lives. Beside it npm keeps what surety loads: in the project whose node_modules holds it, among the
 * global packages, or in the folder of its own sources.
 */
export function installPlace(root: string = ownPackage().folder): InstallPlace {
  const modules = basename(dirname(root)).startsWith('@') ? dirname(dirname(root)) : dirname(root)
  if (basename(modules) !== 'node_modules') return {folder: root, kind: 'sources'}
  const folder = dirname(modules)
  const isGlobal = basename(folder) === 'lib' || join(dirname(process.execPath), 'node_modules') === modules
  return {folder, kind: isGlobal ? 'global' : 'project'}
}

/** npm's arguments that install packages, each with the version that surety was tested with. */
export function installArguments(names: readonly string[], kind: InstallPlace['kind'] = installPlace().kind): string[] {
  const flags = {project: [], global: ['-g'], sources: ['--no-save']}[kind]
  return ['i', ...flags, ...names.map((name) => `${name}@${testedVersion(name)}`)]
}

/**
 * The script of onnxruntime-node downloads libraries for CUDA, which surety does not use: the package is complete
 * without it, and behind a proxy the download fails.
 */
export const INSTALL_ENVIRONMENT = {ONNXRUNTIME_NODE_INSTALL: 'skip'}

/** The command that installs packages, to be copied. */
export function installCommand(names: readonly string[]): string {
  const command = ['npm', ...installArguments(names)].join(' ')
  if (!names.includes('onnxruntime-node') || process.platform === 'win32') return command
  return `ONNXRUNTIME_NODE_INSTALL=skip ${command}`
}

/** 1.30 of ^1.30.0: npm takes the newest patch of it. */
const testedVersion = (name: string) =>
  /\d+\.\d+/.exec(ownPackage().content.peerDependencies[name] ?? '')?.[0] ?? 'latest'

interface OwnPackage {
  name: string
  version: string
  peerDependencies: Record<string, string>
}

/** Also under a scope: see docs/install.md. */
export const isSurety = (name: string): boolean => /^(@[^/]+\/)?surety$/.test(name)

/** surety's package.json and its folder, beside `src` (development) or beside `dist` (installed). */
export function ownPackage(): {folder: string; content: OwnPackage} {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const content = require(path) as OwnPackage
      if (isSurety(content.name)) return {folder: dirname(require.resolve(path)), content}
    } catch {
      // One level up: the file is compiled into dist/src.
    }
  }
  // Bundled into another program.
  return {folder: '.', content: {name: 'surety', version: '0.0.0', peerDependencies: {}}}
}
