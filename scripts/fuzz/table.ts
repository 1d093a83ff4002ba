import {readFileSync} from 'node:fs'

/* npx tsx scripts/fuzz/table.ts results.jsonl: what run.ts --results wrote, as the table of docs/reliability.md. Of a target that ran twice the last counts. */

interface Result {
  target: string
  tried: number
  accepted: number
  refused: number
  findings: number
  slowestMs: number
  seconds: number
}

const results = new Map(
  readFileSync(process.argv[2]!, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Result)
    .map((result) => [result.target, result]),
)
const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`
process.stdout.write(
  row(['reader', 'inputs', 'accepted', 'refused', 'findings', 'slowest input', 'time']) +
    row(['---', ...new Array<string>(6).fill('---:')]),
)
for (const {target, tried, accepted, refused, findings, slowestMs, seconds} of results.values()) {
  process.stdout.write(
    row([
      target,
      ...[tried, accepted, refused, findings].map((count) => count.toLocaleString('en')),
      `${Math.round(slowestMs)} ms`,
      `${Math.round(seconds)} s`,
    ]),
  )
}
