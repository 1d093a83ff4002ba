import {readdir} from 'node:fs/promises'
import {basename, dirname, extname, join} from 'node:path'
import {readInput} from '../../data/read-file.js'
import {openNpz} from '../../data/npz.js'
import {SuretyError} from '../../errors.js'
import type {PartName} from '../../packages.js'

/** A file that surety can judge, or data for a model. */
export interface FoundFile {
  path: string
  kind: 'model' | 'states' | 'data' | 'graph'
  /** the part that a base install lacks for it */
  part: PartName | null
  /** possible label arrays or class attributes, likeliest first */
  labels: string[]
  /** numeric node attributes */
  features: string[]
}

const LEFT_OUT = /^(node_modules|dist|build|coverage|venv|surety-(demo|reports|baseline|out))$/
const MAX_FILES = 20_000
const MAX_DEPTH = 6
const MODELS: Record<string, PartName> = {'.onnx': 'onnx', '.keras': 'tfjs'}
const GRAPHS = ['.graphml', '.gexf', '.gml', '.net', '.mtx']
/** Arrays and attributes that usually hold classes. */
const LABELS = /^(labels?|y|y_test|targets?|class(es)?|category|community|node_labels?|type)$/i
const EDGES = /^(edges?|edge_index|adj_(data|indices)|A\.data)$/i
const SCORES = /^(loss|logits|probabilities)$/i

/** Models, data and graphs below a folder, sorted by path, without unreadable files. */
export async function findFiles(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  for (const path of (await filesBelow(folder, 0)).slice(0, MAX_FILES)) {
    const file = await lookAt(path).catch((error: unknown) => {
      if (error instanceof SuretyError) return null
      throw error
    })
    if (file !== null) found.push(file)
  }
  return found
}

async function filesBelow(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, {withFileTypes: true})
  const out: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || LEFT_OUT.test(entry.name)) continue
    const path = folder === '.' ? entry.name : join(folder, entry.name)
    if (entry.isDirectory() && depth < MAX_DEPTH) out.push(...(await filesBelow(path, depth + 1)))
    else if (entry.isFile() || entry.isSymbolicLink()) out.push(path)
  }
  return out
}

async function lookAt(path: string): Promise<FoundFile | null> {
  const extension = extname(path).toLowerCase()
  const none = {labels: [], features: []}
  const part = MODELS[extension]
  if (part !== undefined) return {path, kind: 'model', part, ...none}
  if (basename(path) === 'model.json') return {path, kind: 'model', part: 'tfjs', ...none}
  if (GRAPHS.includes(extension)) return {path, kind: 'graph', part: null, ...(await nodeAttributes(path, extension))}
  if (extension === '.csv') return {path, kind: 'data', part: null, ...none}
  if (extension === '.parquet') return {path, kind: 'data', part: 'parquet', ...none}
  return extension === '.npz' ? archive(path) : null
}

async function archive(path: string): Promise<FoundFile> {
  const {names, shape} = openNpz((await readInput(path)).bytes, path)
  const labels = names.filter((name) => LABELS.test(name) && shape(name).length === 1)
  const kind = names.some((name) => EDGES.test(name))
    ? 'graph'
    : names.some((name) => SCORES.test(name)) && names.length > 2
      ? 'states'
      : 'data'
  return {path, kind, part: null, labels, features: []}
}

/** Names that the head of a GraphML or GEXF file declares for its nodes. */
async function nodeAttributes(path: string, extension: string): Promise<Pick<FoundFile, 'labels' | 'features'>> {
  const head = new TextDecoder().decode((await readInput(path)).bytes.subarray(0, 2 ** 16))
  const declared =
    extension === '.graphml'
      ? [...head.matchAll(/<key\b[^>]*>/g)]
          .map(([tag]) => tag)
          .filter((tag) => /\bfor=["'](node|all)["']/.test(tag))
          .map((tag) => ({name: attribute(tag, 'attr.name'), type: attribute(tag, 'attr.type')}))
      : [...head.matchAll(/<attributes\b[^>]*class=["']node["'][^>]*>([\s\S]*?)<\/attributes>/g)].flatMap(([, inner]) =>
          [...inner!.matchAll(/<attribute\b[^>]*>/g)].map(([tag]) => ({
            name: attribute(tag, 'title'),
            type: attribute(tag, 'type'),
          })),
        )
  const labels = declared.map(({name}) => name).filter((name) => LABELS.test(name))
  const features = declared
    .filter(({name, type}) => /^(int|integer|long|float|double)$/.test(type) && !labels.includes(name))
    .map(({name}) => name)
  return {labels, features}
}

const attribute = (tag: string, name: string) =>
  new RegExp(`\\b${name.replace('.', '\\.')}=["']([^"']*)["']`).exec(tag)?.[1] ?? ''

/** Candidate data for a model: files in its folder first, then similar names. */
export function dataFor(model: string, files: readonly FoundFile[]): FoundFile[] {
  const stem = basename(model, extname(model)).split(/[-_.]/)[0]!
  const rank = ({path}: FoundFile) =>
    (basename(path).startsWith(stem) ? 0 : 4) +
    (/test|valid|eval/i.test(basename(path)) ? 0 : 2) +
    (dirname(path) === dirname(model) ? 0 : 1)
  return files.filter(({kind}) => kind === 'data').sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1))
}
