import type {PerturbationMetrics} from '../certify/perturbation-types.js'
import {perturbationName} from './certify-view.js'
import {count, percentDown, setting} from './format.js'

export const SURVIVAL_TITLE =
  'PR(γ): at least this share of fresh inputs keep their prediction with probability ≥ 1 − γ when perturbed (estimate in brackets)'

/** PR(γ) of the perturbations that have it, as a table of texts; no rows: none has. */
export function survivalView(perturbations: readonly PerturbationMetrics[]): {
  columns: string[]
  rows: {name: string; cells: string[]}[]
} {
  const known = perturbations.flatMap((each) =>
    each.survival === undefined ? [] : [{...each, survival: each.survival}],
  )
  const gammas = known[0]?.survival.rows.map(({gamma}) => `γ ${setting(gamma)}`) ?? []
  return {
    columns: ['copies each', 'predictions kept', ...gammas],
    rows: known.map((each) => ({
      name: perturbationName(each),
      cells: [
        count(each.survival.draws),
        percentDown(each.survival.mean),
        ...each.survival.rows.map(
          ({lower, observed}) => `${lower > 0 ? percentDown(lower) : '–'} (${percentDown(observed)})`,
        ),
      ],
    })),
  }
}
