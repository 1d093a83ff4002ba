import {exactJson} from '../data/json.js'
import {InputError} from '../errors.js'
import type {Dense} from '../linalg/types.js'
import type {Note} from '../frame/report.js'
import {type ClassName, isMissing as isNoLabel, labelsOfValues} from './labels.js'
import type {GraphLimits} from './limits.js'
import {partOf, splitOfAttributes} from './split-arrays.js'
import type {Split} from './types.js'

export type Attributes = Readonly<Record<string, unknown>>

export interface AttributeOptions {
  labelAttribute?: string | undefined
  featureAttributes?: readonly string[] | undefined
  /** attributes that give a node's kind: neither features nor labels unless named as such */
  within?: readonly string[] | undefined
}

export interface AttributeData {
  labels: Int32Array | null
  classNames: readonly ClassName[] | null
  split: Split | null
  /** the attributes these were read from */
  taken: {labels: string | null; features: readonly string[]}
  features: Dense | null
  notes: Note[]
}

const LABELS = ['label', 'class', 'y', 'labels', 'classes', 'category', 'modularity_class', 'Modularity Class', 'group']
const NAMES = ['id', 'key', 'name']
const FEATURES = ['features', 'feature', 'feat', 'x']

/**
 * Labels and features from node attributes. An attribute that was asked for must fit. Otherwise only clear cases are
 * taken: labels from label, class or y if a value is shared by two nodes on average (which rules out display names);
 * features from an array of numbers named features, feature, feat or x.
 */
export function attributeData(
  nodes: readonly Attributes[],
  names: (node: number) => string,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): AttributeData {
  const notes: Note[] = []
  const isFree = (name: string) => !(options.within ?? []).some((kind) => kind.replace(/^node:/, '') === name)
  const labelName = options.labelAttribute ?? LABELS.find((name) => isFree(name) && isClassLike(column(nodes, name)))
  const labelled = labelName === undefined ? null : labelsOf(nodes, labelName, names, place, limits.maxClasses)
  const featureNames =
    options.featureAttributes ??
    FEATURES.filter((name) => isFree(name) && column(nodes, name).some(Array.isArray)).slice(0, 1)
  const features = featureNames.length === 0 ? null : featuresOf(nodes, featureNames, names, place)
  if (labelName !== undefined)
    notes.push({
      level: 'info',
      code: 'labels-from-attribute',
      message: `${place}: labels are the node attribute ${labelName}`,
    })
  if (features !== null)
    notes.push({
      level: 'info',
      code: 'features-from-attributes',
      message: `${place}: features are the node attribute ${featureNames.join(', ')}`,
    })
  const unused = featureNames.length === 0 ? numericAttributes(nodes, labelName).filter(isFree) : []
  if (unused.length > 0) {
    const shown = unused.slice(0, MOST_NAMED).join(', ')
    notes.push({
      level: 'info',
      code: 'attributes-not-used',
      message: `${place}: every node has a number in ${shown}${unused.length > MOST_NAMED ? ` and ${unused.length - MOST_NAMED} more attributes` : ''}, which is not used as a feature unless it is named as one: ${unused.slice(0, MOST_NAMED).join(',')}`,
    })
  }
  return {
    labels: labelled?.labels ?? null,
    classNames: labelled?.classNames ?? null,
    features,
    split: splitOfAttributes(nodes, place),
    taken: {labels: labelName ?? null, features: featureNames},
    notes,
  }
}

const MOST_NAMED = 5

/** Attributes with a number at every node, sorted by name. */
function numericAttributes(nodes: readonly Attributes[], labelName: string | undefined): string[] {
  const names = Object.keys(nodes[0] ?? {}).filter(
    (name) => name !== labelName && !LABELS.includes(name) && !NAMES.includes(name) && partOf(name) === null,
  )
  return names.filter((name) => nodes.every((node) => typeof valueOf(node, name) === 'number')).sort()
}

/** A node's own attribute; inherited properties do not count. */
const valueOf = (node: Attributes, name: string): unknown => (Object.hasOwn(node, name) ? node[name] : undefined)

const column = (nodes: readonly Attributes[], name: string) =>
  nodes.map((node) => valueOf(node, name)).filter((value) => !isMissing(value))

const isMissing = (value: unknown) => value === undefined || value === null || value === ''

const isWhole = (value: unknown) => Number.isInteger(value) || (typeof value === 'string' && /^-?\d{1,15}$/.test(value))

function isClassLike(values: unknown[]): boolean {
  const usable = values.every(isWhole) || values.every((value) => typeof value === 'string')
  return values.length > 0 && usable && 2 * new Set(values).size <= values.length
}

function labelsOf(
  nodes: readonly Attributes[],
  name: string,
  names: (node: number) => string,
  place: string,
  maxClasses: number,
) {
  const values = nodes.map((node) => valueOf(node, name))
  const present = values.filter((value) => !isNoLabel(value))
  if (present.length === 0) {
    const known = [...new Set(nodes.flatMap((node) => Object.keys(node)))].sort()
    throw new InputError(
      `${place}: no node has the attribute ${name}, the attributes are ${known.join(', ') || 'none'}`,
      ['name one of these as the label attribute'],
    )
  }
  const numeric = present.every((value) => typeof value === 'number' || isWhole(value))
  const wrong = values.findIndex(
    (value) => !isNoLabel(value) && typeof value !== 'string' && typeof value !== 'boolean',
  )
  if (!numeric && wrong >= 0) {
    throw new InputError(
      `${place}: node ${names(wrong)} has the label ${String(values[wrong])} among labels that are text`,
      ['use text or whole numbers for all'],
    )
  }
  return labelsOfValues(values, (row) => `${place}: the label of node ${names(row)}`, maxClasses)
}

function featuresOf(
  nodes: readonly Attributes[],
  attributes: readonly string[],
  names: (node: number) => string,
  place: string,
): Dense {
  const rows = nodes.map((node) => attributes.flatMap((name) => valueOf(node, name) ?? [undefined]))
  const cols = rows[0]?.length ?? 0
  const data = new Float64Array(nodes.length * cols)
  rows.forEach((row, node) => {
    if (row.length !== cols) {
      throw new InputError(`${place}: node ${names(node)} has ${row.length} features, node ${names(0)} has ${cols}`, [
        'give every node the same number of features',
      ])
    }
    row.forEach((value, c) => {
      const number = typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : value
      if (typeof number !== 'number' || !Number.isFinite(number)) {
        throw new InputError(
          `${place}: node ${names(node)}, column ${c} of ${attributes.join(', ')} is ${value === undefined ? 'missing' : exactJson(value)}, features are finite numbers`,
          ['fix the value'],
        )
      }
      data[node * cols + c] = number
    })
  })
  return {rows: nodes.length, cols, data}
}
