import {describe, expect, it} from 'vitest'
import {type LogOptions, readVerdictLog} from '../../src/verdicts/read-log.js'

const read = (text: string, options: LogOptions = {}) => readVerdictLog(Buffer.from(text), 'log', options)
const said = (text: string, options: LogOptions = {}) =>
  read(text, options).judgements.map(({shown, choice}) => [
    shown.join('>'),
    typeof choice === 'number' ? shown[choice] : choice,
  ])

const KNOWN = [
  ['x>y', 'x'],
  ['y>x', 'x'],
  ['x>z', 'tie'],
  ['z>x', null],
]

describe('readVerdictLog', () => {
  it.each<[string, string, LogOptions]>([
    ['places', 'question,first,second,verdict\n1,x,y,A\n1,y,x,B\n1,x,z,C\n1,z,x,\n', {}],
    [
      'a tab, other names, brackets',
      'item\tfirst\tsecond\twinner\n1\tx\ty\t[[A]]\n1\ty\tx\t[[B]]\n1\tx\tz\ttie\n1\tz\tx\terror\n',
      {},
    ],
    ['names', 'question;first;second;verdict\n1;x;y;x\n1;y;x;x\n1;x;z;draw\n1;z;x;none\n', {}],
    ['numbers', 'question,first,second,verdict\n1,x,y,1\n1,y,x,2\n1,x,z,tie\n1,z,x,\n', {}],
    [
      'an order, names',
      'question,option_a,option_b,order,verdict\n1,x,y,AB,x\n1,x,y,BA,x\n1,x,z,AB,tie\n1,x,z,BA,\n',
      {},
    ],
    [
      'an order, letters of columns',
      'question,option A,option B,order,verdict\n1,x,y,0,A\n1,x,y,1,A\n1,x,z,0,C\n1,x,z,1,\n',
      {letters: 'option'},
    ],
    [
      'an order, letters of places',
      'question,model_a,model_b,order,verdict\n1,x,y,1,A\n1,x,y,2,B\n1,x,z,1,C\n1,x,z,2,\n',
      {letters: 'shown'},
    ],
    [
      'lines of JSON with lists',
      ['x,y,0', 'y,x,1', 'x,z,tie', 'z,x,null']
        .map((row) => {
          const [one, other, winner] = row.split(',') as [string, string, string]
          const verdict = winner === 'tie' ? 'tie' : winner === 'null' ? null : [one, other][Number(winner)]
          return JSON.stringify({id: 1, options: [one, other], verdict})
        })
        .join('\n'),
      {},
    ],
    [
      'a JSON list',
      JSON.stringify([
        {id: 1, first: 'x', second: 'y', verdict: 'first'},
        {id: 1, first: 'y', second: 'x', verdict: 'second'},
        {id: 1, first: 'x', second: 'z', verdict: 'tie'},
        {id: 1, first: 'z', second: 'x', verdict: null},
      ]),
      {},
    ],
    [
      'pairs of MT-Bench',
      '{"question_id":1,"model_1":"x","model_2":"y","g1_winner":"model_1","g2_winner":"model_1","judge":["j","p"],"turn":1}\n{"question_id":1,"model_1":"x","model_2":"z","g1_winner":"tie","g2_winner":"error","judge":["j","p"],"turn":1}\n',
      {},
    ],
    [
      'words of its own',
      'question,first,second,verdict\n1,x,y,A\n1,y,x,B\n1,x,z,even\n1,z,x,?\n',
      {ties: ['even'], unparsed: ['?']},
    ],
    [
      'renamed columns',
      'q,l,r,v\n1,x,y,A\n1,y,x,B\n1,x,z,C\n1,z,x,\n',
      {columns: {question: 'q', first: 'l', second: 'r', verdict: 'v'}},
    ],
  ])('reads %s', (_, text, options) => {
    expect(said(text, options)).toEqual(KNOWN)
  })

  it('takes the tables of a carriage return, a byte order mark and quoted cells', () => {
    expect(said('\uFEFFquestion,first,second,verdict\r\n"a, b",x,y,A\r\n')).toEqual([['x>y', 'x']])
    expect(read('question,first,second,verdict\n#1,x,y,A\n').judgements[0]!.question).toBe('#1')
  })

  it('keeps judge, round, turn and task, repetition, lengths in the order shown, and nudges', () => {
    const {judgements, unused, nudges} = read(
      'question,turn,task,judge,round,rep,model_a,model_b,order,winner,words_a,words_b,bandwagon,text\n7,2,code,j,1,3,x,y,BA,y,10,20,y,hm\n',
    )
    expect(judgements).toEqual([
      {
        line: 2,
        question: '7',
        part: '2, code',
        judge: 'j',
        round: '1',
        repetition: '3',
        shown: ['y', 'x'],
        choice: 0,
        lengths: [20, 10],
        nudges: {bandwagon: 0},
      },
    ])
    expect(unused).toEqual(['text'])
    expect(nudges).toEqual(['bandwagon'])
  })

  it.each<[string, string, LogOptions, RegExp, RegExp]>([
    [
      'letters beside an order',
      'question,option_a,option_b,order,verdict\n1,x,y,AB,A\n',
      {},
      /line 2: .*"A".*option in its column or the one shown/,
      /letters/,
    ],
    [
      'an option called B that stands first',
      'question,first,second,verdict\n1,B,A,B\n',
      {},
      /line 2: verdict is "B"/,
      /letters/,
    ],
    [
      'a verdict of another model',
      'question,first,second,verdict\n1,x,y,z\n',
      {},
      /line 2: verdict is "z".*x, y/,
      /ties/,
    ],
    ['a place that is not there', 'question,first,second,verdict\n1,x,y,3\n', {}, /line 2: verdict is "3"/, /ties/],
    [
      'zero, which counts from 0 or from 1',
      '{"id":1,"options":["x","y"],"verdict":0}\n',
      {},
      /line 1: verdict is 0/,
      /ties/,
    ],
    [
      'one value of an order in numbers',
      'question,option_a,option_b,order,verdict\n1,x,y,1,x\n',
      {},
      /order holds "1"/,
      /AB or BA/,
    ],
    ['no column of the question', 'first,second,verdict\nx,y,A\n', {}, /no column that names the question/, /columns/],
    ['no options', 'question,verdict\n1,A\n', {}, /no columns that name the options/, /first and second/],
    [
      'options named twice',
      'question,first,second,model_a,model_b,verdict\n1,x,y,x,y,A\n',
      {},
      /more than one way/,
      /rename/,
    ],
    ['half of a pair', 'question,first,verdict\n1,x,A\n', {}, /not its counterpart/, /columns second=/],
    [
      'an option against itself',
      'question,first,second,verdict\n1,x,x,A\n',
      {},
      /compared with itself/,
      /name of its own/,
    ],
    [
      'an option called tie',
      'question,first,second,verdict\n1,x,tie,A\n',
      {},
      /line 2: an option is called "tie"/,
      /another name/,
    ],
    ['a row too short', 'question,first,second,verdict\n1,x,y\n', {}, /line 2: has 3 cells, the header has 4/, /quote/],
    ['an empty question', 'question,first,second,verdict\n,x,y,A\n', {}, /line 2: question is ""/, /name/],
    [
      'a length that is none',
      'question,first,second,length_first,length_second,verdict\n1,x,y,a,2,A\n',
      {},
      /length_first is "a"/,
      /number/,
    ],
    ['a nudge for nobody', 'question,first,second,bandwagon,verdict\n1,x,y,z,A\n', {}, /bandwagon is "z"/, /control/],
    ['plain text', 'hello\nworld\n', {}, /no comma/, /header/],
    ['a header alone', 'question,first,second,verdict\n', {}, /no rows/, /completely/],
    ['broken JSON', '{"id": 1,\n', {}, /line 1/, /JSON/],
    [
      'a column that is not there',
      'question,first,second,verdict\n1,x,y,A\n',
      {columns: {judge: 'jugde'}},
      /"jugde"/,
      /columns are/,
    ],
    [
      'a role that is none',
      'question,first,second,verdict\n1,x,y,A\n',
      {columns: {juge: 'question'}},
      /role "juge"/,
      /did you mean judge/,
    ],
  ])('refuses %s, with a next step', (_, text, options, message, step) => {
    let error: unknown
    try {
      read(text, options)
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({exitCode: 2})
    expect((error as Error).message).toMatch(message)
    expect((error as {nextSteps: string[]}).nextSteps.join('; ')).toMatch(step)
  })
})
