import {stringify} from 'yaml'
import type {TaskName} from '../certify/task-types.js'

import type {CertifyReport} from '../documents/reports.js'
import {visible} from '../frame/visible.js'
import {certifyAnswer, classNames} from './certify-answer.js'
import {confidence} from './format.js'
import {markdownText} from './markdown.js'

/** One entry of `model-index[].results[].metrics`. */
interface CardMetric {
  type: string
  name: string
  value: number
  args?: Record<string, string | number>
}

/** Four digits, rounded against the model: what is a lower bound stays one. */
const down = (x: number) => Math.floor(x * 1e4 + 1e-9) / 1e4
const up = (x: number) => Math.ceil(x * 1e4 - 1e-9) / 1e4

/**
 * A certificate for the card of a model on the Hugging Face hub: the front matter `model-index` with every metric and its
 * bound, then a section of Markdown that says what they mean. To be joined with the front matter that the card has.
 */
export function modelCard(report: CertifyReport): string {
  const {inputs, version, metrics, verdict, config} = report
  const model = inputs.find(({role}) => role === 'model' || role === 'embeddings') ?? inputs[0]
  const data = inputs.find(({role}) => role === 'data') ?? model
  const result = {
    task: {type: taskOf(report)},
    dataset: {
      name: visible(data?.path ?? 'data'),
      type: nameOf(data?.path ?? 'data'),
      args: {rows: metrics.rows, ...(data === undefined ? {} : {sha256: data.sha256})},
    },
    metrics: metricsOf(report),
    source: {name: `surety ${version}`},
  }
  const front = {'model-index': [{name: nameOf(model?.path ?? 'model'), results: [result]}]}
  const {headline, lead} = certifyAnswer({metrics, verdict, config}, classNames(report))
  return `---
${stringify(front, {lineWidth: 0})}---

## Robustness

${markdownText([headline, ...lead].join(' '))}

${markdownText(`Certified by surety ${version} from ${metrics.rows} rows; sha256 of the model ${model?.sha256 ?? 'unknown'}. A statement about fresh data like the sample, and none about an attacker who chooses the input. surety verify checks the report that it was made from.`)}
`
}

function metricsOf({metrics}: CertifyReport): CardMetric[] {
  const {performance, headline, slices = [], alpha} = metrics
  const level = confidence(alpha.total)
  const found: CardMetric[] = []
  if (performance !== undefined) {
    const {measure, value, lower, upper, baseline} = performance
    const type = measure.replaceAll('-', '_')
    found.push({type, name: `${measure}, rows used`, value: lower === null ? up(value) : down(value), args: {baseline}})
    if (lower !== null)
      found.push({type, name: `${measure}, at least (${level} confidence)`, value: down(lower), args: {bound: 'lower'}})
    if (typeof upper === 'number')
      found.push({type, name: `${measure}, at most (${level} confidence)`, value: up(upper), args: {bound: 'upper'}})
  }
  if (headline?.status === 'certified')
    found.push({
      type: 'near_identical_inputs_that_differ',
      name: `near-identical inputs with very different losses, at most (${level} confidence)`,
      value: up(headline.bound),
      args: {bound: 'upper', layer: visible(headline.layer), closeness: headline.closeness, eta: headline.eta},
    })
  const worst = slices
    .flatMap(({name, performance: of}) => (typeof of?.lower === 'number' ? [{name, lower: of.lower, of}] : []))
    .sort((a, b) => a.lower - b.lower)[0]
  if (worst !== undefined)
    found.push({
      type: worst.of.measure.replaceAll('-', '_'),
      name: `${worst.of.measure} of the worst slice, at least (${level} confidence)`,
      value: down(worst.lower),
      args: {bound: 'lower', slice: visible(worst.name)},
    })
  return found
}

/** A task of the hub where the report says which it is; else `other`, which the hub knows too. */
function taskOf({metrics, subject, thumbnails}: CertifyReport): string {
  const own: Partial<Record<TaskName, string>> = {tokens: 'token-classification', regression: 'tabular-regression'}
  if (metrics.task !== undefined) return own[metrics.task] ?? 'other'
  const format = subject?.data.format ?? null
  if (format === 'images' || (thumbnails ?? []).length > 0) return 'image-classification'
  if (format === 'text') return 'text-classification'
  return format === null ? 'other' : 'tabular-classification'
}

/** The file without folders and end; of model.json its folder. */
function nameOf(path: string): string {
  const parts = path.split(/[/\\]/).filter(Boolean)
  const last = parts.at(-1) ?? path
  const name = last === 'model.json' && parts.length > 1 ? parts.at(-2)! : last.replace(/\.[A-Za-z0-9]{1,11}$/, '')
  return visible(name === '' ? last : name)
}
