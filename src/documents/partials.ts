import type {CertifyShare} from '../certify/shards.js'
import type {Thumbnail} from '../data/images/thumbnail.js'
import type {DriftShare} from '../drift/shards.js'
import type {Shard} from '../frame/shard.js'
import type {SanitizeRequest} from '../sanitize/request.js'
import type {SanitizeShare} from '../sanitize/shards.js'
import {checksumOf, sha256} from '../frame/checksum.js'
import {digestText} from '../frame/json.js'
import type {Subject} from './subject.js'
import type {Frame} from '../frame/report.js'

/**
 * The output of one shard of a run. It makes no statement itself: `surety merge` makes the report from those of all
 * shards.
 */
export interface PartialResult extends Frame {
  kind: 'partial'
  shard: Shard
  /** sha256 of everything that the shards of one run have in common: partial results with the same key can be merged */
  key: string
  /** sha256 of everything here except `run` */
  checksum: string
}

export interface CertifyPartial extends PartialResult, CertifyShare {
  command: 'certify'
  subject: Subject
  /**
   * pictures of the rows that the report may name, from this shard's part of the pairs; absent if the inputs are not
   * images
   */
  thumbnails?: Thumbnail[]
}

/** Merging reads the graph again, as described in `request`. */
export interface SanitizePartial extends PartialResult, SanitizeShare {
  command: 'sanitize'
  request: SanitizeRequest
}

export interface DriftPartial extends PartialResult, DriftShare {
  command: 'drift'
}

/** What surety writes with --shard; `schemas/partial.schema.json` is generated from this type. */
export type AnyPartial = CertifyPartial | SanitizePartial | DriftPartial

/** Adds key and checksum to a partial result. */
export function sealPartial<Unsealed extends Omit<AnyPartial, 'key' | 'checksum'>>(
  unsealed: Unsealed,
): Unsealed & Pick<PartialResult, 'key' | 'checksum'> {
  const keyed = {...unsealed, key: keyOf(unsealed)}
  return {...keyed, checksum: checksumOf(keyed)}
}

/** Everything that the shards of one run must have in common; all else may differ. */
export function sharedSettings(partial: Omit<AnyPartial, 'key' | 'checksum'>) {
  const {command, shard, version, seed, config, inputs, engine, plan} = partial
  const request = command === 'sanitize' ? (partial as SanitizePartial).request : null
  return {
    command,
    version,
    shards: shard.count,
    seed,
    config,
    // Paths may differ from machine to machine.
    inputs: inputs.map(({sha256, bytes}) => ({sha256, bytes})),
    engine: {name: engine.name, precision: engine.precision},
    plan,
    // The part of the request that is not in the config, without its paths.
    ...(request === null ? {} : {request: {today: request.today, explain: request.explain}}),
  }
}

export const keyOf = (partial: Omit<AnyPartial, 'key' | 'checksum'>): string =>
  sha256(digestText(sharedSettings(partial)))
