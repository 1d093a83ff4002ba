import {InputError, UsageError, option} from '../errors.js'
import type {Note, Verdict} from '../frame/report.js'
import {DECILES, ENTROPY_CLASSES, entropyClass, fewest, PartSums} from './parts.js'
import {claimedColumns, DocumentMeans} from './statements.js'
import type {ChangedDocument, ChangedToken, DriftDocument, DriftMetrics, DriftOptions} from './types.js'
import {driftVerdict} from './verdict.js'

/** How many tokens and documents a report lists, and how many tokens of a document it draws. */
const TOKENS = 30
const DOCUMENTS = 8
const DRAWN = 400
/** The share of the total divergence that the sparsity is about. */
const MOST = 0.9

export interface DriftResult {
  metrics: DriftMetrics
  verdict: Verdict
  notes: Note[]
}

const known = (x: number): number | null => (Number.isFinite(x) ? x : null)

/**
 * The drift between two models, document by document. Memory: eight bytes a position, and two numbers a document for each
 * statement; no distribution is kept.
 *
 * Source  docs/drift.md; Meng et al. 2026, "Sparse but Critical"; Huang et al. 2026, "On the Direction of RLVR Updates".
 */
export class Drift {
  private readonly means: DocumentMeans
  private readonly byPosition = new PartSums(DECILES)
  private readonly byEntropy = new PartSums(ENTROPY_CLASSES)
  private readonly divergences: Float64Array[] = []
  private tokens: ChangedToken[] = []
  private changed: ChangedDocument[] = []
  private documents = 0
  private readonly counts = {positions: 0, aboveCap: 0, infinite: 0}
  private readonly delta = {sum: 0, positive: 0, negative: 0, unknown: 0}
  private readonly ranks = {kept: 0, lower: 0, higher: 0, unknown: 0}

  /** Throws UsageError for an α or a cap that makes no sense. */
  constructor(
    private readonly options: DriftOptions,
    private readonly vocabulary: number | null,
  ) {
    const {alpha, klCap, taus, losses} = options
    if (!(alpha > 0 && alpha < 1))
      throw new UsageError(`α is ${alpha}, it must lie between 0 and 1`, [
        `use ${option('alpha')} 0.05 for 95 % confidence`,
      ])
    if (!(klCap > 0))
      throw new UsageError(`the cap of KL is ${klCap}, it must be positive`, [`use ${option('klCap')} 10`])
    if (taus.length + losses.length === 0 || ![...taus, ...losses].every((x) => x >= 0))
      throw new UsageError('thresholds must be numbers of at least 0', [
        `use ${option('tau')} 0.01,0.1 and ${option('loss')} 0.5,1`,
      ])
    this.means = new DocumentMeans(claimedColumns(options))
  }

  add({name, measures, pieces}: DriftDocument): void {
    const n = measures.positions
    this.documents++
    this.counts.positions += n
    this.means.add(measures)
    this.divergences.push(Float64Array.from(measures.js))
    const {js, kl, klUpper, deltaLogP, rankOld, rankNew, sameTop, entropyOld} = measures
    let [sumJs, sumDelta, deltas, topChanged] = [0, 0, 0, 0]
    const candidates: ChangedToken[] = []
    const least = this.tokens.length < TOKENS ? -1 : this.tokens.at(-1)!.js
    for (let t = 0; t < n; t++) {
      this.byPosition.add(Math.floor((10 * t) / n), measures, t)
      if (!Number.isNaN(entropyOld[t]!)) this.byEntropy.add(entropyClass(entropyOld[t]!), measures, t)
      if (klUpper[t]! > this.options.klCap) this.counts.aboveCap++
      if (klUpper[t] === Infinity) this.counts.infinite++
      sumJs += js[t]!
      topChanged += sameTop[t] === 0 ? 1 : 0
      this.addDelta(deltaLogP[t]!)
      if (Number.isFinite(deltaLogP[t])) {
        sumDelta += deltaLogP[t]!
        deltas++
      }
      this.addRanks(rankOld[t]!, rankNew[t]!)
      if (js[t]! > least)
        candidates.push({
          document: name,
          position: t,
          token: pieces?.[t] ?? null,
          js: js[t]!,
          kl: known(kl[t]!),
          deltaLogP: known(deltaLogP[t]!),
          rankOld: rankOld[t]! || null,
          rankNew: rankNew[t]! || null,
        })
    }
    this.tokens = [...this.tokens, ...candidates].sort((a, b) => b.js - a.js).slice(0, TOKENS)
    const drawn = Math.min(n, DRAWN)
    const document: ChangedDocument = {
      name,
      positions: n,
      meanJs: sumJs / n,
      meanDeltaLogP: deltas === 0 ? null : sumDelta / deltas,
      topChanged: topChanged / n,
      tokens: Array.from({length: drawn}, (_, t) => ({
        text: pieces?.[t] ?? null,
        js: js[t]!,
        deltaLogP: known(deltaLogP[t]!),
      })),
    }
    this.changed = [...this.changed, document].sort((a, b) => b.meanJs - a.meanJs).slice(0, DOCUMENTS)
  }

