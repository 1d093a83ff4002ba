import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {attest, attestFlag} from '../src/cli/attest.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {GROUP} from '../src/cli/flags.js'
import {showPage} from '../src/cli/open-page.js'
import {repositoryFolder} from '../src/cli/repository.js'
import {terminalOf} from '../src/cli/terminal.js'
import {checkWritable, writeFileAtomic} from '../src/data/atomic-write.js'
import {readInput} from '../src/data/read-file.js'
import {CARD, REPORT_FORMATS, reportFormatOf, type ReportFormat} from '../src/render/formats.js'
import {readTrusted} from '../src/cli/trusted-report.js'
import {parseAnyReport} from '../src/documents/read-report.js'
import {renderReadReport} from '../src/render/renderers.js'
import type {AnyReport} from '../src/documents/reports.js'

export default class ReportCommand extends BaseCommand {
  static override summary = 'Show a report that surety wrote earlier, or write it in another format.'

  static override description =
    `Nothing is computed: text, HTML and Markdown are the same as the command itself would have written.`

  static override examples = [
    {description: 'read a report in the terminal', command: '<%= config.bin %> report report.json'},
    {
      description: 'for the card of a model on the Hugging Face hub',
      command: '<%= config.bin %> report report.json --out model-card:README.md',
    },
    {
      description: 'a page for people, and Markdown for a pull request',
      command: '<%= config.bin %> report report.json --out report.html --out report.md',
    },
  ]

  static override args = {
    report: Args.string({required: true, description: 'JSON that surety wrote with --out, --report or --json'}),
  }

  static override flags = fromEnvironment('report', {
    out: Flags.string({
      multiple: true,
      default: [],
      helpGroup: GROUP.output,
      description: `file to write, may be repeated; its end decides what, or a word before it: markdown:comment.txt. Formats: ${REPORT_FORMATS.join(', ')}`,
    }),
    attest: attestFlag(),
    open: Flags.boolean({
      helpGroup: GROUP.output,
      description: 'show the page',
    }),
    format: Flags.string({
      options: REPORT_FORMATS,
      default: 'terminal',
      helpGroup: GROUP.output,
      description: 'what stdout shows',
    }),
  })

  async run(): Promise<AnyReport> {
    const {args, flags} = await this.parse(ReportCommand)
    const outputs = flags.out.map(reportFormatOf)
    if (flags.open && !outputs.some(({format}) => format === 'html'))
      outputs.push({format: 'html', path: join(mkdtempSync(join(tmpdir(), 'surety-')), 'report.html')})
    for (const {path} of outputs) await checkWritable(path)
    // What is published or signed must not be an edited report.
    const trusted = flags.attest !== undefined || [flags.format, ...outputs.map(({format}) => format)].includes(CARD)
    const report = !trusted
      ? parseAnyReport((await readInput(args.report)).bytes, args.report)
      : await readTrusted(args.report)
    const place = {folder: await repositoryFolder()}
    const texts = outputs.map(({format, path}) => ({path, text: renderReadReport(report, args.report, format, place)}))
    const shown = renderReadReport(report, args.report, flags.format as ReportFormat, {
      ...place,
      ...terminalOf(process.stdout),
    })
    for (const {path, text} of texts) await writeFileAtomic(path, text)
    if (flags.attest !== undefined) await attest(flags.attest, report, [args.report, ...outputs.map(({path}) => path)])
    this.show(shown, report.notes)
    if (flags.open) await showPage(outputs.find(({format}) => format === 'html')!.path)
    return report
  }
}
