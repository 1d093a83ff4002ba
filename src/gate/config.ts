import {Ajv, type ErrorObject, type ValidateFunction} from 'ajv'
import {didYouMean} from '../frame/did-you-mean.js'
import {UsageError} from '../errors.js'
import {parseMetricPath} from './metric-path.js'
import {demandOf, worseDirection} from './thresholds.js'
import type {GateConfig, Threshold} from './types.js'

/** Names allowed for a check: its baseline is a file of that name. */
const CHECK_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * A configuration, checked before anything runs: an unknown member, an unknown level or a limit that cannot be met
 * is an error, since a misspelt threshold would silently judge nothing.
 *
 * `schema`: that of the file. `place`: what errors call it.
 * Throws  UsageError  with the member and the next step.
 */
export function checkConfig<Config extends GateConfig>(value: unknown, schema: object, place: string): Config {
  const validate = validatorOf(schema)
  if (!validate(value)) throw misfit(validate.errors!, place)
  const config = value as Config
  const names = Object.keys(config.checks)
  if (names.length === 0) throw new UsageError(`${place}: names no check`, ['add one under "checks"'])
  for (const [name, check] of Object.entries(config.checks)) {
    if (!CHECK_NAME.test(name))
      throw new UsageError(`${place}: ${JSON.stringify(name)} cannot name a check`, [
        'use letters, digits, points, hyphens and underscores, at most 100',
      ])
    const kinds = (['certify', 'sanitize', 'report'] as const).filter((kind) => check[kind] !== undefined)
    if (kinds.length !== 1)
      throw new UsageError(
        `${place}: checks.${name} has ${kinds.length === 0 ? 'none' : kinds.join(' and ')} of certify, sanitize and report`,
        ['name exactly one thing to judge'],
      )
    if (kinds[0] === 'report' && check.options !== undefined)
      throw new UsageError(`${place}: checks.${name} judges a report that is there, so options have no effect`, [
        'leave out options',
      ])
    for (const [metric, threshold] of Object.entries(check.thresholds ?? {})) {
      if (metric !== 'verdict') parseMetricPath(metric)
      const {limits} = demandOf(threshold)
      if (limits === null) continue
      if (metric === 'verdict')
        throw new UsageError(`${place}: the verdict of checks.${name} is not a number, so it has no limits`, [
          'write "verdict": "error", "warn" or "off"',
        ])
      const {min, max, baseline} = limits
      if (min !== undefined && max !== undefined && min > max)
        throw new UsageError(
          `${place}: ${metric} of checks.${name} has a minimum of ${min} above its maximum of ${max}: nothing can meet it`,
          ['exchange the two'],
        )
      if (baseline !== undefined) {
        worseDirection(metric, limits, baseline)
        for (const key of ['absolute', 'relative'] as const)
          if ((baseline[key] ?? 0) < 0)
            throw new UsageError(`${place}: ${metric} of checks.${name} has a negative ${key} slack`, ['use 0 or more'])
      }
    }
  }
  const isOff = (threshold: Threshold) => demandOf(threshold).level === 'off'
  const idle = Object.entries(config.checks).find(([, {thresholds = {}}]) =>
    Object.values({verdict: 'error' as const, ...thresholds}).every(isOff),
  )
  if (idle !== undefined)
    throw new UsageError(`${place}: every threshold of checks.${idle[0]} is off, so it judges nothing`, [
      'turn one on, or take the check out',
    ])
  for (const [k, {check, metric, expires, reason}] of (config.suppressions ?? []).entries()) {
    if (reason.trim() === '')
      throw new UsageError(`${place}: suppressions[${k}] gives no reason`, [
        'say in "reason" why the failure is accepted',
      ])
    const same = config.suppressions!.findIndex((other) => other.check === check && other.metric === metric)
    if (same < k)
      throw new UsageError(`${place}: suppressions[${k}] is about ${metric} of ${check}, as suppressions[${same}] is`, [
        'keep one of them',
      ])
    if (!names.includes(check))
      throw new UsageError(
        `${place}: suppressions[${k}] names the check ${JSON.stringify(check)}, and there is none`,
        didYouMean(check, names),
      )
    const known = ['verdict', ...Object.keys(config.checks[check]!.thresholds ?? {})]
    if (!known.includes(metric))
      throw new UsageError(
        `${place}: suppressions[${k}] names ${JSON.stringify(metric)}, which is not a threshold of ${check}`,
        [...didYouMean(metric, known), 'name the metric exactly as its threshold does'],
      )
    if (!isDate(expires))
      throw new UsageError(`${place}: suppressions[${k}] expires on ${JSON.stringify(expires)}, which is not a date`, [
        'write it as 2030-12-31',
      ])
  }
  return config
}

/** Compiling the schema takes longer than a check by it. */
const validators = new WeakMap<object, ValidateFunction>()

function validatorOf(schema: object): ValidateFunction {
  const validate =
    validators.get(schema) ??
    new Ajv({strict: false, strictNumbers: true, allErrors: true, verbose: true}).compile(schema)
  validators.set(schema, validate)
  return validate
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** The deepest error: of a union ajv lists what is wrong with each part. */
function misfit(errors: readonly ErrorObject[], place: string): UsageError {
  const depth = ({instancePath, keyword}: ErrorObject) =>
    instancePath.split('/').length + (keyword === 'additionalProperties' ? 0.5 : 0)
  const error = errors.reduce((a, b) => (depth(b) > depth(a) ? b : a))
  const at =
    error.instancePath
      .slice(1)
      .split('/')
      .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
      .join('.') || 'the configuration'
  if (error.keyword === 'additionalProperties') {
    const {additionalProperty} = error.params as {additionalProperty: string}
    const known = Object.keys((error.parentSchema as {properties?: object}).properties ?? {}).sort()
    return new UsageError(`${place}: ${at} has the unknown member ${JSON.stringify(additionalProperty)}`, [
      ...didYouMean(additionalProperty, known),
      `known there: ${known.join(', ')}`,
    ])
  }
  if (error.keyword === 'required')
    return new UsageError(
      `${place}: ${at} lacks ${JSON.stringify((error.params as {missingProperty: string}).missingProperty)}`,
      ['docs/ci.md shows a configuration'],
    )
  const allowed = errors
    .filter((other) => other.instancePath === error.instancePath && other.keyword === 'enum')
    .flatMap((other) => (other.params as {allowedValues: unknown[]}).allowedValues)
  const shown = JSON.stringify(error.data) ?? 'nothing'
  return new UsageError(
    `${place}: ${at} is ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}, which ${allowed.length > 0 ? `is none of ${allowed.map((each) => JSON.stringify(each)).join(', ')}` : (error.message ?? 'does not fit')}`,
    [at.includes('thresholds.') ? 'write a threshold as ["error", {"max": 0.1}]' : 'docs/ci.md shows a configuration'],
  )
}
