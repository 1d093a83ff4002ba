import {InputError} from '../errors.js'
import {requireOptions} from './options.js'
import type {Judgement, VerdictLog} from './judgement.js'
import type {Row} from './rows.js'

/** Members of a pair that FastChat's MT-Bench wrote: one object for the two games, the second in the other order. */
const PAIR = ['question_id', 'model_1', 'model_2', 'g1_winner', 'g2_winner'] as const

export const isMtBench = (names: readonly string[]): boolean => PAIR.every((name) => names.includes(name))

/**
 * Pairs of MT-Bench as judgements. A winner is named as model_1 or model_2 in both games, whatever the order shown:
 * model_1 stood first in game 1 and second in game 2.
 *
 * Throws  InputError  a member is missing, or a winner is not one of model_1, model_2, tie and error.
 */
export function mtBenchLog(rows: readonly Row[], names: readonly string[], place: string): VerdictLog {
  const judgements = rows.flatMap(({line, cells}): Judgement[] => {
    const where = `${place}, line ${line}`
    const member = (name: string) => {
      const value = cells[name]
      if (typeof value === 'string' || typeof value === 'number') return String(value)
      throw new InputError(`${where}: ${name} is missing or no text`, ['give the pairs as MT-Bench wrote them'])
    }
    const models = [member('model_1'), member('model_2')] as const
    requireOptions(models, where)
    const winner = (game: string) => {
      const said = member(game)
      const place = ['model_1', 'model_2'].indexOf(said)
      if (place < 0 && said !== 'tie' && said !== 'error')
        throw new InputError(`${where}: ${game} is ${JSON.stringify(said)}, not model_1, model_2, tie or error`, [
          'give the pairs as MT-Bench wrote them',
        ])
      return place < 0 ? (said === 'tie' ? ('tie' as const) : null) : place
    }
    const {judge, turn} = cells
    const frame = {
      line,
      question: member('question_id'),
      part: turn === undefined ? '' : `turn ${member('turn')}`,
      judge: Array.isArray(judge) ? judge.join(', ') : typeof judge === 'string' ? judge : 'judge',
      round: null,
      repetition: '1',
      lengths: null,
      nudges: {},
    }
    const [one, two] = [winner('g1_winner'), winner('g2_winner')]
    return [
      {...frame, shown: [...models], choice: one},
      {...frame, shown: [models[1], models[0]], choice: typeof two === 'number' ? 1 - two : two},
    ]
  })
  const read = [...PAIR, 'judge', 'turn'].filter((name) => names.includes(name))
  return {
    judgements,
    format: 'mt-bench',
    columns: Object.fromEntries(read.map((name) => [name, name])),
    unused: names.filter((name) => !read.includes(name)),
    nudges: [],
  }
}
