import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../src/cli/base-command.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP, names, number, outputFile} from '../src/cli/flags.js'
import {columnsFrom, judgeOutcome, writeJudge} from '../src/cli/judge-run.js'
import {terminalOf} from '../src/cli/terminal.js'
import {readInput} from '../src/data/read-file.js'
import {judge} from '../src/judge/judge.js'
import type {JudgeOptions} from '../src/judge/types.js'
import type {JudgeReport} from '../src/documents/reports.js'
import {withChecksum} from '../src/frame/checksum.js'
import {judgeText} from '../src/render/terminal/judge.js'
import {readVerdictLog} from '../src/verdicts/read-log.js'

export default class Judge extends BaseCommand {
  static override summary = 'Bound how far the verdicts of an LLM judge can be trusted.'

  static override description =
    `Reads a log of verdicts: which of two or more answers a judge prefers. Says whether they survive a repetition and a
change of the order, which place the judge leans to, what nudges do, how far
judges agree, and who wins when a place is worth nothing. Intervals hold for
fresh questions, all at once; answers about one question may depend on each other.`

  static override examples = [
    {
      description: 'a table with the columns question, first, second, repetition, verdict',
      command: '<%= config.bin %> judge verdicts.csv',
    },
    {
      description: 'pairs of MT-Bench; a page, and the verdicts that other tools should read',
      command: '<%= config.bin %> judge gpt-4_pair.jsonl --html judge.html --verdicts decided.csv',
    },
    {
      description: 'columns of other names; letters are those of the columns, whatever the order',
      command: '<%= config.bin %> judge log.tsv --columns question=prompt_no,verdict=said --letters option',
    },
  ]

  static override args = {
    log: Args.string({required: true, description: 'CSV, TSV, JSON lines or a JSON list; one verdict per row'}),
  }

  static override flags = fromEnvironment('judge', {
    columns: Flags.string({
      helpGroup: GROUP.input,
      description:
        'which column is what, as role=NAME: question, part, judge, round, repetition, first, second, optionA, optionB, options, order, verdict, lengthFirst, lengthSecond, lengthA, lengthB',
    }),
    letters: Flags.string({
      options: ['shown', 'option'],
      helpGroup: GROUP.input,
      description: 'what the letters A and B mean if there is a column order',
    }),
    nudges: names({
      helpGroup: GROUP.input,
      description:
        'further columns that name the option that a prompt was made to favour, empty for a control (known: verbosity, bandwagon)',
    }),
    ties: names({helpGroup: GROUP.input, description: 'further texts that mean a tie'}),
    unparsed: names({helpGroup: GROUP.input, description: 'further texts that mean that no verdict was found'}),
    repetitions: Flags.string({
      options: ['first', 'all'],
      default: 'first',
      helpGroup: GROUP.method,
      description: 'repetitions to use for position bias and win rates',
    }),
    alpha: number({
      min: 0.000001,
      max: 0.999999,
      default: 0.05,
      helpGroup: GROUP.method,
      description: 'all intervals hold simultaneously with probability 1 − alpha',
    }),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    out: outputFile({helpGroup: GROUP.output, description: 'the old name of --report'}),
    html: outputFile({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
    verdicts: outputFile({
      helpGroup: GROUP.output,
      description:
        'write one verdict per comparison, flips as undecided: CSV if the name ends in .csv, else JSON lines',
    }),
  })

  async run(): Promise<JudgeReport> {
    const {args, flags} = await this.parse(Judge)
    const input = await readInput(args.log)
    const reading = {
      columns: columnsFrom(flags.columns),
      nudges: flags.nudges ?? [],
      letters: (flags.letters ?? null) as 'shown' | 'option' | null,
      ties: flags.ties ?? [],
      unparsed: flags.unparsed ?? [],
    }
    const options: JudgeOptions = {alpha: flags.alpha, repetitions: flags.repetitions as 'first' | 'all'}
    const result = judge(readVerdictLog(input.bytes, args.log, reading), options)
    const report: JudgeReport = withChecksum({
      ...this.report(judgeOutcome(input, reading, options, result), flags.seed),
      command: 'judge' as const,
    })
    await writeJudge({...flags, out: this.reportPath(flags)}, report, result.outcomes)
    this.finish(report, judgeText(report, terminalOf(process.stdout)))
    return report
  }
}
