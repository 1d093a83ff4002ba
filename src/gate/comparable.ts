import type {InputFile} from '../frame/report.js'
import {asCertificate, type JudgedReport} from './judged-report.js'

/**
 * Why two reports of one check cannot be compared, in one sentence; null: they can. Figures of another algorithm, of
 * other options or of other data differ for reasons that say nothing about the model.
 */
export function incomparable(now: JudgedReport, before: JudgedReport, {acrossData = false} = {}): string | null {
  if (now.command !== before.command)
    return `this is a report of surety ${now.command} and the baseline one of surety ${before.command}`
  if ((now.algorithm ?? 0) !== (before.algorithm ?? 0))
    return `the algorithm has version ${now.algorithm ?? 0} here and ${before.algorithm ?? 0} in the baseline (surety ${now.version} and ${before.version}): its figures are computed in another way`
  if (now.seed !== before.seed) return `the seed is ${now.seed} here and ${before.seed} in the baseline`
  const option = differingOption(now.config, before.config)
  if (option !== null) return option
  const [here, there] = [asCertificate(now)?.metrics.loss.name, asCertificate(before)?.metrics.loss.name]
  if (here !== there) return `the loss is ${here} here and ${there} in the baseline`
  return acrossData ? null : differingData(now, before)
}

/** Which layers are looked at may change with the model. */
const FREE_OPTIONS = ['layers']

function differingOption(now: JudgedReport['config'], before: JudgedReport['config']): string | null {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])].sort()
  const name = names.find(
    (key) => !FREE_OPTIONS.includes(key) && JSON.stringify(now[key] ?? null) !== JSON.stringify(before[key] ?? null),
  )
  return name === undefined
    ? null
    : `the option ${name} is ${JSON.stringify(now[name] ?? null)} here and ${JSON.stringify(before[name] ?? null)} in the baseline`
}

/**
 * What the model was run on. The model itself is what may differ; hidden states are model and data in one, so there the
 * pairing of the examples tells (see baseline.ts).
 */
function differingData(now: JudgedReport, before: JudgedReport): string | null {
  // Of drift the old model is what stays; the new one is what is judged.
  const roles: Record<string, readonly unknown[]> = {certify: ['data', 'pairs'], drift: ['against']}
  const data = ({command, inputs}: JudgedReport) => inputs.filter(({role}) => roles[command]?.includes(role) ?? true)
  const [here, there] = [data(now), data(before)]
  const known = new Set(there.map(({sha256}) => sha256))
  const other =
    here.find(({sha256}) => !known.has(sha256)) ?? (here.length < there.length ? missing(here, there) : undefined)
  return other === undefined ? null : `the baseline was made from other data: the sha256 of ${other.path} differs`
}

function missing(here: readonly InputFile[], there: readonly InputFile[]): InputFile | undefined {
  const known = new Set(here.map(({sha256}) => sha256))
  return there.find(({sha256}) => !known.has(sha256))
}
