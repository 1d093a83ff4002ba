import {clopperPearsonUpper} from '../stats/clopper-pearson.js'
import {splitAlpha, statements} from './alpha.js'
import {epsilonUpper, FAMILIES, type LayerBets, type LayerStatistics} from './bounds.js'
import {layerCells, middle} from './cells.js'
import {decodeFresh, decodeLayer, type Evidence} from './evidence.js'
import type {CertifyMetrics} from './types.js'
import {checkFamilies, type DecodedLayer} from './verify-families.js'

/** Relative to max(1, |value|). */
const TOLERANCE = 1e-9

/**
 * Recomputes every bound of a report from its evidence; the model and the data are not needed.
 *
 * Returns   one sentence for each discrepancy, in the order of the report; empty: the certificate stands.
 * Checks    the split of α, ε with its upper bounds, the loss tail, every cell with its status, classes, examples, and that the stakes are
 *           ones that the bound allows: weights add up to at most 1, no factor of the direct form below 0.
 *           That stakes and sums came from the data is not checked: that needs the data.
 * Cost      that of the bounds: 60 bisection steps for each of 3 · cells + layers.
 * Throws    InputError  evidence that does not decode.
 */
export function verifyCertificate(metrics: CertifyMetrics, evidence: Evidence): string[] {
  const found: string[] = []
  const compare = (what: string, stated: unknown, recomputed: unknown) => {
    const same = typeof stated === 'number' && typeof recomputed === 'number' ? Math.abs(stated - recomputed) <= TOLERANCE * Math.max(1, Math.abs(recomputed)) : stated === recomputed
    if (!same) found.push(`${what}: the report states ${String(stated)}, its evidence gives ${String(recomputed)}`)
  }
  const {tailExceeding, references} = evidence
  if (!(metrics.alpha.total > 0 && metrics.alpha.total < 1)) return [`alpha.total is ${metrics.alpha.total}, not between 0 and 1`]
  if (tailExceeding !== null && !(tailExceeding >= 0 && tailExceeding <= references)) return [`the evidence counts ${tailExceeding} of ${references} references above L_max`]
  const cellCount = evidence.layers.reduce((sum, layer) => sum + layer.deltas.length * evidence.etas.length, 0)
  const {bounds = [], examples = 0} = evidence
  const alpha = splitAlpha(metrics.alpha.total, statements({
    bounds, layers: evidence.layers.length, cells: cellCount, tail: tailExceeding !== null,
    classes: evidence.layers[0]?.bets.classes?.length ?? 0, examples, radii: evidence.layers.reduce((sum, layer) => sum + layer.deltas.length, 0),
  }))
  for (const key of ['epsilon', ...FAMILIES, 'class', 'example', 'statements'] as const) compare(`alpha.${key}`, metrics.alpha[key] ?? null, alpha[key] ?? null)
  compare('anchors', metrics.anchors, evidence.anchors)
  compare('references', metrics.references, references)
  compare('loss.tailUpper', metrics.loss.tailUpper, tailExceeding === null ? null : clopperPearsonUpper(tailExceeding, references, alpha.epsilon!))
  if (metrics.layers.length !== evidence.layers.length) found.push(`the report has ${metrics.layers.length} layers, its evidence ${evidence.layers.length}`)
  if (metrics.cells.length !== cellCount) found.push(`the report has ${metrics.cells.length} cells, its evidence ${cellCount}`)
  const layers: DecodedLayer[] = []
  let at = 0
  evidence.layers.forEach((layer, k) => {
    const stated = metrics.layers[k]
    if (stated?.name !== layer.name) return void found.push(`layer ${k} is ${stated?.name ?? 'missing'} in the report, ${layer.name} in its evidence`)
    const s = decodeLayer(evidence, layer)
    layers.push({statistics: s, bets: layer.bets})
    const fresh = bounds.includes('clopper-pearson') ? decodeFresh(evidence, layer) : null
    found.push(...betFaults(s, layer.bets).map((fault) => `layer ${layer.name}: ${fault}`))
    const upper = epsilonUpper(s, layer.bets, alpha.epsilon!)
    const raw = upper === null ? null : upper / stated.scale
    compare(`layer ${layer.name}, floor`, stated.floor, layer.floor)
    compare(`layer ${layer.name}, epsilon.raw.upper`, stated.epsilon.raw.upper, raw)
    compare(`layer ${layer.name}, epsilon.scaleFree.upper`, stated.epsilon.scaleFree.upper, raw === null ? null : raw * stated.medianDistance)
    for (const cell of layerCells(layer.name, s, layer.bets, stated.scale, alpha.direct!, fresh)) {
      const claimed = metrics.cells[at++]
      if (claimed === undefined) continue
      const where = `cell ${cell.layer}, δ ${cell.delta}, η ${cell.eta}`
      if (claimed.layer !== cell.layer) found.push(`${where}: the report names layer ${claimed.layer}`)
      for (const key of ['delta', 'deltaRaw', 'eta', 'pairs', 'fraction', 'observed', ...FAMILIES, 'clopperPearson', 'disjointPairs'] as const) compare(`${where}, ${key}`, claimed[key] ?? null, cell[key] ?? null)
      if (claimed.status !== cell.status) found.push(`${where}: the report says ${claimed.status}, its evidence ${cell.status}`)
    }
  })
  if (layers.length === evidence.layers.length) checkFamilies(metrics, evidence, alpha, layers, compare)
  return found
}

/** Stakes that would make the e-value meaningless. */
function betFaults(s: LayerStatistics, bets: LayerBets): string[] {
  const all = [bets.epsilon, ...bets.cells.flatMap((cell) => FAMILIES.map((family) => cell[family])), ...(bets.classes ?? []).map((row) => row.bets)]
  const faults: string[] = []
  if (bets.cells.length !== s.deltas.length * s.etas.length) faults.push(`${bets.cells.length} sets of stakes for ${s.deltas.length * s.etas.length} cells`)
  if (all.some((mixture) => mixture.reduce((sum, bet) => sum + bet.weight, 0) > 1 + TOLERANCE)) faults.push('weights of a mixture add up to more than 1')
  if (all.some((mixture) => mixture.some((bet) => !(bet.stake > 0 && bet.weight > 0 && bet.from >= 0)))) faults.push('a stake or weight is not positive')
  const G = s.deltas.length
  const E = s.etas.length
  const direct = bets.cells.map((cell) => cell.direct)
  // The rows of classes bet on a part of the same figures as the cell at the middle δ and η.
  const shared = middle(G) * E + middle(E)
  direct[shared] = [...(direct[shared] ?? []), ...(bets.classes ?? []).flatMap((row) => row.bets)]
  direct.forEach((mixture, c) => {
    const g = Math.floor(c / E)
    for (const bet of mixture) {
      for (let j = 0; j < s.references; j++) {
        const factor = 1 + (bet.stake * (bet.from * s.within[j * G + g]! - s.exceed[(j * G + g) * E + (c % E)]!)) / s.anchors
        if (factor < -1e-6) return void faults.push(`the stake ${bet.stake} of cell ${c} is larger than reference ${j} allows`)
      }
    }
  })
  return faults
}
