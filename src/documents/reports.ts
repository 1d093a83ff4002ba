import type {AttackMetrics} from '../attack/types.js'
import type {Evidence} from '../certify/evidence/evidence.js'
import type {CertifyMetrics} from '../certify/types.js'
import type {Thumbnail} from '../data/images/thumbnail.js'
import type {EvaluateMetrics} from '../evaluate/types.js'
import type {GateMetrics} from '../gate/types.js'
import type {NormalisationCounts} from '../graph/types.js'
import type {HardenMetrics} from '../harden/types.js'
import type {DriftMetrics} from '../drift/types.js'
import type {JudgeMetrics} from '../judge/types.js'
import type {DoctorMetrics} from '../pairwise/diagnose.js'
import type {SanitizeMetrics} from '../sanitize/types.js'
import type {HistoryMetrics} from './history-types.js'
import type {Subject} from './subject.js'
import type {Report, Verdict} from '../frame/report.js'

export interface CertifyReport extends Report<CertifyMetrics> {
  command: 'certify'
  /** the model and the examples; absent in reports of older versions */
  subject?: Subject
  /**
   * pictures of the rows that the report names as witnesses and hints, ascending; absent if the inputs are not images
   */
  thumbnails?: Thumbnail[]
  /** sha256 of everything here except `run` */
  checksum: string
  /** what `surety verify` needs to recompute every bound without the model; absent without a split */
  evidence?: Evidence
}

export interface SanitizeReport extends Report<SanitizeMetrics & {reading: NormalisationCounts}> {
  command: 'sanitize'
}

export interface EvaluateReport extends Report<EvaluateMetrics> {
  command: 'evaluate'
}

export interface VerifyMetrics {
  cells: number
  layers: number
  /** one sentence per statement that does not follow from the evidence; empty: the certificate is correct */
  discrepancies: string[]
  /** files given with --model and --data, and whether the report was made from them */
  files: {path: string; sha256: string; matches: boolean}[]
  /** for a statement written with --attest; absent: a report was verified */
  attestation?: VerifiedAttestation
}

export interface VerifiedAttestation {
  /** the command of the report */
  command: string
  /** the version of surety that wrote it */
  version: string
  algorithm?: number
  /** the statement's verdict, not that of this verification */
  verdict: {status: Verdict['status']; summary: string}
  /** number of files it is about */
  files: number
  /** whether it was in an envelope, whose signature was not checked */
  enveloped: boolean
}

export interface VerifyReport extends Report<VerifyMetrics> {
  command: 'verify'
}

export interface CheckMetrics {
  rows: number
  accepted: number
  abstained: number
  guarantee: RuleGuarantee
}

/** A rule's guarantee for accepted inputs. */
export interface RuleGuarantee {
  layer: string
  /**
   * an input is accepted if an anchor is within this distance (raw units) and the nearest has a loss of at most
   * anchorLoss
   */
  radius: number
  anchorLoss: number
  anchors: number
  /** at most this share of accepted inputs has a loss ≥ `loss`, with probability ≥ 1 − alpha over the sample */
  risk: number
  loss: number
  lossName: string
  alpha: number
  /** lower bound of the share of fresh inputs that the rule accepts */
  coverage: number
}

export interface CheckReport extends Report<CheckMetrics> {
  command: 'check'
}

export interface DoctorReport extends Report<DoctorMetrics> {
  command: 'doctor'
}

export interface AttackReport extends Report<AttackMetrics & {reading: NormalisationCounts}> {
  command: 'attack'
}

export interface HardenReport extends Report<HardenMetrics> {
  command: 'harden'
}

export interface DriftReport extends Report<DriftMetrics> {
  command: 'drift'
}

export interface JudgeReport extends Report<JudgeMetrics> {
  command: 'judge'
}

export interface GateReport extends Report<GateMetrics> {
  command: 'gate'
}

export interface HistoryReport extends Report<HistoryMetrics> {
  command: 'history'
}

/** What surety writes as JSON; `schemas/report.schema.json` is generated from this type. */
export type AnyReport =
  | CertifyReport
  | SanitizeReport
  | EvaluateReport
  | AttackReport
  | HardenReport
  | DriftReport
  | JudgeReport
  | VerifyReport
  | CheckReport
  | DoctorReport
  | GateReport
  | HistoryReport
