import {readFile, stat} from 'node:fs/promises'
import {writeFileAtomic} from '../data/atomic-write.js'
import {hashOf, readInput} from '../data/read-file.js'
import {attestationOf, type ReadAttestation, attestationFaults} from '../documents/attestation.js'
import type {AnyReport, VerifyMetrics} from '../documents/reports.js'
import {InputError} from '../errors.js'
import type {InputFile, Verdict} from '../frame/report.js'
import {GROUP, outputFile} from './flags.js'

/** Shared by gate and report. */
export const attestFlag = () =>
  outputFile({
    helpGroup: GROUP.output,
    description:
      'file for an in-toto statement: verdict, thresholds and the sha256 of every file read or written, to sign with cosign and check with surety verify',
  })

/** Writes the statement about a report and its output files. */
export async function attest(path: string, report: AnyReport, written: readonly string[]): Promise<void> {
  const files = await Promise.all(written.map(async (name) => ({name, sha256: hashOf(await readFile(name))})))
  await writeFileAtomic(path, `${JSON.stringify(attestationOf(report, files), null, 2)}\n`)
}

/**
 * Checks a statement against the files of this folder. A missing file counts as present if one of `given` has its
 * content: files are matched by digest, as in in-toto.
 *
 * Throws  InputError  nothing contradicts the statement, but one of its files is missing, so it cannot be compared.
 */
export async function verifyAttestation(
  path: string,
  {statement, enveloped}: ReadAttestation,
  given: readonly InputFile[],
): Promise<{metrics: VerifyMetrics; verdict: Verdict; read: InputFile[]}> {
  const {predicate} = statement
  const found = attestationFaults(statement)
  const missing: string[] = []
  const moved: string[] = []
  const read: InputFile[] = []
  for (const {name, sha256} of predicate.files) {
    const elsewhere = given.find((file) => file.sha256 === sha256)
    if (elsewhere !== undefined) {
      if (elsewhere.path !== name) moved.push(`${name} is ${elsewhere.path} now`)
      read.push(elsewhere)
      continue
    }
    if ((await stat(name).catch(() => null)) === null) {
      missing.push(name)
      continue
    }
    const file = await hashed(name)
    read.push(file)
    if (file.sha256 !== sha256)
      found.push(
        `${name} changed since the statement was made: its sha256 was ${sha256.slice(0, 12)}… and is ${file.sha256.slice(0, 12)}…`,
      )
  }
  for (const file of given)
    if (!predicate.files.some(({sha256}) => sha256 === file.sha256))
      found.push(`${file.path}: the statement is not about this file (sha256 ${file.sha256.slice(0, 12)}…)`)
  if (found.length === 0 && missing.length > 0)
    throw new InputError(
      `${path}: ${missing.join(', ')}: the statement is about ${missing.length === 1 ? 'this file, and it is' : 'these files, and they are'} not here, so it cannot be checked`,
      [
        'run surety verify in the folder in which the statement was made',
        'or say with --data where a file that was moved is now',
      ],
    )
  const {version, algorithm} = predicate.tool
  return {
    read,
    metrics: {
      cells: 0,
      layers: 0,
      discrepancies: [...found, ...missing.map((name) => `${name}: is not here, so it was not compared`)],
      files: read.map(({path: name, sha256}) => ({
        path: name,
        sha256,
        matches: predicate.files.some((file) => file.sha256 === sha256),
      })),
      attestation: {
        command: predicate.command,
        version,
        ...(algorithm === undefined ? {} : {algorithm}),
        verdict: predicate.verdict,
        files: predicate.files.length,
        enveloped,
      },
    },
    verdict: verdictOf(statement.predicate, found, moved, enveloped),
  }
}

/** Hashes a file that may be empty, such as a list of annotations when nothing fails. */
async function hashed(path: string): Promise<InputFile> {
  const {size} = await stat(path)
  return size === 0 ? {path, sha256: hashOf(new Uint8Array()), bytes: 0} : (await readInput(path)).file
}

function verdictOf(
  {command, verdict, files}: ReadAttestation['statement']['predicate'],
  found: readonly string[],
  moved: readonly string[],
  enveloped: boolean,
): Verdict {
  const many = files.length === 1 ? 'The file is' : `All ${files.length} files are`
  return {
    status: found.length === 0 ? 'pass' : 'fail',
    summary:
      found.length === 0
        ? `${many} as the statement has ${files.length === 1 ? 'it' : 'them'}; it says of them: ${command} ${verdict.status}, ${verdict.summary}`
        : `The statement does not hold: ${found[0]}${found.length > 1 ? ` (and ${found.length - 1} more)` : ''}.`,
    meaning: [
      ...(moved.length > 0 ? [`Found under another name: ${moved.join(', ')}.`] : []),
      enveloped
        ? 'The signature of the envelope was not checked here: cosign verify-blob-attestation does that.'
        : 'The statement is not signed: a checksum shows an edit, only a signature shows who made it (cosign attest-blob --statement).',
    ],
  }
}
