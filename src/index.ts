/** The library: services that take arrays and return plain results, without I/O, flags or console. */
export {
  certify,
  check,
  type EngineChoice,
  gate,
  type GateChoice,
  type GraphologyChoice,
  type JudgedEdge,
  sanitize,
  type SanitizeChoice,
  sanitizeGraphology,
  scorePairs,
} from './library.js'
export type {Certification} from './certify/certify.js'
export {type CertifyOptions, DEFAULT_OPTIONS as CERTIFY_DEFAULTS} from './certify/options.js'
export {certifyShard, type CertifyShare, mergeShares} from './certify/shards.js'
export type {CheckedRows} from './certify/nearest/check.js'
export type {RuleRequest} from './certify/nearest/make-rule.js'
export type {ChosenRule, Rule, RuleTarget, RuleThresholds} from './certify/nearest/rule.js'
export {readRule, writeRule} from './certify/nearest/rule-file.js'
export {verifyCertificate} from './certify/evidence/verify/verify.js'
export {setBound, setMasses} from './certify/statements/set-bound.js'
export type * from './certify/types.js'
export type {SanitizeResult, SanitizeRun} from './sanitize/sanitize.js'
export type {SanitizeOptions, SanitizeSettings} from './sanitize/settings.js'
export type {LabelCoding} from './sanitize/labels.js'
export type {Norm} from './sanitize/aggregate.js'
export type {Preset, RemovalMethod, SolverName} from './sanitize/settings.js'
export type {Repair} from './sanitize/repair.js'
export type {CandidateScores} from './sanitize/candidates.js'
export type * from './sanitize/types.js'
export {attack, type AttackRun} from './attack/attack.js'
export * from './attack/types.js'
export {fromGraphology, toGraphology} from './graph/graphology.js'
export type {AttributeOptions} from './graph/node-attributes.js'
export type {NormaliseOptions} from './graph/normalise.js'
export type * from './graph/types.js'
export {selectEngine, type SelectedEngine, type SelectOptions} from './pairwise/select.js'
export type {Shard} from './frame/shard.js'
export type {
  GramSolution,
  GramStage,
  GramTask,
  HostGram,
  HostLandmarks,
  HostSolve,
  LandmarkStage,
  LandmarkSums,
  LandmarkTask,
  PairwiseEngine,
  Solved,
  SolveStage,
  SolveTask,
  VolatilitySums,
  VolatilityTask,
} from './pairwise/engine.js'
export type {GateResult} from './gate/gate.js'
export type * from './gate/types.js'
export type {Subject, SubjectData} from './documents/subject.js'
export type * from './frame/report.js'
export type * from './documents/history-types.js'
export type * from './documents/reports.js'
export type * from './stats/ranking-curves.js'
export type {Csr, Dense, Matrix} from './linalg/types.js'
export {DeviceError, InputError, InternalError, SuretyError, UsageError} from './errors.js'
