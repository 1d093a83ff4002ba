import {MEASURES} from '../certify/tasks/names.js'
import type {Performance} from '../certify/types.js'
import {number, setting, tenths} from './format.js'

/** How well the model does, as a figure with its bound and the guess that needs no model; `of` ends the bound. */
export function performanceFigure(
  {measure, value, lower, upper, baseline, limit}: Performance,
  of = '',
): {name: string; value: string; detail: string} {
  const {title, guess, isError} = MEASURES[measure]
  if (!isError)
    return {
      name: title,
      value: tenths(value, 'down'),
      detail: `${lower === null ? '' : `at least ${tenths(lower, 'down')}${of}; `}${guess}: ${tenths(baseline, 'up')}`,
    }
  return {
    name: title,
    value: number(value, 'up'),
    detail: `${typeof upper === 'number' ? `at most ${number(upper, 'up')}${of}; ` : ''}${guess}: ${number(baseline, 'down')}${limit === undefined ? '' : `; clipped at ${setting(limit)}`}`,
  }
}

/** The same in short, as the beginning of a sentence. */
export function performanceText(performance: Performance | undefined, task: string | undefined): string {
  if (performance === undefined) return task === 'scores' ? 'Only losses are known' : 'Accuracy unknown'
  const {name, value} = performanceFigure(performance)
  return `${name} ${value}`
}

/** The measure in short with its value, and its bound: accuracy 98 %, at least 97 %. */
export function figuresInShort({measure, value, lower, upper}: Performance): string {
  const {short, isError} = MEASURES[measure]
  return isError
    ? `${short} ${number(value, 'up')}${typeof upper === 'number' ? `, at most ${number(upper, 'up')}` : ''}`
    : `${short} ${tenths(value, 'down')}${lower === null ? '' : `, at least ${tenths(lower, 'down')}`}`
}
