import {InputError} from '../../errors.js'
import type {ReadResult} from '../document.js'
import {checkSize, type GraphLimits} from '../limits.js'
import {type Line, rewriteLines} from './line-graph.js'
import {zerosNote} from './scipy-npz.js'

const RECIPE = ['write it with scipy.io.mmwrite(FILE, matrix.tocoo())']

/**
 * Matrix Market, coordinate form: one stored entry per line, numbers from 1. A general matrix is directed; a symmetric
 * one stores one triangle.
 *
 * Throws  InputError  another form or field, a matrix that is not square, an entry outside of it (names the line).
 */
export function readMatrixMarket(bytes: Uint8Array, place: string, limits: GraphLimits): ReadResult {
  const texts = Buffer.from(bytes).toString('utf8').split(/\r?\n/)
  const [, form = '', field = '', symmetry = ''] =
    /^%%MatrixMarket\s+matrix\s+(\S+)\s+(\S+)\s+(\S+)/i.exec(texts[0]!) ?? []
  if (form.toLowerCase() !== 'coordinate')
    throw new InputError(
      `${place}: holds a matrix in the form ${form || 'that is not stated'}, only coordinate is supported`,
      RECIPE,
    )
  if (!/^(real|integer|pattern)$/i.test(field))
    throw new InputError(
      `${place}: holds ${field || 'no'} values, only real, integer and pattern are supported`,
      RECIPE,
    )
  if (!/^(general|symmetric)$/i.test(symmetry))
    throw new InputError(`${place}: is ${symmetry}, only general and symmetric are supported`, RECIPE)
  const hasValues = field.toLowerCase() !== 'pattern'
  const sizeLine = texts.findIndex((text) => text.trim() !== '' && !text.startsWith('%'))
  const [rows = NaN, cols = NaN, entries = NaN] = (texts[sizeLine] ?? '').trim().split(/\s+/).map(Number)
  if (![rows, cols, entries].every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new InputError(`${place}, line ${sizeLine + 1}: has no sizes`, [
      'the numbers of rows, columns and entries follow the comments',
    ])
  if (rows !== cols)
    throw new InputError(`${place}: the adjacency matrix is ${rows} × ${cols}, expected a square one`, [
      'check that the file holds a graph',
    ])
  checkSize(rows, entries, place, limits)
  const ends: number[] = []
  const weights: number[] = []
  let zeros = 0
  let found = 0
  const lines = texts.map((text, k): Line => {
    if (k <= sizeLine || text.trim() === '' || text.startsWith('%')) return text
    const cells = text.trim().split(/\s+/)
    const [u, v] = [Number(cells[0]), Number(cells[1])]
    const value = hasValues ? Number(cells[2] ?? NaN) : 1
    if (![u, v].every((node) => Number.isInteger(node) && node >= 1 && node <= rows) || Number.isNaN(value))
      throw new InputError(
        `${place}, line ${k + 1}: ${JSON.stringify(text.slice(0, 80))} is not an entry of a matrix of ${rows} rows`,
        ['row, column and value, counted from 1'],
      )
    found++
    if (value === 0) zeros++
    else {
      ends.push(u - 1, v - 1)
      weights.push(value)
    }
    return {kind: 'edge', ends: [u - 1, v - 1], rest: text.trim().replace(/^\S+\s+\S+/, '')}
  })
  if (found !== entries)
    throw new InputError(`${place}: announces ${entries} entries and has ${found}`, [
      'write the file again, or copy it again from its source',
    ])
  const isGeneral = symmetry.toLowerCase() === 'general'
  return {
    raw: {
      nodes: rows,
      edges: Uint32Array.from(ends),
      weights: weights.every((weight) => weight === 1) ? null : Float64Array.from(weights),
      directed: isGeneral,
      nodeNames: null,
      features: null,
      labels: null,
      classNames: null,
      split: null,
    },
    notes: zerosNote(place, zeros),
    carried: {
      rewrite: (result, pruned) =>
        rewriteLines(
          lines,
          {
            nodes: rows,
            first: 1,
            added(u, v) {
              const value = hasValues ? ' 1' : ''
              return isGeneral
                ? [`${u} ${v}${value}`, `${v} ${u}${value}`]
                : [`${Math.max(u, v)} ${Math.min(u, v)}${value}`]
            },
            header: (line, filter, edges) =>
              line === texts[sizeLine] ? `${filter.nodes} ${filter.nodes} ${edges}` : line,
          },
          result,
          pruned,
        ),
    },
  }
}
