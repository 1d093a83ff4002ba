import {notesOf} from './statements/notes.js'
import {UsageError, option} from '../errors.js'
import type {OpenKept} from '../frame/kept-parts.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Note, Verdict} from '../frame/report.js'
import {ratioUpperBound, UNIT_BETS} from '../stats/betting.js'
import {clopperPearsonUpper} from '../stats/clopper-pearson.js'
import {random} from '../stats/random.js'
import {concat} from './sample/arrays.js'
import {perSource, sourcesOf} from './sample/sources.js'
import {layerCells} from './statements/cells.js'
import {middle} from './sample/grid.js'
import {encodeEvidence, type Evidence} from './evidence/evidence.js'
import {families} from './statements/families.js'
import {type LayerResult, layerResult} from './statements/layer.js'
import {withLegacy} from './statements/legacy.js'
import {localize} from './survey/localization.js'
import {measureBlocks, referenceBlocks} from './measure/measure.js'
import type {CertifyOptions} from './options.js'
import {keepPacked, type PackedBlockSums} from './evidence/partial-blocks.js'
import {packPlan} from './evidence/partial-plan.js'
import {type PairSample, type PairSource, samplePairs} from './perturbed/pairs.js'
import {perturbationMetrics} from './perturbed/statements.js'
import {inFileRows, planCertify} from './plan/plan.js'
import type {CertifyPlan} from './plan-types.js'
import {foldBlocks, type LayerSums} from './measure/layer-sums.js'
import type {AlphaSplit, CertifyMetrics, Embeddings} from './types.js'
import type {Cell} from './layer-types.js'
import {makeRule, type RuleRequest} from './nearest/make-rule.js'
import type {Rule} from './nearest/rule.js'
import {nearestHeadline} from './nearest/headline.js'
import {planningOf, withForecast} from './statements/planning.js'
import {sliceRows} from './slices/statements.js'
import {withLift} from './statements/lift.js'
import {arbitraryPairs, headlineOf} from './statements/headline.js'
import {nearConstant} from './statements/informative.js'
import {performanceOf} from './statements/performance.js'
import {verdictOf} from './statements/verdict.js'

export interface Certification {
  metrics: CertifyMetrics
  verdict: Verdict
  notes: Note[]
  /** null without a split */
  evidence: Evidence | null
  /** present if one was requested */
  rule?: Rule
}

export interface CertifyRun {
  /** pair distributions to certify in addition to the random pairs; they get half of α */
  perturbations?: readonly PairSource[]
  onBlock?: (done: number, total: number) => void
  /** sums stored by an interrupted run, and the store for this run */
  kept?: OpenKept<PackedBlockSums>
  /** a deployment rule; its risk is that of the options */
  rule?: RuleRequest
}

const NO_ALPHA = (total: number): AlphaSplit => ({
  total,
  epsilon: null,
  global: null,
  windowed: null,
  direct: null,
  statements: 0,
})

/**
 * Knowledge continuity of every layer and, from a split sample, upper bounds of P[ΔL ≥ η | d ≤ δ] that hold
 * simultaneously with probability ≥ 1 − α (docs/math.md).
 *
 * Shapes     embeddings of N rows in K layers → K layer records and Σ_k G_k · E cells.
 * Precision  that of the engine; bounds in fp64, bisections round upwards.
 * Cost       per layer (m² + m·n) · dim multiply–adds and m² log m; m ≤ 2000 anchors.
 * Empty      no split → statistics of all pairs, no cell, no upper bound.
 * Order      references are summed within fixed blocks, then across blocks, so shards give the same bits (see measure).
 * Throws     what planCertify throws.
 * Source     Sun et al. 2024 for ε; Theorems A–D of docs/math.md.
 *            Deviation: bounds for random pairs, not the printed Theorem 4.1, which does not hold.
 */
export async function certify(
  embeddings: Embeddings,
  options: CertifyOptions,
  engine: PairwiseEngine,
  run: CertifyRun = {},
): Promise<Certification> {
  const {perturbations = [], onBlock, kept} = run
  if (perturbations.length > 0 && options.split === null)
    throw new UsageError('perturbations need the split: the anchors set their units', [
      `leave out ${option('split: null')}`,
    ])
  const plan = await planCertify(embeddings, options, engine, perturbations.length)
  const pairs: PairSample[] = []
  for (const source of perturbations) pairs.push(await samplePairs(plan, embeddings, source))
  const keep = kept === undefined ? undefined : keepPacked(await kept(packPlan(plan)), plan)
  const blocks = await measureBlocks(
    plan,
    embeddings,
    engine,
    [...referenceBlocks(plan).keys()].slice(0, -1),
    onBlock,
    keep,
  )
  const sums = plan.layers.map((_, k) => foldBlocks(blocks.map(({layers}) => layers[k]!)))
  const rule = run.rule === undefined ? {} : {rule: await makeRule(plan, embeddings, sums, run.rule, engine)}
  return {...conclude(inFileRows(plan, embeddings), sums, pairs), ...rule}
}

/**
 * Computes all statements of a report from the plan and each layer's sums over all references, without model, data or
 * engine.
 */
