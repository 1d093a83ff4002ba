import type {Verdict} from '../frame/report.js'
import type {HardenMetrics, LayerVolatility} from './types.js'

/** Nothing is judged: what was trained, and what became of it. */
export function hardenVerdict({epochs, best, before, after, control}: HardenMetrics): Verdict {
  const kept =
    best === 0
      ? `no epoch of ${epochs.length} was better than the model as given, which is kept`
      : `epoch ${best} of ${epochs.length} is kept`
  const [from, to] = [before, after].map(({layers}) => meanScaleFree(layers).toPrecision(3))
  return {
    status: 'done',
    summary: `${kept}: accuracy ${percent(before.accuracy)} → ${percent(after.accuracy)}, mean scale-free ε of ${after.layers.length} ${after.layers.length === 1 ? 'layer' : 'layers'} ${from!} → ${to!}`,
    meaning: [
      control === null
        ? 'Part of any change is due to training itself: a control, trained once more without the penalty, shows which.'
        : 'The control was trained alike, from the same weights and batches, without the penalty: compare with it, not with the model as given.',
      'These are estimates on the examples that chose the epoch. A certificate needs examples that took part in neither: run surety certify on those.',
    ],
  }
}

const meanScaleFree = (layers: readonly LayerVolatility[]): number =>
  layers.reduce((sum, {epsilonScaleFree}) => sum + epsilonScaleFree, 0) / layers.length

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
