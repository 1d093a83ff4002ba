import {describe, expect, it} from 'vitest'
import {readDataSet} from '../../src/checkpoint/index.js'
import {takeExamples} from '../../src/checkpoint/sample.js'
import {InputError, UsageError} from '../../src/errors.js'
import type {Note} from '../../src/frame/report.js'
import {temporaryFiles} from './files.js'

const {write} = temporaryFiles()

/** A WordPiece tokenizer of six words with [CLS] and [SEP] around every text, as tokenizer.json lays it out. */
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'good', 'bad', 'film', '##s', 'very']
const special = (content: string) => ({
  id: vocabulary.indexOf(content),
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
})
const tokenizer = (truncation: object | null = null) =>
  write(
    'tokenizer.json',
    JSON.stringify({
      version: '1.0',
      truncation,
      padding: null,
      added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map(special),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: {type: 'BertPreTokenizer'},
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          {SpecialToken: {id: '[CLS]', type_id: 0}},
          {Sequence: {id: 'A', type_id: 0}},
          {SpecialToken: {id: '[SEP]', type_id: 0}},
        ],
        pair: [{Sequence: {id: 'A', type_id: 0}}, {Sequence: {id: 'B', type_id: 1}}],
        special_tokens: {
          '[CLS]': {id: '[CLS]', ids: [2], tokens: ['[CLS]']},
          '[SEP]': {id: '[SEP]', ids: [3], tokens: ['[SEP]']},
        },
      },
      decoder: {type: 'WordPiece', prefix: '##', cleanup: true},
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      },
    }),
  )

const rows = (data: ArrayLike<number>, width: number) =>
  Array.from({length: data.length / width}, (_, r) => Array.from(data).slice(r * width, (r + 1) * width))

describe('texts through a tokenizer', () => {
  it('from csv become token numbers, a mask and types, padded to the longest', async () => {
    const data = await readDataSet(write('t.csv', 'text,label\n"Good films, very",pos\nbad,neg\n'), {
      tokenizer: tokenizer(),
    })
    expect(data.inputs.map(({name, shape}) => [name, shape])).toEqual([
      ['input_ids', [2, 7]],
      ['attention_mask', [2, 7]],
      ['token_type_ids', [2, 7]],
    ])
    expect(rows(data.inputs[0]!.data, 7)).toEqual([
      [2, 4, 6, 7, 1, 8, 3],
      [2, 5, 3, 0, 0, 0, 0],
    ])
    expect(rows(data.inputs[1]!.data, 7)).toEqual([
      [1, 1, 1, 1, 1, 1, 1],
      [1, 1, 1, 0, 0, 0, 0],
    ])
    expect([data.classNames, [...data.labels]]).toEqual([
      ['neg', 'pos'],
      [1, 0],
    ])
    expect(data.inputFiles).toHaveLength(2)
  })

  it('from JSON lines are cut to the length the model has, keeping what stands around them', async () => {
    const notes: Note[] = []
    const model = {kind: 'onnx' as const, modelInputs: [{name: 'input_ids', shape: [-1, 4]}]}
    const data = await readDataSet(
      write('t.jsonl', '{"text": "good good good bad", "label": 1}\n{"text": "film", "label": 0}\n'),
      {tokenizer: tokenizer()},
      model,
      notes,
    )
    expect(rows(data.inputs[0]!.data, 4)).toEqual([
      [2, 4, 4, 3],
      [2, 6, 3, 0],
    ])
    expect(notes.map(({code}) => code)).toEqual(['texts-truncated'])
  })

  it('are cut to the length that the tokenizer states, unless another is asked for or the model has one', async () => {
    const path = write('long.jsonl', '{"text": "good good good bad", "label": 1}\n{"text": "film", "label": 0}\n')
    const file = tokenizer({direction: 'Right', max_length: 5, strategy: 'LongestFirst', stride: 0})
    const width = async (maxTokens?: number, length = -1) =>
      (
        await readDataSet(
          path,
          {tokenizer: file, ...(maxTokens === undefined ? {} : {maxTokens})},
          {kind: 'onnx', modelInputs: [{name: 'input_ids', shape: [-1, length]}]},
        )
      ).inputs[0]!.shape[1]
    expect([await width(), await width(128), await width(4), await width(undefined, 9)]).toEqual([5, 6, 4, 9])
  })

  it('stay with their rows, and other texts become inputs in the same way: cut as long, padded at least as far', async () => {
    const data = await readDataSet(write('t.csv', 'text,label\ngood film,1\nbad,0\nvery bad,0\n'), {
      tokenizer: tokenizer(),
      maxTokens: 5,
    })
    const some = takeExamples(data, Uint32Array.of(1, 2))
    expect(some.text!.texts).toEqual(['bad', 'very bad'])
    expect(rows(some.text!.encode(some.text!.texts)[0]!.data, 4)).toEqual(rows(some.inputs[0]!.data, 4))
    const [ids, mask] = some.text!.encode(['bad bad bad bad bad', 'film'])
    expect(rows(ids!.data, 5)).toEqual([
      [2, 5, 5, 5, 3],
      [2, 6, 3, 0, 0],
    ])
    expect(rows(mask!.data, 5)).toEqual([
      [1, 1, 1, 1, 1],
      [1, 1, 1, 0, 0],
    ])
  })

  it.each<[string, () => Promise<unknown>, RegExp, typeof InputError | typeof UsageError]>([
    [
      'another column',
      () => readDataSet(write('a.csv', 'words,label\nx,1\n'), {tokenizer: tokenizer()}),
      /no column 'text' of texts; its columns: words, label/,
      InputError,
    ],
    [
      'a class that is not named',
      () => readDataSet(write('a.csv', 'text,label\nx,odd\n'), {tokenizer: tokenizer(), classes: ['even']}),
      /label 'odd', which classes does not name/,
      UsageError,
    ],
    [
      'a broken line',
      () => readDataSet(write('a.jsonl', '{"text": "x", "label": 1}\n{"text"\n'), {tokenizer: tokenizer()}),
      /a.jsonl, line 2/,
      InputError,
    ],
    [
      'a missing label',
      () => readDataSet(write('a.jsonl', '{"text": "x", "label": 1}\n{"text": "y"}\n'), {tokenizer: tokenizer()}),
      /row 1: has no 'label'/,
      InputError,
    ],
    [
      'no tokenizer',
      () => readDataSet(write('a.csv', 'text,label\nx,1\n'), {tokenizer: write('no.json', '{}')}),
      /no.json: is JSON, but not a tokenizer/,
      InputError,
    ],
    [
      'an unknown tokenizer',
      () =>
        readDataSet(write('a.csv', 'text,label\nx,1\n'), {tokenizer: write('odd.json', '{"model": {"type": "Odd"}}')}),
      /cannot be used as a tokenizer/,
      InputError,
    ],
  ])('refuse %s', async (_, attempt, message, type) => {
    await expect(attempt()).rejects.toThrow(message)
    await expect(attempt()).rejects.toBeInstanceOf(type)
  })
})
