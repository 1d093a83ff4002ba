import type {Verdict} from '../../frame/report.js'
import {bestBound, tightest} from './cells.js'
import type {CertifyMetrics, PerturbationKind, PerturbationMetrics} from '../types.js'

/** The verdict and the sentences that say what a certificate is and is not. */
export function verdictOf(metrics: CertifyMetrics): Verdict {
  const {alpha, cells, anchors, perturbations: perturbed = []} = metrics
  if (anchors === null) {
    return {
      status: 'done',
      summary: 'Plain statistics of all pairs; without a split nothing is certified.',
      meaning: [
        'These are figures of this sample. They bound nothing beyond it: a certificate needs the rows split into anchors and references.',
      ],
    }
  }
  const confidence = `${Number((100 * (1 - alpha.total)).toPrecision(6))} %`
  const best = tightest(metrics)
  const meaning = [
    `With probability ≥ ${confidence} over the sample, at most the stated share of random pairs within δ in a layer differ in loss by ≥ η, for every cell of this report at once.`,
    `A random pair is one of the ${anchors} anchors of this sample and a fresh example of the distribution that the sample was drawn from.`,
    'This concerns random pairs of the sampled distribution. It says nothing about an adversary who chooses the input, nor about data from elsewhere.',
    ...perturbed.map(perturbationSentence),
    ...(Object.keys(SCOPE) as PerturbationKind[])
      .filter((kind) => perturbed.some((each) => each.kind === kind))
      .map((kind) => SCOPE[kind]),
  ]
  if (best === null)
    return {
      status: 'inconclusive',
      summary: `None of ${cells.length} cells is certified: no bound is below 100 %.`,
      meaning,
    }
  const certified = cells.filter((cell) => cell.status === 'certified').length
  return {
    status: 'pass',
    summary: `With probability ≥ ${confidence} over the sample, at most ${percent(bestBound(best))} of random pairs within δ = ${best.delta} in layer ${best.layer} differ in loss by ≥ ${Number(best.eta.toPrecision(3))} (observed ${percent(best.observed ?? 0)}); ${certified} of ${cells.length} cells are certified.`,
    meaning,
  }
}

/** What a bound about perturbed copies does not say. */
const SCOPE: Record<PerturbationKind, string> = {
  random:
    'A perturbation that is drawn at random is not chosen: its bounds say nothing about somebody who searches for the worst one.',
  attack:
    'The bounds of an attack certify the distribution of its output on fresh examples, not robustness against every adversary: another one, or more effort, may do worse.',
  supplied:
    'The bounds of given pairs hold for fresh pairs from whatever made them, provided that they were made independently of each other.',
}

/** The headline of one pair distribution: the largest η, whatever the distance. */
function perturbationSentence({changes, description, pairs}: PerturbationMetrics): string {
  const {eta, upper, observed} = changes.at(-1)!
  return `Of fresh examples at most ${percent(upper)} change in loss by ≥ ${Number(eta.toPrecision(3))} when perturbed (observed ${percent(observed)} of ${pairs}): ${description}.`
}

/** Rounded up: a bound may not be understated. */
function percent(share: number): string {
  return `${Number((Math.ceil(share * 1000 - 1e-9) / 10).toFixed(1))} %`
}
