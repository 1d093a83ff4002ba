import type {JudgeMetrics, DebiasedOutcome} from '../../judge/types.js'
import type {TextTable} from '../evaluate-view.js'
import {count, percent, percentDown, signedNumber} from '../format.js'
import {agreementTable, answersTable, positionTable, preferenceTable, winTable} from '../judge-view.js'
import type {JudgeReport} from '../../documents/reports.js'
import {type HtmlContent, markup} from './escape.js'
import {type KeyFigure, page} from './page.js'
import type {Section} from './section.js'
import {dataTable, facts, textTable} from './table.js'

/** How far a judge can be trusted, as one self-contained HTML file. */
export function judgeHtml(report: JudgeReport): string {
  const {metrics} = report
  const section = (id: string, title: string, caption: string, about: string, of: TextTable, texts = 1): Section[] =>
    of.rows.length === 0
      ? []
      : [{id, title, body: markup`<p class="lead">${about}</p>${dataTable(textTable(caption, of, texts))}`}]
  return page({
    report,
    figures: figures(metrics),
    sections: [
      ...section(
        'position',
        'Position',
        'Consistency and fairness of each judge',
        'A comparison is consistent where the same answer wins in every order. Fairness is recency minus primacy, as a share of the comparisons: −1 always the first shown, +1 always the last.',
        positionTable(metrics),
      ),
      ...section(
        'answers',
        'Answers',
        'Stability, ties and unparsed answers',
        'Stability is the share of the commonest verdict among repetitions of one prompt.',
        answersTable(metrics),
      ),
      ...section(
        'wins',
        'Who wins',
        'Win rates',
        'Averaged over the orders, so that a place is worth nothing; a verdict that flips counts half for each side.',
        winTable(metrics),
        3,
      ),
      ...section(
        'agreement',
        'Agreement of judges',
        'Agreement and κ of two judges',
        'κ is 0 for what chance alone would give.',
        agreementTable(metrics),
      ),
      ...section(
        'effects',
        'Effects',
        'Nudges, length and rounds',
        'Nudges: the score of the favoured option with the nudge minus without it, on the same prompt. Length has no control: longer answers may be better. Rounds: later minus first, on the same comparisons.',
        preferenceTable(metrics),
      ),
      ...undecided(metrics.undecided),
      {id: 'log', title: 'The log', body: logFacts(metrics)},
    ],
  })
}

function figures({groups, questions, alpha}: JudgeMetrics): KeyFigure[] {
  const own = groups.slice(0, 3).map(
    ({name, consistency, pairs}): KeyFigure => ({
      name: `Consistent: ${name}`,
      value: consistency.estimate === null ? '–' : percent(consistency.estimate),
      detail:
        consistency.interval === null
          ? 'no comparison in two orders'
          : `of ${count(pairs.parsed)} comparisons; at least ${percentDown(Math.max(0, consistency.interval[0]))}`,
    }),
  )
  const [first] = groups
  return [
    ...own,
    ...(first === undefined || first.fairness.estimate === null
      ? []
      : [
          {
            name: `Fairness: ${first.name}`,
            value: signedNumber(first.fairness.estimate),
            detail: `${count(first.pairs.primacy)} for the first shown, ${count(first.pairs.recency)} for the last`,
          },
        ]),
    {name: 'Questions', value: count(questions), detail: `${count(alpha.statements)} intervals, all at once`},
  ]
}

function undecided(outcomes: readonly DebiasedOutcome[]): Section[] {
  if (outcomes.length === 0) return []
  const rows = outcomes.map((outcome): HtmlContent[] => [
    outcome.part === '' ? outcome.question : `${outcome.question} (${outcome.part})`,
    outcome.judge,
    ...[outcome.verdicts.map(({shown, verdict}) => `${shown.join(' | ')}: ${verdict ?? 'no verdict'}`).join('; ')],
  ])
  return [
    {
      id: 'undecided',
      title: 'Verdicts that flip with the order',
      body: dataTable({
        caption: 'Comparisons that are undecided; at most 50',
        columns: [
          {title: 'question', kind: 'text'},
          {title: 'judge', kind: 'text'},
          {title: 'order shown: verdict', kind: 'reason'},
        ],
        rows,
      }),
    },
  ]
}

function logFacts({log, judgements, questions, options}: JudgeMetrics): HtmlContent {
  return facts('How the log was understood', [
    ['format', log.format],
    ['verdicts, questions', `${count(judgements)}, ${count(questions)}`],
    ['options', options.join(', ')],
    ...log.columns.map(({role, column}) => [role, column] as const),
    ['not read', log.unused.length === 0 ? '–' : log.unused.join(', ')],
  ])
}
