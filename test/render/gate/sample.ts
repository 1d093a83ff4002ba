import {createHash} from 'node:crypto'
import {byWeight} from '../../../src/gate/verdict.js'
import type {CheckResult, Finding, GateMetrics} from '../../../src/gate/types.js'
import type {GateReport} from '../../../src/documents/reports.js'
import {HOSTILE} from '../samples/hostile.js'

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

export const CONFIG = 'models/surety.config.json'

export function finding(given: Partial<Finding> & Pick<Finding, 'check' | 'metric' | 'rule'>): Finding {
  const {check, metric, rule} = given
  const all: Finding = {
    fingerprint: createHash('sha256').update(`${check}\0${metric}\0${rule}`).digest('hex').slice(0, 32),
    level: 'error',
    status: 'fail',
    expected: '≤ 0.1',
    found: '0.123',
    value: 0.123,
    limit: 0.1,
    at: null,
    matches: 1,
    judgedOn: null,
    message: '',
    advice: 'train longer or raise the limit',
    place: {path: CONFIG, line: 7},
    suppression: null,
    ...given,
  }
  return {
    ...all,
    message: given.message ?? `${check}: ${metric} is ${all.found}, expected ${all.expected}`,
    advice: all.status === 'pass' ? '' : all.advice,
  }
}

const check = (given: Partial<CheckResult> & Pick<CheckResult, 'name' | 'command' | 'subject'>): CheckResult => ({
  verdict: {status: 'pass', summary: '36 of 36 cells are certified'},
  error: null,
  place: {path: CONFIG, line: 3},
  ...given,
})

const CHECKS = [
  check({name: 'digits', command: 'certify', subject: 'models/digits-mlp.onnx'}),
  check({
    name: 'graph',
    command: 'sanitize',
    subject: 'data/citations.npz',
    verdict: {status: 'done', summary: '671 of 1765 edges are marked for removal'},
  }),
  check({
    name: 'mails',
    command: 'certify',
    subject: 'models/mails',
    verdict: null,
    error: {code: 'INPUT', message: 'models/mails: no such file', nextSteps: ['check the path']},
    place: {path: CONFIG, line: 24},
  }),
  check({name: 'nightly', command: 'report', subject: 'nightly.json'}),
]

/** Every rule, level and status: two errors, a broken check, a warning, an accepted failure, passes. */
const FINDINGS = [
  finding({
    check: 'digits',
    metric: 'layers[h1].epsilon.scaleFree',
    rule: 'max',
    judgedOn: 'upper bound',
    at: 'layers[h1].epsilon.scaleFree',
    found: '0.13',
    value: 0.13,
  }),
  finding({
    check: 'digits',
    metric: 'cells[layer=logits,delta=0.5,eta=0.5].observed',
    rule: 'present',
    expected: 'a number',
    found: 'abstain',
    value: null,
    limit: null,
    matches: 3,
    at: 'cells[layer=logits,delta=0.5,eta=0.5].observed',
    place: {path: CONFIG, line: 9},
  }),
  finding({
    check: 'graph',
    metric: 'truth.auc',
    rule: 'baseline',
    expected: '≥ 0.9 (baseline 0.92 − 0.02)',
    found: '0.55',
    value: 0.55,
    limit: 0.9,
    place: {path: CONFIG, line: 17},
  }),
  finding({
    check: 'mails',
    metric: 'run',
    rule: 'run',
    expected: 'a report',
    found: 'models/mails: no such file',
    value: null,
    limit: null,
    place: {path: CONFIG, line: 24},
    advice: 'check the path',
  }),
  finding({
    check: 'graph',
    metric: 'prunedShare',
    rule: 'max',
    level: 'warn',
    expected: '≤ 0.3',
    found: '0.38',
    value: 0.38,
    limit: 0.3,
    place: {path: CONFIG, line: 18},
  }),
  finding({
    check: 'digits',
    metric: 'accuracy',
    rule: 'min',
    status: 'suppressed',
    expected: '≥ 0.98',
    found: '0.972',
    value: 0.972,
    limit: 0.98,
    suppression: {reason: 'the new labels arrive in December', expires: '2026-12-31'},
    place: {path: CONFIG, line: 11},
  }),
  finding({
    check: 'digits',
    metric: 'verdict',
    rule: 'verdict',
    status: 'pass',
    expected: 'pass',
    found: 'pass',
    value: null,
    limit: null,
  }),
  finding({
    check: 'graph',
    metric: 'edges',
    rule: 'min',
    status: 'pass',
    level: 'warn',
    expected: '≥ 1000',
    found: '1765',
    value: 1765,
    limit: 1000,
  }),
  finding({
    check: 'nightly',
    metric: 'loss.mean',
    rule: 'max',
    status: 'pass',
    expected: '≤ 0.1',
    found: '0.04',
    value: 0.04,
  }),
]

