import {writeFileAtomic} from '../data/atomic-write.js'
import {csvCell} from '../data/csv.js'
import type {InputBytes} from '../data/read-file.js'
import {UsageError} from '../errors.js'
import type {JudgeResult} from '../judge/judge.js'
import type {JudgeMetrics, JudgeOptions, DebiasedOutcome as Comparison} from '../judge/types.js'
import {judgeHtml} from '../render/html/judge.js'
import {toJson} from '../frame/json.js'
import type {JudgeReport} from '../documents/reports.js'
import type {LogOptions} from '../verdicts/read-log.js'
import type {CommandOutcome} from './run-frame.js'

/** role=NAME pairs, comma-separated. Throws UsageError for another form. */
export function columnsFrom(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').filter((part) => part.trim() !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const [role, name, ...rest] = pair.split('=').map((part) => part.trim())
      if (role === undefined || role === '' || name === undefined || name === '' || rest.length > 0)
        throw new UsageError(`--columns takes role=NAME, not ${JSON.stringify(pair)}`, [
          'use --columns question=prompt_no,verdict=said',
        ])
      return [role, name]
    }),
  )
}

export function judgeOutcome(
  {file}: InputBytes,
  reading: Required<Omit<LogOptions, 'letters'>> & {letters: 'shown' | 'option' | null},
  options: JudgeOptions,
  {metrics, verdict, notes}: JudgeResult,
): CommandOutcome<JudgeMetrics> {
  return {
    inputs: [{...file, role: 'data'}],
    config: {
      alpha: options.alpha,
      repetitions: options.repetitions,
      columns: {...reading.columns},
      nudges: [...reading.nudges],
      letters: reading.letters,
      ties: [...reading.ties],
      unparsed: [...reading.unparsed],
    },
    engine: {report: {name: 'none', precision: 'fp64', tried: []}, threads: 1},
    metrics,
    verdict,
    notes,
  }
}

export interface JudgeFiles {
  out?: string | undefined
  html?: string | undefined
  verdicts?: string | undefined
}

export async function writeJudge(
  files: JudgeFiles,
  report: JudgeReport,
  outcomes: readonly Comparison[],
): Promise<void> {
  if (files.verdicts !== undefined)
    await writeFileAtomic(
      files.verdicts,
      files.verdicts.toLowerCase().endsWith('.csv') ? outcomesCsv(outcomes) : outcomesJsonLines(outcomes),
    )
  if (files.html !== undefined) await writeFileAtomic(files.html, judgeHtml(report))
  if (files.out !== undefined) await writeFileAtomic(files.out, toJson(report))
}

const verdictOf = ({winner, kind}: Comparison) => winner ?? kind

const outcomesJsonLines = (outcomes: readonly Comparison[]) =>
  outcomes.map((outcome) => `${JSON.stringify({...outcome, verdict: verdictOf(outcome)})}\n`).join('')

/** `decision` distinguishes an option named "undecided" from an undecided comparison. */
function outcomesCsv(outcomes: readonly Comparison[]): string {
  const rows = outcomes.map((outcome) =>
    [
      outcome.question,
      outcome.part,
      outcome.judge,
      outcome.round ?? '',
      outcome.repetition,
      outcome.options.join('|'),
      outcome.kind,
      verdictOf(outcome),
    ]
      .map((cell) => csvCell(cell, ','))
      .join(),
  )
  return `${['question,part,judge,round,repetition,options,decision,verdict', ...rows].join('\n')}\n`
}
