import {beforeAll, describe, expect, it} from 'vitest'
import {certify, type Certification} from '../../../../src/certify/certify.js'
import type {Evidence} from '../../../../src/certify/evidence/evidence.js'
import type {CertifyOptions} from '../../../../src/certify/options.js'
import {certifyShard, mergeShares} from '../../../../src/certify/shards.js'
import type {Embeddings} from '../../../../src/certify/types.js'
import {verifyCertificate} from '../../../../src/certify/evidence/verify/verify.js'
import {sampleRows} from '../../../../src/checkpoint/sample.js'
import {pack} from '../../../../src/data/packed.js'
import {noisyPairs} from '../../perturbed/sources.js'
import {digits, engine, mixture, options} from '../../fixtures.js'

type Claim = Certification & {evidence: Evidence}
/** A report after a journey through JSON. */
const copy = (claim: Certification) => JSON.parse(JSON.stringify(claim)) as Claim

describe('verifyCertificate accepts', () => {
  const withoutLabels: Embeddings = {
    ...mixture(3, 400),
    labels: null,
    output: null,
    loss: Float64Array.from({length: 400}, (_, i) => (i * 37) % 11),
  }
  const repeated = mixture(2, 100)
  for (const {dim, data} of repeated.layers) data.copyWithin(50 * dim, 0, 20 * dim)
  repeated.output!.data.copyWithin(50 * 4, 0, 20 * 4)
  repeated.labels!.copyWithin(50, 0, 20)
  const collapsed = mixture(9, 100)
  collapsed.layers[0]!.data.fill(1)
  it.each<[string, Embeddings, Partial<CertifyOptions>]>([
    ['the digits', digits('digits-mlp'), {}],
    ['another seed and α', digits('digits-cnn'), {seed: 77, alpha: 0.2, bootstrap: 0}],
    ['losses without labels', withoutLabels, {}],
    ['duplicates', repeated, {}],
    ['cross-entropy', mixture(4, 300), {loss: 'cross-entropy', metric: 'l1'}],
    ['brier and the angle', mixture(4, 300), {loss: 'brier', metric: 'angle', split: 0.5}],
    ['no floor', mixture(8, 300), {floor: 0}],
    ['a floor above some radii', mixture(8, 300), {floor: 0.8, etas: [1, 0.1], loss: 'zero-one'}],
    ['raw distances', mixture(8, 300), {scale: 'none'}],
    ['too few pairs', mixture(7, 60), {deltas: [1e-6]}],
    ['a collapsed layer', collapsed, {}],
  ])('%s', async (_, embeddings, changed) => {
    const claim = copy(await certify(embeddings, options(changed), engine))
    expect(verifyCertificate(claim, options(changed))).toEqual([])
  })

  it('a sample of a larger file, and only if it is the one that was drawn', async () => {
    const rowNumbers = sampleRows(5000, null, {limit: 300, seed: 0}, [])!
    const claim = copy(await certify({...mixture(4, 300), rowNumbers}, options(), engine))
    expect(verifyCertificate(claim, options(), {rows: 300, includes: (row) => rowNumbers.includes(row)})).toEqual([])
    expect(verifyCertificate(claim, options(), {rows: 300, includes: (row) => row < 200}).join()).toMatch(
      /row \d+ is not one of the 300 that the limit and the seed leave/,
    )
    expect(
      verifyCertificate(claim, options(), {rows: 400, includes: (row) => rowNumbers.includes(row)}).join(),
    ).toMatch(/are not the 400 rows that were used/)
    expect(verifyCertificate(claim, options()).join()).toMatch(/are fewer than row number/)
  })

  it('a report of a version that gave no lower bounds', async () => {
    const claim = copy(await certify(mixture(4, 300), options(), engine))
    for (const cell of claim.metrics.cells) delete cell.lower
    for (const {bets} of claim.evidence.layers) for (const cell of bets.cells) delete cell.lower
    expect(verifyCertificate(claim, options())).toEqual([])
  })

  it('a merge of shards, and perturbations', async () => {
    const embeddings = mixture(5, 1000)
    const shares = [1, 2].map((index) => certifyShard(embeddings, options(), engine, {index, count: 2}))
    const merged = mergeShares((await Promise.all(shares)).map((share, k) => ({place: `part ${k}`, share})))
    expect(verifyCertificate(copy(merged), options())).toEqual([])
    const perturbed = await certify(embeddings, options({loss: 'cross-entropy'}), engine, {
      perturbations: [noisyPairs(embeddings, 0.3), noisyPairs(embeddings, 0.6)],
    })
    expect(verifyCertificate(copy(perturbed), options({loss: 'cross-entropy'}))).toEqual([])
  })
})

/**
 * Kinds of tampering that the evidence gives away, whatever the checksum says: the report and its evidence would have
 * to be made up anew.
 */
