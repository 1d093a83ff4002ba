// same-report.mjs A B: exit 0 if two reports are the same text, the `run` block aside; else exit 1 with the first
// difference.
import {readFileSync} from 'node:fs'

const [a, b] = process.argv.slice(2, 4).map((path) => {
  const {run, ...report} = JSON.parse(readFileSync(path, 'utf8'))
  if (run === undefined || report.metrics === undefined) throw new Error(`${path} is not a report`)
  return JSON.stringify(report, null, 1).split('\n')
})
const at = a.findIndex((line, k) => line !== b[k])
if (at === -1 && a.length === b.length) {
  console.log(`the reports are the same: ${a.length} lines`)
} else {
  console.error(`the reports differ:\n  ${a[at] ?? 'nothing more'}\n  ${b[at] ?? 'nothing more'}`)
  process.exitCode = 1
}
