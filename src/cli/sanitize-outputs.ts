import {resolve} from 'node:path'
import {UsageError} from '../errors.js'
import {graphExtension} from '../graph/extensions.js'
import {requireAbsent} from './flags.js'

/** The flags of sanitize that name a file, and those that need none. */
export interface OutputFlags {
  out: string | undefined
  scores: string | undefined
  report: string | undefined
  html: string | undefined
  shard: unknown
  stage: unknown
  force: boolean
  'dry-run': boolean
  'explain-plan': boolean
  'score-edges': string | undefined
  'only-new': string | undefined
  features?: string | undefined
  labels?: string | undefined
  split?: string | undefined
}

/**
 * Errors about outputs, before the work and not after.
 *
 * Throws  UsageError  no output, two outputs or an input and an output in one place, an extension that is not a graph
 *         format, or a file that is there already.
 */
export function requireOutput(graph: string, flags: OutputFlags): void {
  const outputs = [flags.out, flags.scores, flags.report, flags.html].filter((path) => path !== undefined)
  const shows =
    flags.stage !== undefined ||
    flags['dry-run'] ||
    flags['explain-plan'] ||
    flags['score-edges'] !== undefined ||
    flags['only-new'] !== undefined
  if (outputs.length === 0 && !shows)
    throw new UsageError('there is no output: neither --out for the cleaned graph nor --scores, --report or --html', [
      'name a file with --out, or use --dry-run to look without writing',
    ])
  const places = outputs.map((path) => resolve(path))
  const inputs = [graph, flags.features, flags.labels, flags.split, flags['score-edges'], flags['only-new']]
    .filter((path) => path !== undefined)
    .map((path) => resolve(path))
  const twice = places.findIndex((place, k) => places.indexOf(place) < k || inputs.includes(place))
  if (twice >= 0)
    throw new UsageError(
      `${outputs[twice]!} would be written over ${inputs.includes(places[twice]!) ? 'the input' : 'another output'}`,
      ['name another file'],
    )
  if (flags.out === undefined || flags.shard !== undefined || flags['dry-run'] || flags['explain-plan']) return
  graphExtension(flags.out)
  if (!flags.force) requireAbsent(flags.out)
}
