import {existsSync, readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {parseTable} from '../../data/csv.js'
import {gunzip} from '../../data/gzip.js'
import {readInput} from '../../data/read-file.js'
import {InputError} from '../../errors.js'
import type {InputFile} from '../../frame/report.js'
import type {GraphLimits} from '../limits.js'
import type {Split} from '../types.js'

/** The files of a folder in OGB layout; null: missing. */
export interface OgbFolder {
  readonly edges: string
  readonly features: string | null
  readonly labels: string | null
  /** the lists of train, validation and test nodes */
  readonly split: readonly [string, string, string] | null
}

/** Whether a path is a folder; if it cannot be accessed, the reader reports that. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/**
 * The files of an OGB data set: edge.csv(.gz), node-feat.csv(.gz), node-label.csv(.gz) in the folder or in raw/, and
 * train, valid and test.csv(.gz) in it or in the only folder of split/.
 *
 * Throws  InputError  no edge.csv, or several splits.
 */
export function ogbFolder(path: string): OgbFolder {
  const splits = join(path, 'split')
  const named = isFolder(splits) ? readdirSync(splits).filter((name) => isFolder(join(splits, name))) : []
  if (named.length > 1)
    throw new InputError(`${splits}: holds the splits ${named.sort().join(', ')}, and it is unclear which one to use`, [
      'keep only one of them',
    ])
  const folders = [path, join(path, 'raw'), ...named.map((name) => join(splits, name))]
  const find = (name: string) =>
    folders
      .flatMap((folder) => [join(folder, `${name}.csv.gz`), join(folder, `${name}.csv`)])
      .find((file) => existsSync(file)) ?? null
  const edges = find('edge')
  if (edges === null)
    throw new InputError(`${path}: is a folder without edge.csv or edge.csv.gz`, [
      'name a file, or a folder in the layout of OGB',
    ])
  const parts = [find('train'), find('valid') ?? find('val'), find('test')]
  return {
    edges,
    features: find('node-feat'),
    labels: find('node-label'),
    split: parts.every((part) => part !== null) ? (parts as [string, string, string]) : null,
  }
}

/** The split from three files with one node number per line. */
export async function readOgbSplit(
  paths: readonly [string, string, string],
  limits: GraphLimits,
): Promise<{split: Split; files: InputFile[]}> {
  const files: InputFile[] = []
  const parts: Uint32Array[] = []
  for (const path of paths) {
    const {bytes, file} = await readInput(path, limits.maxBytes)
    const {rows, lines} = parseTable(gunzip(bytes, path, limits.maxBytes), path)
    files.push(file)
    parts.push(
      Uint32Array.from(rows, (row, r) => {
        if (!/^\d{1,9}$/.test(row[0] ?? ''))
          throw new InputError(`${path}, line ${lines[r]}: ${JSON.stringify(row[0] ?? '')} is not a node number`, [
            'write one node number per line, from 0',
          ])
        return Number(row[0])
      }),
    )
  }
  return {split: {train: parts[0]!, validation: parts[1]!, test: parts[2]!}, files}
}
