import {mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {targetOf} from '../../test/fuzz/targets/index.js'
import {fuzz, type Tally} from './campaign.js'
import {Coverage} from './coverage.js'
import {findingKey, outcomeOf} from './outcome.js'
import {HEADER_BYTES, writeHeader} from './current-input.js'

/*
 * One target in a process of its own: what it reads may end it or keep it busy for ever. The input is written to
 * `--current` before it is read, so that the parent has it whatever happens. The last line of stdout is the result as
 * JSON.
 */

const {values} = parseArgs({
  options: {
    target: {type: 'string'},
    count: {type: 'string'},
    seed: {type: 'string'},
    blind: {type: 'boolean'},
    current: {type: 'string'},
    findings: {type: 'string'},
    one: {type: 'string'},
  },
})
const target = await targetOf(values.target!)
const folder = mkdtempSync(join(tmpdir(), 'surety-fuzz-'))
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))
const printed = captureOutput()
const read = await target.open(folder)
const keys = new Map<string, number>()

function save(bytes: Uint8Array, finding: {what: string; stack: string}): void {
  const key = findingKey(finding)
  keys.set(key, (keys.get(key) ?? 0) + 1)
  if (keys.get(key)! > 1) return
  const at = join(values.findings!, target.name)
  mkdirSync(at, {recursive: true})
  const name = `${values.seed}-${keys.size}`
  writeFileSync(join(at, name), bytes)
  writeFileSync(join(at, `${name}.txt`), `${finding.what}\n${finding.stack}\n`)
}

let late = ''
process.on(
  'unhandledRejection',
  (error) => (late = `unhandled rejection: ${error instanceof Error ? error.stack : String(error)}`),
)

const checked = async (bytes: Uint8Array) => {
  printed.length = 0
  await read(bytes)
}
const complaint = () => {
  const what = late !== '' ? late : printed.length > 0 ? `printed: ${printed.join('').slice(0, 300)}` : ''
  late = ''
  printed.length = 0
  return what
}

if (values.one !== undefined) {
  const outcome = await outcomeOf(checked, readFileSync(values.one))
  const what = complaint()
  process.stdout.write(`${JSON.stringify(what === '' ? outcome : {kind: 'finding', what, stack: ''})}\n`)
} else {
  const file = openSync(values.current!, 'w')
  const header = Buffer.alloc(HEADER_BYTES)
  let last: Uint8Array = new Uint8Array(0)
  const onInput = (bytes: Uint8Array, tally: Tally) => {
    const what = complaint()
    if (what !== '') {
      tally.findings++
      save(last, {what, stack: ''})
    }
    last = bytes
    writeSync(file, bytes, 0, bytes.length, HEADER_BYTES)
    writeHeader(header, {...tally, bytes: bytes.length})
    writeSync(file, header, 0, HEADER_BYTES, 0)
  }
  const coverage = values.blind === true ? null : new Coverage()
  const start = performance.now()
  const tally = await fuzz({
    target,
    read: checked,
    seed: Number(values.seed),
    count: Number(values.count),
    coverage,
    onInput,
    onFinding: save,
  })
  process.stdout.write(
    `${JSON.stringify({...tally, ways: coverage?.ways ?? null, seconds: (performance.now() - start) / 1000, kinds: Object.fromEntries(keys)})}\n`,
  )
}
process.exit()

/** What a reader prints: nothing may. */
function captureOutput(): string[] {
  const lines: string[] = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    console[method] = (...parts: unknown[]) => void lines.push(parts.map(String).join(' '))
  process.stderr.write = (text: string | Uint8Array) => lines.push(String(text)) > 0
  return lines
}
