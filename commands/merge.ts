import {constants} from 'node:buffer'
import {Args, Flags} from '@oclif/core'
import {mergeShares} from '../src/certify/shards.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {fromEnvironment, GROUP} from '../src/cli/flags.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {readInput} from '../src/data/read-file.js'
import {certifyHtml} from '../src/report/html/certify.js'
import {toJson} from '../src/report/json.js'
import {parsePartial} from '../src/report/read-partial.js'
import type {CertifyReport} from '../src/report/reports.js'
import {type PartialFile, shardSet, type ShardSet} from '../src/report/shard-set.js'
import {certifyText} from '../src/report/terminal/certify.js'
import {VERSION} from '../src/version.js'

export default class Merge extends BaseCommand {
  static override summary = 'Join the partial results of all shards into the report of one run.'

  static override description = `The report is the one that the same command gives without --shard, except the run block. Partial results of different
runs, versions or inputs are refused, and so is a set with a shard missing. Neither the model nor the data is needed.`

  static override examples = [{description: 'four shards of certify', command: '<%= config.bin %> merge part-1.json part-2.json part-3.json part-4.json --out report.json'}]

  static override strict = false

  static override args = {partials: Args.string({required: true, description: 'the files that --shard wrote, one for each shard, in any order'})}

  static override flags = fromEnvironment({
    out: Flags.string({helpGroup: GROUP.output, description: 'write the report as JSON'}),
    html: Flags.string({helpGroup: GROUP.output, description: 'write the report as one self-contained HTML file'}),
  })

  async run(): Promise<CertifyReport> {
    const {argv, flags} = await this.parse(Merge)
    const files: PartialFile[] = []
    for (const path of argv as string[]) files.push({path, partial: parsePartial((await readInput(path, constants.MAX_STRING_LENGTH)).bytes, path)})
    const set = shardSet(files, VERSION)
    const report = this.join(set)
    if (flags.out !== undefined) await writeFileAtomic(flags.out, toJson(report))
    if (flags.html !== undefined) await writeFileAtomic(flags.html, certifyHtml(report))
    this.finish(report, certifyText(report, terminalOf(process.stdout)), set.remarks)
    return report
  }

  private join(set: ShardSet): CertifyReport {
    switch (set.command) {
      case 'certify':
        return this.certify(set)
    }
  }

  private certify({files, engine, notes}: ShardSet): CertifyReport {
    const {inputs, config, seed} = files[0]!.partial
    const merged = mergeShares(files.map(({path, partial}) => ({place: path, share: partial})))
    return {
      ...this.report({inputs, config, engine: {report: engine, threads: 1}, metrics: merged.metrics, verdict: merged.verdict, notes: [...notes, ...merged.notes]}, seed),
      command: 'certify',
      ...(merged.evidence === null ? {} : {evidence: merged.evidence}),
    }
  }
}
