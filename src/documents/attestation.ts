import {isJsonObject, parseJson} from '../data/json.js'
import {InputError} from '../errors.js'
import {checksumOf} from '../frame/checksum.js'
import type {Verdict} from '../frame/report.js'
import type {Finding} from '../gate/types.js'
import type {AnyReport} from './reports.js'
import {misfit} from './schema.js'

/** in-toto attestation framework, Statement v1 (spec/v1/statement.md). */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
/** An identifier, not an address: nobody can own `.invalid` (RFC 2606), so it cannot collide. */
export const PREDICATE_TYPE = 'https://surety.invalid/attestation/v1'

/** What `--attest` writes: an unsigned in-toto Statement about files and surety's findings. */
export interface AttestationStatement {
  _type: 'https://in-toto.io/Statement/v1'
  /** the files of the predicate; cosign may keep only one of them */
  subject: AttestedSubject[]
  predicateType: 'https://surety.invalid/attestation/v1'
  predicate: AttestationPredicate
}

export interface AttestedSubject {
  /** path as given to surety, relative to its working folder */
  name: string
  digest: {sha256: string}
}

export interface AttestationPredicate {
  tool: {name: 'surety'; version: string; algorithm?: number}
  command: AnyReport['command']
  seed: number
  verdict: {status: Verdict['status']; summary: string}
  /** for a gate: the lowest level of a failure that fails it */
  failLevel?: 'warn' | 'error'
  /** for a gate: the verdict of each check; null: it could not be run */
  checks: {name: string; command: string; subject: string; verdict: {status: string; summary: string} | null}[]
  /** for a gate: every threshold with its result */
  thresholds: AttestedThreshold[]
  files: AttestedFile[]
  /** sha256 of the report without its `run` block, the same as `checksum` in reports that have one */
  reportChecksum: string
  /** sha256 of everything else in the predicate: reveals edits, but unlike a signature not the author */
  checksum: string
}

export type AttestedThreshold = Pick<
  Finding,
  'check' | 'metric' | 'rule' | 'level' | 'status' | 'expected' | 'found' | 'judgedOn'
>

export interface AttestedFile {
  name: string
  sha256: string
  /** read: the judged files, including the configuration; written: reports */
  part: 'read' | 'written'
}

/**
 * The statement about a report, its inputs and the files it was written to.
 *
 * Throws  InputError  a file had two contents: it changed between two checks of a gate.
 */
export function attestationOf(
  report: AnyReport,
  written: readonly {name: string; sha256: string}[],
): AttestationStatement {
  const files = new Map<string, AttestedFile>()
  const all = [
    ...report.inputs.map(({path, sha256}): AttestedFile => ({name: path, sha256, part: 'read'})),
    ...written.map(({name, sha256}): AttestedFile => ({name, sha256, part: 'written'})),
  ]
  for (const file of all) {
    const before = files.get(file.name)
    if (before !== undefined && before.sha256 !== file.sha256)
      throw new InputError(`${file.name}: changed during the run, so nothing can be stated about it`, [
        'do not write reports to input files',
        'or run again while nothing writes to it',
      ])
    files.set(file.name, before ?? file)
  }
  const predicate: Omit<AttestationPredicate, 'checksum'> = {
    tool: {
      name: 'surety',
      version: report.version,
      ...(report.algorithm === undefined ? {} : {algorithm: report.algorithm}),
    },
    command: report.command,
    seed: report.seed,
    verdict: {status: report.verdict.status, summary: report.verdict.summary},
    ...(report.command === 'gate' ? {failLevel: report.metrics.failLevel} : {}),
    checks:
      report.command === 'gate'
        ? report.metrics.checks.map(({name, command, subject, verdict}) => ({name, command, subject, verdict}))
        : [],
    thresholds: report.command === 'gate' ? report.metrics.findings.map(threshold) : [],
    files: [...files.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    reportChecksum: checksumOf(report),
  }
  return {
    _type: STATEMENT_TYPE,
    subject: predicate.files.map(({name, sha256}) => ({name, digest: {sha256}})),
    predicateType: PREDICATE_TYPE,
    predicate: {...predicate, checksum: checksumOf(predicate)},
  }
}

const threshold = ({check, metric, rule, level, status, expected, found, judgedOn}: Finding): AttestedThreshold => ({
  check,
  metric,
  rule,
  level,
  status,
  expected,
  found,
  judgedOn,
})

/** A statement, and whether it was in a signed envelope (the signature is not checked here). */
export interface ReadAttestation {
  statement: AttestationStatement
  enveloped: boolean
}

const ENVELOPE = 'application/vnd.in-toto+json'

/**
 * Parses a statement of surety: plain, in a DSSE envelope, or in a Sigstore bundle, as cosign returns them.
 *
 * Returns  null: none of these (it may be a report).
 * Throws   InputError  not JSON; another predicate; a member that is missing or of the wrong type.
 */
export function readAttestation(bytes: Uint8Array, path: string): ReadAttestation | null {
  const json = parseJson(bytes, path)
  const bundle = isJsonObject(json) && isJsonObject(json['dsseEnvelope']) ? json['dsseEnvelope'] : json
  const enveloped = isJsonObject(bundle) && bundle['payloadType'] === ENVELOPE && typeof bundle['payload'] === 'string'
  const statement = enveloped ? parseJson(Buffer.from(String(bundle['payload']), 'base64'), `${path}, payload`) : bundle
  if (!isJsonObject(statement) || typeof statement['_type'] !== 'string') return null
  if (statement['_type'] !== STATEMENT_TYPE || statement['predicateType'] !== PREDICATE_TYPE)
    throw new InputError(
      `${path}: is a statement of type ${JSON.stringify(statement['_type'])} with a predicate of type ${JSON.stringify(statement['predicateType'] ?? null)}, and surety knows ${STATEMENT_TYPE} with ${PREDICATE_TYPE} only`,
      ['give a statement that surety wrote'],
    )
  const fault = misfit(statement, 'attestation.schema.json', 'AttestationStatement')
  if (fault !== null) throw new InputError(`${path}: is damaged at ${fault}`, ['write the statement again'])
  return {statement: statement as unknown as AttestationStatement, enveloped}
}

/**
 * Contradictions inside a statement: its checksum, its subjects and the files of its predicate, its verdict and its
 * thresholds.
 */
export function attestationFaults({subject, predicate}: AttestationStatement): string[] {
  const found: string[] = []
  if (predicate.checksum !== checksumOf(predicate))
    found.push(
      'the statement does not have the checksum that it states: its predicate was changed after it was written',
    )
  const known = new Set(predicate.files.map(({sha256}) => sha256))
  for (const {name, digest} of subject)
    if (!known.has(digest.sha256))
      found.push(
        `the subject ${name} has a digest that the predicate does not know (sha256 ${digest.sha256.slice(0, 12)}…)`,
      )
  for (const {name, sha256} of predicate.files) {
    const other = subject.find((each) => each.name === name)
    if (other !== undefined && other.digest.sha256 !== sha256)
      found.push(`the subject ${name} has another digest than in the predicate`)
  }
  const failing = predicate.thresholds.filter(
    ({status, level}) => status === 'fail' && (level === 'error' || predicate.failLevel === 'warn'),
  )
  if (predicate.command === 'gate' && predicate.checks.length > 0) {
    const demanded = failing.length > 0 ? 'fail' : 'pass'
    if (predicate.verdict.status !== demanded)
      found.push(
        `the statement gives the verdict ${predicate.verdict.status}, and ${failing.length === 0 ? 'no demand fails' : `${failing.length} of its demands fail`}`,
      )
  }
  return found
}
