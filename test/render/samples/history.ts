import {historyOf} from '../../../src/documents/history.js'
import type {HistoryReport} from '../../../src/documents/reports.js'
import {withChecksum} from '../../../src/frame/checksum.js'
import {certifySample} from './certify.js'
import {judgeSample} from './judge.js'
import {HASH, run} from './run.js'
import {sanitizeSample} from './sanitize.js'

/** Three commits with a certificate whose accuracy falls, a graph, and what cannot be drawn. */
export function historySample(): HistoryReport {
  const runs = ['a1b2c3d', 'b2c3d4e', 'c3d4e5f'].map((name, k) => ({
    name,
    at: `2026-05-0${k + 1}T00:00:00Z`,
    title: `change ${k + 1}`,
  }))
  const certificate = certifySample()
  const entries = runs.flatMap((_, k) => {
    const performance = {measure: 'accuracy' as const, value: 0.97, lower: 0.96 - 0.01 * k, baseline: 0.1}
    const report = {...certificate, metrics: {...certificate.metrics, performance}}
    return [
      {run: k, path: 'surety-baseline/digits.json', group: 'surety-baseline/digits.json', report},
      {run: k, path: 'surety-baseline/graph.json', group: 'surety-baseline/graph.json', report: sanitizeSample()},
    ]
  })
  const others = [
    {run: 2, path: 'surety-baseline/judge.json', group: 'surety-baseline/judge.json', report: judgeSample()},
    {run: null, path: 'notes.json', group: 'notes.json', fault: 'is not a report of surety'},
  ]
  return withChecksum({
    schemaVersion: 1 as const,
    command: 'history' as const,
    version: '0.1.0',
    seed: 0,
    engine: {name: 'none', precision: 'fp64' as const, tried: []},
    inputs: [{path: 'git:a1b2c3d:surety-baseline/digits.json', sha256: HASH, bytes: 1000}],
    config: {place: 'git', commits: 50},
    ...historyOf(runs, [...entries, ...others]),
    run,
  })
}