const run = {
  startedAt: '2026-05-04T10:11:12.000Z',
  elapsedMs: 8421,
  node: 'v20.20.2',
  platform: 'linux x64',
  cpus: 2,
  peakMemoryBytes: 412_000_000,
}

export function gateSample(
  findings: readonly Finding[] = FINDINGS,
  checks: readonly CheckResult[] = CHECKS,
  failLevel: GateMetrics['failLevel'] = 'error',
): GateReport {
  const of = (status: Finding['status'], level?: Finding['level']) =>
    findings.filter((one) => one.status === status && (level === undefined || one.level === level)).length
  const counts = {
    checks: checks.length,
    passed: of('pass'),
    errors: of('fail', 'error'),
    warnings: of('fail', 'warn'),
    suppressed: of('suppressed'),
  }
  const failed = counts.errors > 0 || (failLevel === 'warn' && counts.warnings > 0)
  return {
    schemaVersion: 1,
    command: 'gate',
    version: '0.1.0',
    seed: 0,
    engine: {name: 'none', precision: 'fp64', tried: []},
    inputs: [{path: CONFIG, sha256: HASH, bytes: 812}],
    config: {failLevel, baseline: null},
    metrics: {checks: [...checks], findings: [...findings].sort(byWeight), counts, failLevel},
    verdict: failed
      ? {
          status: 'fail',
          summary: `${counts.errors} of ${findings.length} demands on ${checks.length} checks are not met`,
          meaning: ['A demand that could not be judged counts as failed.'],
        }
      : {status: 'pass', summary: `${findings.length} demands on ${checks.length} checks are met`, meaning: []},
    notes: [
      {level: 'info', code: 'suppression-ends', message: 'the suppression of accuracy in digits ends on 2026-12-31'},
    ],
    run,
  }
}

/** Many findings, half of them warnings, each a little worse than the one before. */
export function manyFindings(count: number, text = ''): Finding[] {
  return Array.from({length: count}, (_, i) => {
    const value = 0.1 + (i + 1) / 1000
    return finding({
      check: 'digits',
      metric: `layers[h${i}].epsilon${text}`,
      rule: 'max',
      level: i % 2 === 0 ? 'error' : 'warn',
      found: String(value),
      value,
      place: {path: CONFIG, line: i + 1},
    })
  })
}

/** Everything that a file, a model or a configuration can name is hostile. */
export function hostileSample(text = HOSTILE): GateReport {
  const findings = gateSample().metrics.findings.map((one, i) => ({
    ...one,
    check: text,
    metric: `${text}${i}`,
    expected: text,
    found: text,
    at: text,
    judgedOn: text,
    message: text,
    advice: one.advice === '' ? '' : text,
    place: {path: `dir, 100%:a/${text}`, line: one.place.line},
    suppression: one.suppression === null ? null : {reason: text, expires: '2026-12-31'},
  }))
  const checks = [
    check({
      name: text,
      command: 'certify',
      subject: text,
      verdict: {status: text, summary: text},
      place: {path: text, line: 1},
    }),
    check({
      name: `${text}2`,
      command: 'certify',
      subject: text,
      verdict: null,
      error: {code: text, message: text, nextSteps: [text]},
    }),
  ]
  const report = gateSample(findings, checks)
  return {
    ...report,
    verdict: {status: 'fail', summary: text, meaning: [text]},
    notes: [{level: 'warning', code: text, message: text}],
  }
}
