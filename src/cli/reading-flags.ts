import {Flags, type Interfaces} from '@oclif/core'
import {UsageError} from '../errors.js'
import {ARRAY_ROLES, type ArrayRoles} from '../graph/npz-arrays.js'
import type {ReadOptions} from '../graph/read-options.js'
import type {SanitizeRequest} from '../sanitize/request.js'
import {GROUP, names} from './flags.js'

/** role=array, comma-separated. */
const arrayRoles = Flags.custom<ArrayRoles>({
  parse(text, _context, options) {
    const pairs = text.split(',').map((part) => part.split('=').map((word) => word.trim()))
    const wrong = pairs.find(
      ([role = '', name = '', ...more]) => !ARRAY_ROLES.includes(role as never) || name === '' || more.length > 0,
    )
    if (wrong !== undefined)
      throw new UsageError(`--${options.name} takes role=array, not '${wrong.join('=')}'`, [
        `the roles are ${ARRAY_ROLES.join(', ')}: --${options.name} features=x,labels=y`,
      ])
    return Promise.resolve(Object.fromEntries(pairs) as ArrayRoles)
  },
})

/** Columns that rewired pairs keep, for commands that score edges. */
export const within = names({
  helpGroup: GROUP.input,
  description:
    'columns of edges or nodes, comma-separated, with their type or time: edges are compared with pairs rewired within their own kind, and the columns are not features (edge:NAME, node:NAME if both have one)',
})

/** The flags for reading a graph and its side files, shared by all commands that read one. */
export const readingFlags = {
  edges: Flags.string({
    helpGroup: GROUP.input,
    description: 'array of a plain npz that holds the edges (default: edges)',
  }),
  arrays: arrayRoles({
    helpGroup: GROUP.input,
    description: `which arrays of an npz hold what, as features=x,labels=y: ${ARRAY_ROLES.join(', ')} (default: by their usual names)`,
  }),
  features: Flags.string({
    helpGroup: GROUP.input,
    description: 'node features in a separate file: npy, npz or csv',
  }),
  labels: Flags.string({helpGroup: GROUP.input, description: 'node labels in a separate file: npy, npz or csv'}),
  split: Flags.string({
    helpGroup: GROUP.input,
    description: 'train/validation/test nodes: json or npz; only train labels are read',
  }),
  'split-numbers': Flags.string({
    options: ['file', 'component'],
    default: 'file',
    helpGroup: GROUP.input,
    description: 'what node numbers of the split refer to: the file, or its largest component',
  }),
  'label-attribute': Flags.string({
    helpGroup: GROUP.input,
    description: 'node attribute (GraphML, GEXF, JSON) or column of the labels file that holds the label',
  }),
  'feature-attributes': names({
    helpGroup: GROUP.input,
    description: 'node attributes, or columns of the features file, that hold features; comma-separated',
  }),
  'id-column': Flags.string({
    helpGroup: GROUP.input,
    description: 'column (csv) or array (npz) with the node ids in the features and labels files',
  }),
  'ids-as-text': Flags.boolean({
    default: false,
    helpGroup: GROUP.input,
    description: 'node ids are text: 007 is not 7',
  }),
  'first-id': Flags.integer({
    min: 0,
    max: 1,
    helpGroup: GROUP.input,
    description: 'the id of the first row of features and labels whose rows have no ids (default: what fits)',
  }),
  'rows-in-order': Flags.boolean({
    default: false,
    helpGroup: GROUP.input,
    description: 'rows without ids are in the order in which the graph file first names its nodes',
  }),
  'source-column': Flags.string({
    helpGroup: GROUP.input,
    dependsOn: ['target-column'],
    description: 'column of an edge table that holds the source: its name, or its number from 1',
  }),
  'target-column': Flags.string({
    helpGroup: GROUP.input,
    dependsOn: ['source-column'],
    description: 'column of an edge table that holds the target',
  }),
  header: Flags.boolean({
    allowNo: true,
    helpGroup: GROUP.input,
    description: 'the first row of an edge table is a header (default: decided from its rows)',
  }),
  'largest-component': Flags.boolean({
    default: false,
    helpGroup: GROUP.input,
    description: 'keep only the largest connected component',
  }),
}

export type ReadingFlags = Interfaces.InferredFlags<typeof readingFlags>

/** How a graph is read, from its flags. */
export function readingOf(
  flags: ReadingFlags & {within?: string[] | undefined},
): Omit<SanitizeRequest['reading'], 'weights'> {
  return {
    edges: flags.edges ?? null,
    ...(flags.arrays !== undefined && {arrays: flags.arrays}),
    features: flags.features ?? null,
    labels: flags.labels ?? null,
    split: flags.split ?? null,
    splitNumbers: flags['split-numbers'] as 'file' | 'component',
    labelAttribute: flags['label-attribute'] ?? null,
    featureAttributes: flags['feature-attributes'] ?? null,
    idColumn: flags['id-column'] ?? null,
    idsAsText: flags['ids-as-text'],
    firstId: flags['first-id'] ?? null,
    rowsInOrder: flags['rows-in-order'],
    sourceColumn: flags['source-column'] ?? null,
    targetColumn: flags['target-column'] ?? null,
    header: flags.header ?? null,
    largestComponent: flags['largest-component'],
    ...(flags.within !== undefined && {within: flags.within}),
  }
}

/** The same as options of readGraph, without unset ones. */
export const readOptionsOf = (reading: object): ReadOptions =>
  Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== null && value !== undefined))