describe('verifyCertificate finds', () => {
  let original: Certification
  const chosen = options({seed: 3})
  beforeAll(async () => {
    const embeddings = digits('digits-mlp')
    original = await certify(embeddings, chosen, engine, {perturbations: [noisyPairs(embeddings, 0.4)]})
  })

  it.each<[string, (claim: Claim, options: CertifyOptions) => unknown, RegExp]>([
    [
      'a halved direct bound',
      ({metrics}) => (metrics.cells[3]!.direct /= 2),
      /cells\[3\] \(h1, δ .*direct: the report states/,
    ],
    ['a halved windowed bound', ({metrics}) => (metrics.cells[3]!.windowed /= 2), /windowed/],
    ['a halved global bound', ({metrics}) => (metrics.cells[9]!.global /= 2), /global/],
    ['a raised lower bound', ({metrics}) => (metrics.cells[3]!.lower! += 0.01), /lower: the report states/],
    [
      'a smaller upper ε',
      ({metrics}) => (metrics.layers[1]!.epsilon.scaleFree.upper! *= 0.9),
      /h2\), epsilon, scaleFree, upper/,
    ],
    ['a smaller raw ε', ({metrics}) => (metrics.layers[1]!.epsilon.raw.estimate *= 0.9), /raw, estimate/],
    [
      'a narrower interval',
      ({metrics}) => (metrics.layers[0]!.epsilon.scaleFree.asymptotic![1] *= 0.9),
      /asymptotic\[1\]/,
    ],
    ['another status', ({metrics}) => (metrics.cells[0]!.status = 'vacuous'), /status: the report states 'vacuous'/],
    ['a larger δ', ({metrics}) => (metrics.cells[0]!.delta *= 2), /delta:/],
    ['a larger δ in raw units', ({metrics}) => (metrics.cells[0]!.deltaRaw *= 2), /deltaRaw/],
    ['a larger η', ({metrics}) => (metrics.cells[0]!.eta *= 2), /eta:/],
    ['more pairs', ({metrics}) => (metrics.cells[0]!.pairs += 1), /pairs:/],
    ['a smaller observed share', ({metrics}) => (metrics.cells[0]!.observed = 0), /observed/],
    ['a removed cell', ({metrics}) => metrics.cells.pop(), /cells: the report has 35, its evidence 36/],
    ['a duplicated cell', ({metrics}) => metrics.cells.splice(4, 0, metrics.cells[4]!), /has 37/],
    [
      'cells of another layer',
      ({metrics}) => metrics.cells.forEach((cell) => (cell.layer = 'h2')),
      /layer: the report states 'h2'/,
    ],
    ['more α for the cells', ({metrics}) => (metrics.alpha.direct! *= 2), /alpha, direct/],
    [
      'a smaller α than was spent',
      ({metrics}, o) => (metrics.alpha.total = o.alpha = 0.01),
      /direct: the report states/,
    ],
    ['an impossible α', ({metrics}, o) => (metrics.alpha.total = o.alpha = 1), /alpha is 1/],
    ['more statements', ({metrics}) => metrics.alpha.statements++, /statements/],
    ['another number of anchors', ({metrics}) => (metrics.anchors! *= 2), /anchors: the report states/],
    [
      'anchors of another share',
      ({evidence}) => (evidence.anchors = 100),
      /the sample has 150 anchors .* the evidence says 100/,
    ],
    ['another number of references', ({metrics}) => (metrics.references! -= 1), /references/],
    ['a larger L_max', ({metrics}) => (metrics.loss.max! *= 2), /loss, max/],
    ['a smaller loss tail', ({metrics}) => (metrics.loss.tailUpper = 0), /tailUpper/],
    ['an impossible count of the tail', ({evidence}) => (evidence.tailExceeding = 1e6), /tailExceeding/],
    ['a smaller mean loss', ({metrics}) => (metrics.loss.mean /= 2), /loss, mean/],
    ['another loss', ({metrics}) => (metrics.loss.name = 'one-minus-p'), /loss/],
    [
      'another loss in the configuration',
      (_, o) => (o.loss = 'cross-entropy'),
      /the loss file is not the one of the configuration/,
    ],
    ['a larger floor', ({metrics}) => (metrics.layers[0]!.floor *= 2), /floor/],
    ['a larger floor in the evidence', ({evidence}) => (evidence.layers[0]!.floor *= 2), /floor/],
    ['another scale', ({metrics}) => (metrics.layers[0]!.scale *= 2), /scale/],
    ['another layer name', ({metrics}) => (metrics.layers[0]!.name = 'x'), /layer 0 is x/],
    ['swapped layers', ({metrics}) => metrics.layers.reverse(), /layer 0 is logits in the report, h1 in its evidence/],
    ['swapped layers of the evidence', ({evidence}) => evidence.layers.reverse(), /layer 0 is h1 in the report/],
    ['a removed layer', ({metrics}) => metrics.layers.pop(), /the report has 2 layers/],
    ['another seed', (_, o) => (o.seed = 4), /the seed 4 does not draw this sample/],
    ['another volatile input', ({metrics}) => (metrics.layers[0]!.mostVolatile[0]!.row += 1), /mostVolatile\[0\], row/],
    ['another ranking', ({metrics}) => metrics.localization.ranking.reverse(), /ranking/],
    ['another overlap', ({metrics}) => (metrics.localization.overlap[0]![1] = 0), /overlap/],
    ['another witness', ({metrics}) => (metrics.witnesses[0]!.losses[0] = 0), /witnesses/],
    ['a closer witness', ({metrics}) => (metrics.witnesses[0]!.distance /= 2), /witnesses/],
    [
      'a verdict in other words',
      ({verdict}) => (verdict.summary = verdict.summary.replace('inputs', 'pairs')),
      /verdict, summary/,
    ],
    ['a verdict without its meaning', ({verdict}) => (verdict.meaning = []), /verdict, meaning/],
    ['a nicer verdict', ({verdict}) => (verdict.status = 'pass'), /verdict, status/],
    ['a note left out', (claim) => (claim.notes = []), /the note is missing/],
    ['a bound that is not a number', ({metrics}) => (metrics.cells[0]!.direct = NaN), /states NaN/],
    [
      'too large a stake',
      ({evidence}) => evidence.layers[0]!.bets.cells[11]!.direct.forEach((bet) => ((bet.stake = 500), (bet.from = 0))),
      /larger than reference/,
    ],
    [
      'too large a stake on a lower bound',
      ({evidence}) => evidence.layers[0]!.bets.cells[11]!.lower!.forEach((bet) => ((bet.stake = 500), (bet.from = 0))),
      /larger than reference/,
    ],
    [
      'too large a stake on ε',
      ({evidence}) => evidence.layers[0]!.bets.epsilon.forEach((bet) => ((bet.stake = 500), (bet.from = 0))),
      /a stake of ε is larger/,
    ],
    [
      'too small a range of ε',
      ({evidence}) => (evidence.layers[0]!.bets.epsilonMax! /= 1e3),
      /the volatility of a reference is above/,
    ],
    [
      'more radii in the configuration',
      (_, o) => (o.deltas = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
      /the configuration makes 8 values, the evidence has 6/,
    ],
    [
      'more η in the configuration',
      (_, o) => (o.etas = [0.1, 0.2, 0.3]),
      /η: the configuration makes 3 values, the evidence has 2/,
    ],
    [
      'weights above 1',
      ({evidence}) => evidence.layers[0]!.bets.epsilon.forEach((bet) => (bet.weight = 1)),
      /weights of a mixture/,
    ],
    [
      'sums that were made smaller',
      ({evidence}) => (evidence.layers[0]!.total = pack(new Float64Array(evidence.references))),
      /do not agree|more than all/,
    ],
    [
      'counts that were made smaller',
      ({evidence}) => (evidence.layers[0]!.exceed = pack(new Uint32Array(evidence.references * 12))),
      /cells/,
    ],
    [
      'sums that contradict the counts',
      ({evidence}) => (evidence.layers[0]!.windowed = pack(new Float64Array(evidence.references * 14))),
      /contradict its counts/,
    ],
    [
      'losses of other rows',
      ({evidence}) =>
        ([evidence.sample.anchors.losses, evidence.sample.anchors.count] = [
          pack(new Float64Array(evidence.anchors).fill(0.5)),
          evidence.anchors,
        ]),
      /loss/,
    ],
    [
      'a smaller bound of a perturbation',
      ({metrics}) => (metrics.perturbations![0]!.cells[2]!.conditional /= 2),
      /perturbations\[0\].*conditional/,
    ],
    ['a smaller joint bound', ({metrics}) => (metrics.perturbations![0]!.cells[2]!.joint /= 2), /joint/],
    [
      'a smaller ε of a perturbation',
      ({metrics}) => (metrics.perturbations![0]!.layers[0]!.epsilon.raw.upper /= 2),
      /perturbations/,
    ],
    ['a smaller change', ({metrics}) => (metrics.perturbations![0]!.changes[0]!.upper /= 2), /changes/],
    ['an attack called random', ({metrics}) => (metrics.perturbations![0]!.kind = 'attack'), /meaning/],
    ['a perturbation left out', ({metrics}) => delete metrics.perturbations, /0 perturbations, its evidence 1/],
    [
      'distances of a perturbation made larger',
      ({evidence}) => (evidence.perturbations![0]!.distances[0] = evidence.perturbations![0]!.distances[1]!),
      /perturbations/,
    ],
  ])('%s', (_, tamper, message) => {
    const claim = copy(original)
    const changed = {...chosen}
    tamper(claim, changed)
    expect(verifyCertificate(claim, changed).join('\n')).toMatch(message)
  })

  it('the bounds of another run: nothing is taken over from it', async () => {
    const other = copy(await certify(digits('digits-cnn'), chosen, engine))
    const claim = copy(original)
    claim.metrics.cells = other.metrics.cells
    expect(verifyCertificate(claim, chosen).length).toBeGreaterThan(36)
  })

  it('evidence that does not decode', () => {
    const broken = copy(original)
    broken.evidence.layers[0]!.within = 'AAAA'
    expect(verifyCertificate(broken, chosen).join()).toMatch('within is not a zlib stream')
    const short = copy(original)
    short.evidence.layers[0]!.within = short.evidence.layers[0]!.total
    expect(verifyCertificate(short, chosen).join()).toMatch(/within holds (more than )?\d+ bytes/)
  })
})
