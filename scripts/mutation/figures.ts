import {readFileSync} from 'node:fs'
import {relative} from 'node:path'
import {clopperPearsonLower, clopperPearsonUpper} from '../../src/stats/clopper-pearson.js'

/** A mutant with its result, as of draw.mjs. Lines and columns from 0. */
interface Mutant {
  fileName: string
  location: {start: {line: number; column: number}; end: {line: number; column: number}}
  mutatorName: string
  replacement: string
  status: string
}

/**
 * A mutant that no test can notice, found by its line and what stands there instead, so that it survives changes
 * elsewhere in the file.
 */
interface Equivalent {
  file: string
  line: string
  replacement: string
  reason: string
}

const KILLED = ['Killed', 'Timeout']
const SURVIVED = ['Survived', 'NoCoverage']

/**
 * Per room the share of the mutants tried that a test noticed, then every one that none did. `all`: every mutant there
 * is.
 */
export function printFigures(
  all: readonly Pick<Mutant, 'fileName'>[],
  mutants: readonly Mutant[],
  equivalents: readonly Equivalent[],
): void {
  console.log(
    '| room | mutants | tried | killed | of these by time | survived | equivalent | share killed (95 %) | without equivalents (95 %) |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|')
  const survivors: [string, Mutant][] = []
  for (const room of [...new Set(all.map(roomOf))].sort()) {
    const own = mutants.filter((mutant) => roomOf(mutant) === room)
    const killed = own.filter(({status}) => KILLED.includes(status)).length
    const late = own.filter(({status}) => status === 'Timeout').length
    const survived = own.filter(({status}) => SURVIVED.includes(status))
    const marked = survived.map((mutant) => [reasonOf(mutant, equivalents), mutant] as [string, Mutant])
    const equivalent = marked.filter(([reason]) => reason !== '').length
    survivors.push(...marked)
    const tried = killed + survived.length
    console.log(
      `| ${[room, all.filter((mutant) => roomOf(mutant) === room).length, tried, killed, late, survived.length, equivalent, share(killed, tried), share(killed, tried - equivalent)].join(' | ')} |`,
    )
  }
  console.log('\nSurvivors')
  for (const [reason, mutant] of survivors) {
    const {
      fileName,
      location: {start, end},
      mutatorName,
      replacement,
      status,
    } = mutant
    console.log(
      `${relative(process.cwd(), fileName)}:${start.line + 1}:${start.column + 1}-${end.line + 1}:${end.column + 1} ${mutatorName}${status === 'NoCoverage' ? ' (not covered)' : ''}${reason === '' ? '' : ` (equivalent: ${reason})`}\n- ${textOf(mutant)}\n+ ${replacement}`,
    )
  }
  const failed = mutants.filter(({status}) => ![...KILLED, ...SURVIVED].includes(status))
  if (failed.length > 0)
    console.log(`\n${failed.length} without a result: ${failed.map(({status}) => status).join(', ')}`)
}

/** k of n with the two-sided 95 % Clopper–Pearson interval. */
const share = (k: number, n: number) =>
  n === 0
    ? '–'
    : `${percent(k / n)} (${percent(clopperPearsonLower(k, n, 0.025))}–${percent(clopperPearsonUpper(k, n, 0.025))})`
const percent = (x: number) => `${(100 * x).toFixed(1)} %`

const roomOf = ({fileName}: Pick<Mutant, 'fileName'>) => /src[/\\](\w+)/.exec(fileName)![1]!
const linesOf = ({fileName}: Mutant) => readFileSync(fileName, 'utf8').split('\n')

function textOf(mutant: Mutant): string {
  const {start, end} = mutant.location
  const lines = linesOf(mutant).slice(start.line, end.line + 1)
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column)
  lines[0] = lines[0]!.slice(start.column)
  return lines.join('\n')
}

function reasonOf(mutant: Mutant, equivalents: readonly Equivalent[]): string {
  const file = relative(process.cwd(), mutant.fileName)
  const line = linesOf(mutant)[mutant.location.start.line]!.trim()
  return (
    equivalents.find((one) => one.file === file && one.line === line && one.replacement === mutant.replacement)
      ?.reason ?? ''
  )
}
