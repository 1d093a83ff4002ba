/**
 * How the α of a certificate is spread over the runs of a history. independent: every checkpoint was made without looking at
 * the data of the gate or at what earlier runs said. adaptive: it may depend on which earlier runs passed, and on nothing
 * more.
 */
export type Budget = 'independent' | 'adaptive'

/**
 * The share of α that the t-th run of a history spends.
 *
 * Formula    independent: 1/(t (t + 1)), which adds up to 1 over all t. adaptive: 2^(1 − t) of that: what passed before
 *            leaves at most 2^(t − 1) checkpoints that the t-th could be, each with this share.
 * Throws     RangeError  t is not a whole number from 1 on.
 * Source     Renggli et al. 2019 ("Continuous integration of machine learning models with ease.ml/ci"), whose adaptive
 *            budget is α/2^H for H runs known beforehand.   Deviation: any number of runs.
 */
export function budgetShare(budget: Budget, run: number): number {
  if (!(Number.isInteger(run) && run >= 1))
    throw new RangeError(`run ${run} of a history is not a whole number from 1 on`)
  return (1 / (run * (run + 1))) * (budget === 'adaptive' ? 2 ** (1 - run) : 1)
}

/** What a budget guarantees, in words. */
export const budgetSentence = (budget: Budget, run: number): string =>
  `This is run ${run} of a history: its certificates spend 1/${run * (run + 1)}${budget === 'adaptive' && run > 1 ? ` · 2^−${run - 1}` : ''} of their α, so that with the confidence they were asked for no certificate of any run is wrong, provided that ${
    budget === 'adaptive'
      ? 'each checkpoint was chosen by which earlier runs passed and by nothing more of this data'
      : 'each checkpoint was made without looking at this data or at what earlier runs said of it'
  }.`
