import {integersOf, type NamedArray, requireRank} from '../data/named-array.js'
import {InputError} from '../errors.js'

/**
 * Labels of an array [nodes] (or [nodes, 1]): whole numbers −1 … maxClasses − 1, −1 = unknown; text is sorted into
 * classes.
 */
export function labelsOfArray(
  array: NamedArray,
  place: string,
  maxClasses: number,
): {labels: Int32Array; classNames: string[] | null} {
  if (array.shape.length !== 2 || array.shape[1] !== 1) requireRank(array, 1, place)
  if (!ArrayBuffer.isView(array.data)) return labelsOfText(array.data)
  return {labels: Int32Array.from(integersOf(array, place, -1, maxClasses - 1)), classNames: null}
}

/** Class numbers of class names in the order of the sorted names; an empty name is unknown (−1). */
export function labelsOfText(texts: readonly string[]): {labels: Int32Array; classNames: string[]} {
  const classNames = [...new Set(texts)].filter((text) => text !== '').sort()
  const number = new Map(classNames.map((name, i) => [name, i]))
  return {labels: Int32Array.from(texts, (text) => number.get(text) ?? -1), classNames}
}

/** Class numbers given as text: whole numbers, or null where one is no whole number (then they are names). */
export function labelsOfNumbers(values: readonly number[], place: string, maxClasses: number): Int32Array {
  return Int32Array.from(values, (value, node) => {
    if (!Number.isInteger(value) || value < -1 || value >= maxClasses) {
      throw new InputError(
        `${place}: the label of node ${node} is ${value}, not a whole number in -1 … ${maxClasses - 1}`,
        ['mend the labels; -1 means unknown'],
      )
    }
    return value
  })
}

/** One value a node; the message says what to do where it does not fit. */
export function requireNodes(rows: number, nodes: number, what: string, place: string): void {
  if (rows !== nodes) {
    throw new InputError(`${place}: has ${what} for ${rows} nodes, the graph has ${nodes} nodes`, [
      'check that the files belong together; files of the largest component need the graph of that component',
    ])
  }
}