  private addDelta(delta: number): void {
    if (!Number.isFinite(delta)) this.delta.unknown++
    else {
      this.delta.sum += delta
      if (delta > 0) this.delta.positive++
      if (delta < 0) this.delta.negative++
    }
  }

  private addRanks(before: number, after: number): void {
    if (before === 0 || after === 0) this.ranks.unknown++
    else if (before === after) this.ranks.kept++
    else if (after > before) this.ranks.lower++
    else this.ranks.higher++
  }

  /** Throws InputError where no document was added. */
  result(): DriftResult {
    if (this.documents === 0) throw new InputError('there is no document to compare', ['check the mask'])
    const {positions, aboveCap, infinite} = this.counts
    const all = new Float64Array(positions)
    let at = 0
    for (const part of this.divergences) {
      all.set(part, at)
      at += part.length
    }
    const carried = fewest(all, MOST)
    const recorded = positions - this.delta.unknown
    const metrics: DriftMetrics = {
      ...this.means.statements(this.options.alpha),
      documents: this.documents,
      positions,
      vocabulary: this.vocabulary,
      divergences: this.options.partial ? 'bounds' : 'exact',
      klCap: this.options.klCap,
      klAboveCap: aboveCap,
      klInfinite: infinite,
      deltaLogP: {
        mean: recorded === 0 ? null : this.delta.sum / recorded,
        positive: this.delta.positive,
        negative: this.delta.negative,
        unknown: this.delta.unknown,
      },
      sparsity: {share: carried / positions, positions: carried, carried: MOST},
      byPosition: this.byPosition.parts(),
      byEntropy: this.byEntropy.parts(),
      ranks: this.ranks,
      tokens: this.tokens,
      changed: this.changed,
    }
    return {metrics, verdict: driftVerdict(metrics), notes: notesOf(metrics)}
  }
}

function notesOf({divergences, klAboveCap, klInfinite, klCap, deltaLogP, positions, documents}: DriftMetrics): Note[] {
  const notes: Note[] = []
  const add = (level: Note['level'], code: string, message: string) => notes.push({level, code, message})
  if (divergences === 'bounds')
    add(
      'info',
      'top-tokens-only',
      'only the most likely tokens are recorded: every divergence has an exact lower and upper end, shares are certified on the upper ends, and parts and lists show the lower ones',
    )
  else if (klInfinite > 0)
    add(
      'warning',
      'infinite-kl',
      `KL is infinite at ${klInfinite} positions: new gives no probability to what old allows`,
    )
  if (divergences === 'exact' && klAboveCap > 0)
    add(
      'info',
      'kl-cut',
      `KL is above ${klCap} nats at ${klAboveCap} positions and counts as ${klCap} there; the lower end of its mean holds without the cut`,
    )
  if (deltaLogP.unknown > 0)
    add(
      'warning',
      'unknown-tokens',
      `Δ log p of the taken token is not recorded at ${deltaLogP.unknown} of ${positions} positions; they count as lost in every certified share`,
    )
  if (documents < 20)
    add(
      'warning',
      'few-documents',
      `there are ${documents} documents: what is certified for a fresh one needs many, however long they are`,
    )
  return notes
}