export function conclude(
  plan: CertifyPlan,
  sums: readonly LayerSums[],
  pairs: readonly PairSample[] = [],
): Certification {
  const {alpha, anchors, references, loss, lossMax, etas, options} = plan
  const generator = random(plan.bootstrapSeed)
  const performance = performanceOf(plan)
  const results = plan.layers.map((layer, k) => layerResult(plan, layer, sums[k]!, generator))
  const [m, n] = [anchors.rows.length, references.rows.length]
  const tailExceeding =
    loss.bound === null && alpha !== null
      ? references.losses.reduce((count, x) => count + (x > lossMax ? 1 : 0), 0)
      : null
  const sources = sourcesOf(references.groups)
  const used = alpha === null ? [references] : [anchors, references]
  const rows = alpha === null ? n : m + n
  const layers = results.map((result) => result.metrics)
  const cells = withLift(
    results.flatMap((result, k) => cellsOf(result, plan, sums[k]!)),
    (eta) => arbitraryPairs(plan, eta).lower,
  )
  const headline = headlineOf(plan, layers, cells)
  const nearest = withForecast(headline === null ? null : nearestHeadline(layers, headline.eta), plan)
  const planning = planningOf(
    plan,
    results.flatMap(({certificate, metrics: {name}}) => (certificate === null ? [] : [{name, ...certificate}])),
    headline,
    nearest,
  )
  const slices = sliceRows(
    plan,
    results.flatMap(({metrics, certificate}, k) =>
      certificate === null
        ? []
        : [{plan: plan.layers[k]!, metrics, statistics: certificate.statistics, sums: sums[k]!}],
    ),
    cells,
  )
  const metrics: CertifyMetrics = {
    ...(loss.task === undefined ? {} : {task: loss.task}),
    ...(performance === null ? {} : {performance}),
    ...(headline === null ? {} : {headline}),
    ...(nearest === null ? {} : {nearest}),
    rows,
    duplicatesRemoved: plan.duplicatesRemoved,
    ...(alpha === null ? {} : {duplicates: plan.duplicates}),
    anchors: alpha === null ? null : m,
    references: alpha === null ? null : n,
    ...(sources === null || alpha === null
      ? {}
      : {sources: {anchors: sourcesOf(anchors.groups)!.count, references: sources.count, leftOut: plan.leftOut}}),
    ...(plan.dependence === null ? {} : {dependence: plan.dependence}),
    loss: {
      name: loss.name,
      max: Number.isFinite(lossMax) ? lossMax : null,
      mean: used.reduce((sum, {losses}) => losses.reduce((s, x) => s + x, sum), 0) / rows,
      tailUpper:
        tailExceeding === null || alpha === null
          ? null
          : sources === null
            ? clopperPearsonUpper(tailExceeding, n, alpha.epsilon!)
            : ratioUpperBound(
                perSource(
                  references.losses.map((x) => (x > lossMax ? 1 : 0)),
                  sources,
                ),
                null,
                UNIT_BETS,
                alpha.epsilon!,
                1,
              ),
    },
    accuracy: performance?.measure === 'accuracy' ? performance.value : loss.accuracy,
    alpha: alpha ?? NO_ALPHA(options.alpha),
    layers,
    cells,
    ...(alpha === null
      ? {}
      : families(
          results.map(({certificate, metrics: {name}}, k) => ({name, ...certificate!, examples: sums[k]!.examples})),
          {alpha, labels: references.labels, examples: anchors, eta: etas[middle(etas.length)]!, risk: options.risk},
        )),
    ...(slices === null ? {} : {slices}),
    ...(planning === null ? {} : {planning}),
    witnesses: results.flatMap((result) => result.witnesses),
    localization: localize(
      results.map((result) => result.metrics),
      results.map((result) => result.volatility),
      plan.labelHints,
    ),
  }
  if (pairs.length > 0) {
    const setting = {
      losses: concat([anchors.losses, references.losses]),
      anchors: m,
      lossMax,
      etas,
      layers: metrics.layers,
      deltas: options.deltas,
      alpha: alpha!.perturbations! / pairs.length,
    }
    metrics.perturbations = pairs.map((sample) => perturbationMetrics(sample, setting))
  }
  const evidence =
    alpha === null
      ? null
      : encodeEvidence(
          plan,
          tailExceeding,
          results.map(({certificate, metrics: {name}}, k) => ({
            name,
            ...certificate!,
            sums: sums[k]!,
            nearestRadii: plan.layers[k]!.nearestRadii,
            pilot: plan.layers[k]!.pilot!.sums,
          })),
          pairs,
        )
  return {metrics, verdict: verdictOf(metrics, options, nearConstant(plan)), notes: notesOf(metrics, options), evidence}
}

function cellsOf(
  {
    certificate,
    metrics: {
      name,
      scale,
      diameter,
      epsilon: {raw},
    },
  }: LayerResult,
  {alpha, options}: CertifyPlan,
  {fresh}: LayerSums,
): Cell[] {
  if (certificate === null) return []
  const cells = layerCells(
    name,
    certificate.statistics,
    certificate.bets,
    scale,
    alpha!.direct!,
    options.bounds.includes('clopper-pearson') ? fresh : null,
  )
  return withLegacy(cells, raw.asymptotic, diameter)
}
