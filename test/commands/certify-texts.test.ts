import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {rowRandom} from '../../src/perturb/perturb.js'
import {dropWords} from '../../src/perturb/texts.js'
import type {CertifyReport} from '../../src/documents/reports.js'
import {type JsonError} from './run-surety.js'
import {commandLine} from '../support/command-line.js'

const ENCODER = 'fixtures/spam-encoder'
const TOKENIZER = ['--tokenizer', `${ENCODER}/tokenizer.json`]
const folder = mkdtempSync(join(tmpdir(), 'surety-texts-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const mails = readFileSync(`${ENCODER}/test.jsonl`, 'utf8')
  .split('\n')
  .slice(0, 150)
  .map((line) => JSON.parse(line) as {text: string; label: number})
const write = (name: string, rows: typeof mails) => {
  writeFileSync(join(folder, name), rows.map((row) => JSON.stringify(row)).join('\n'))
  return join(folder, name)
}

describe('surety certify --perturb on texts', {timeout: 240_000}, () => {
  const out = join(folder, 'report.json')
  const seed = 7
  let report: CertifyReport
  beforeAll(async () => {
    const data = write('mails.jsonl', mails)
    const copies = write(
      'copies.jsonl',
      mails.map(({text, label}, row) => ({text: dropWords(0.5)(text, rowRandom(seed, row)), label})),
    )
    const run = await commandLine(
      'certify',
      `${ENCODER}/model.onnx`,
      '--data',
      data,
      ...TOKENIZER,
      '--layers',
      'block_2',
      '--perturb',
      'word-drop:0.5,word-swap,typos:0.1',
      '--pairs',
      copies,
      '--seed',
      String(seed),
      '--out',
      out,
    )
    expect(run.code, run.stdout + run.stderr).toBeLessThanOrEqual(1)
    report = JSON.parse(readFileSync(out, 'utf8')) as CertifyReport
  }, 240_000)

  it('says of each what was done to how many pairs', () => {
    const found = report.metrics.perturbations!.map(({name, strength, kind, description}) => [
      name,
      strength,
      kind,
      description.slice(0, 20),
    ])
    expect(found).toEqual([
      ['word-drop', 0.5, 'random', 'each word left out w'],
      ['word-swap', 0.1, 'random', 'each word exchanged '],
      ['typos', 0.1, 'random', 'each letter mistyped'],
      ['pairs', null, 'supplied', `the pairs of ${folder}`.slice(0, 20)],
    ])
    expect(report.config['perturb']).toEqual(['word-drop:0.5', 'word-swap:0.1', 'typos:0.1'])
  })

  it('moves every mail, and is what the same copies in a file of their own give', () => {
    const [drop, swap, typos, pairs] = report.metrics.perturbations!
    expect(drop!.layers).toEqual(pairs!.layers)
    // A tenth of α is for PR(γ) of what is drawn, and taken from its cells: their counts are the same, not their bounds.
    const counted = ({cells}: typeof drop & object) =>
      cells.map(({layer, delta, eta, pairs: count, observed}) => [layer, delta, eta, count, observed])
    expect([drop!.changes, counted(drop!), drop!.meanLoss, drop!.accuracy]).toEqual([
      pairs!.changes,
      counted(pairs!),
      pairs!.meanLoss,
      pairs!.accuracy,
    ])
    expect([drop!.survival === undefined, pairs!.survival]).toEqual([false, undefined])
    for (const {layers} of [drop!, swap!, typos!]) expect(layers[0]!.medianPairDistance).toBeGreaterThan(0)
    expect(drop!.layers[0]!.medianPairDistance).toBeGreaterThan(swap!.layers[0]!.medianPairDistance)
  })

  it('cuts texts as the tokenizer says, and makes a report that verify accepts', async () => {
    expect(report.subject!.data.inputs.map(({shape}) => shape)).toEqual([[64], [64]])
    const {code, stdout, stderr} = await commandLine('verify', out)
    expect(code, stdout + stderr).toBe(0)
  })
})

describe('wrong use', () => {
  it.each<[string, string[], RegExp, RegExp]>([
    [
      'tokens instead of texts',
      [`${ENCODER}/model.onnx`, '--data', `${ENCODER}/test.npz`, '--perturb', 'typos'],
      /--perturb typos changes texts, but the data hold input_ids, attention_mask/,
      /--tokenizer.*--pairs/,
    ],
    [
      'hidden states',
      ['fixtures/digits/digits-mlp-embeddings.npz', '--perturb', 'word-drop'],
      /hidden states are all there is/,
      /--pairs/,
    ],
    [
      'numbers perturbed where there are texts',
      [
        `${ENCODER}/model.onnx`,
        '--data',
        `${ENCODER}/test.jsonl`,
        ...TOKENIZER,
        '--limit',
        '60',
        '--layers',
        'logits',
        '--perturb',
        'noise',
      ],
      /needs one array of numbers/,
      /texts can be perturbed by word-drop, word-swap, typos/,
    ],
    [
      'a probability above 1',
      [`${ENCODER}/model.onnx`, '--data', `${ENCODER}/test.jsonl`, ...TOKENIZER, '--perturb', 'word-swap:2'],
      /strength of word-swap is '2'; it is above 0 and at most 1/,
      /word-swap:0.1/,
    ],
  ])('refuses %s and says what to do', async (_, args, message, next) => {
    const {code, stdout} = await commandLine('certify', ...args, '--json')
    const {error} = JSON.parse(stdout) as JsonError
    expect([code, error.code]).toEqual([2, 'USAGE'])
    expect(error.message).toMatch(message)
    expect(error.nextSteps.join(' ')).toMatch(next)
  })
})
