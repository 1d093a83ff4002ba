/**
 * What sanitize is worth at its defaults, the same for every graph: accuracy clean, attacked and sanitized, the aim,
 * and what was published.
 *
 *   npx tsx bench/defence.ts [--folder ../shared/data/graphs] [--graphs cora_meta_0.25,…] [--models gcn,sgc,gat] [--seeds 5]
 *                            [--compare [--budgets 0.05,0.1,0.2,0.3] [--controls −cosine,GCN-Jaccard]] [--repair 1,2 [--enough 5]]
 *                            [--without-graph] [--cache surety-out/defence.jsonl]
 *
 * --compare trains on every control at every setting too, and prints three tables: the best setting of each control for
 * the whole suite, its best on each graph, both chosen with the test labels, which a defender does not have, and the one
 * that the accuracy on the validation nodes chooses on each graph, which a defender does have. --repair adds a column for each number of edges that repair may add to a
 * node (3 --enough 5: what --defend does). Names that are not case are files of `surety attack` in the folder. --without-graph adds what a model reaches that never sees the graph: no edges, and 10
 * nearest neighbours by features. Clean graphs are judged by what the defaults cost. A training is never run twice: see Trainings.
 */
import {parseArgs} from 'node:util'
import {areaUnderRoc} from '../src/stats/ranking.js'
import {nearestNeighbours} from '../src/evaluate/no-graph.js'
import {membership} from '../src/evaluate/rankings.js'
import type {Spread} from '../src/evaluate/types.js'
import type {Graph} from '../src/graph/types.js'
import {MODEL_NAMES, type ModelName} from '../src/learn/models.js'
import {selectEngine} from '../src/pairwise/select.js'
import {allBlocks, solveBlocks} from '../src/sanitize/kernel-scores.js'
import {repairEdges} from '../src/sanitize/repair.js'
import {concludeScores, type SanitizeResult, withSolver} from '../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../src/sanitize/settings.js'
import {withAdded} from '../src/sanitize/summary.js'
import {random} from '../src/stats/random.js'
import {CASES, openCase, type OpenedCase} from './defence/cases.js'
import {controlDefences} from './defence/defences.js'
import {head, mean, row, text} from './defence/tables.js'
import {Trainings} from './defence/trainings.js'

const {values} = parseArgs({
  options: {
    folder: {type: 'string', default: '../shared/data/graphs'},
    graphs: {type: 'string', default: Object.keys(CASES).join(',')},
    models: {type: 'string', default: 'gcn'},
    seeds: {type: 'string', default: '5'},
    compare: {type: 'boolean', default: false},
    budgets: {type: 'string', default: '0.05,0.1,0.2,0.3'},
    controls: {type: 'string'},
    repair: {type: 'string', default: ''},
    enough: {type: 'string', default: 'Infinity'},
    'without-graph': {type: 'boolean', default: false},
    cache: {type: 'string', default: 'surety-out/defence.jsonl'},
  },
})
const models = values.models.split(',').map((name) => {
  if (!(MODEL_NAMES as string[]).includes(name))
    throw new Error(`no model '${name}'; there are ${MODEL_NAMES.join(', ')}`)
  return name as ModelName
})
const seeds = Number(values.seeds)
const repairs = values.repair === '' ? [] : values.repair.split(',').map(Number)
const trainings = new Trainings(values.cache)

type Measured = ReturnType<Trainings['both']>

/** Accuracies of one graph and model, from which every table is made. */
interface Line {
  graph: string
  model: ModelName
  sanitized: Spread
  /** by control, then by setting */
  controls: Map<string, Map<string, Measured>>
}

const OPTIONS: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}
const {engine, threads} = await selectEngine('cpu')
const lines: Line[] = []
console.log(
  head([
    'graph',
    'model',
    'clean',
    'given',
    'sanitized',
    ...repairs.map((k) => `repaired, ${k}`),
    'recovered',
    ...(values['without-graph'] ? ['no edges', 'nearest neighbours'] : []),
    'pruned',
    'added edges removed',
    'AUC',
    'aim',
    'published',
  ]),
)
for (const name of values.graphs.split(',')) {
  const opened = await openCase(values.folder, name)
  const {result, repaired} = await clean(opened.graph)
  for (const model of models) lines.push(lineOf(opened, model, result, repaired))
}
await engine.close()
if (values.compare)
  for (const model of models)
    printComparison(lines.filter((line) => line.model === model && CASES[line.graph]?.attacked !== false))
console.error(`${trainings.run} trainings were run, the others looked up in ${values.cache}`)

/** The result at the defaults, and its edges with what --repair would add. */
function clean(graph: Graph): Promise<{result: SanitizeResult; repaired: Uint32Array[]}> {
  return withSolver(graph, OPTIONS, engine, {threads}, async (prepared, solver) => {
    const result = await concludeScores(prepared, solver, await solveBlocks(solver, allBlocks(solver)))
    return {
      result,
      repaired: repairs.map((k) =>
        withAdded(
          result.edges,
          repairEdges(
            graph.edges,
            result.scores.pruned,
            prepared.sources[0]!,
            k,
            random(OPTIONS.seed),
            Number(values.enough),
          ).added,
        ),
      ),
    }
  })
}

function lineOf(opened: OpenedCase, model: ModelName, result: SanitizeResult, repaired: readonly Uint32Array[]): Line {
  const {graph, clean: before, added, about, name} = opened
  const {scores, metrics} = result
  const measure = (edges: Uint32Array) => trainings.judged(opened, model, seeds, {edges})
  const unharmed = before === null ? null : measure(before)
  const given = measure(graph.edges)
  const sanitized = measure(result.edges)
  const lost = unharmed === null ? 0 : unharmed.mean - given.mean
  const recovered = lost > 0 ? (sanitized.mean - given.mean) / lost : null
  const auc = added === null ? null : areaUnderRoc(membership(graph.edges, added, graph.nodes), scores.score)
  console.log(
    row([
      name,
      model,
      text(unharmed),
      text(given),
      `**${text(sanitized)}**`,
      ...repaired.map((edges) => text(measure(edges))),
      recovered === null ? '–' : `${(100 * recovered).toFixed(0)} %`,
      ...(values['without-graph'] ? withoutGraph(opened, model) : []),
      `${(100 * metrics.cut.share).toFixed(1)} %`,
      foundText(opened, result),
      auc?.toFixed(3) ?? '–',
      verdict(about.aim, given, sanitized, recovered, auc),
      about.published ?? '–',
    ]),
  )
  const controls: Line['controls'] = new Map()
  if (values.compare && before !== null) {
    for (const {control, setting, what} of controlDefences(opened, scores, values.budgets.split(',').map(Number))) {
      if (
        (model === 'gat' && 'make' in what) ||
        (values.controls !== undefined && !values.controls.split(',').includes(control))
      )
        continue
      controls.set(
        control,
        (controls.get(control) ?? new Map<string, Measured>()).set(setting, trainings.both(opened, model, seeds, what)),
      )
    }
  }
  return {graph: name, model, sanitized, controls}
}

/** What never sees the graph is the same for every attack on one graph, but for the nodes that are graded. */
function withoutGraph(opened: OpenedCase, model: ModelName): string[] {
  const on = {...opened, name: opened.targets === null ? opened.name.split('_')[0]! : opened.name}
  const {features} = opened.graph
  return [
    text(trainings.judged(on, model, seeds, {edges: new Uint32Array(0)})),
    features === null ? '–' : text(trainings.judged(on, model, seeds, {edges: nearestNeighbours(features)})),
  ]
}

/** Of the added edges how many went, and their share of what went. */
function foundText({graph, added}: OpenedCase, {scores}: SanitizeResult): string {
  if (added === null) return '–'
  const isAdded = membership(graph.edges, added, graph.nodes)
  const all = isAdded.reduce((sum, x) => sum + x, 0)
  const hits = isAdded.reduce((sum, x, e) => sum + (x & scores.pruned[e]!), 0)
  const gone = scores.pruned.reduce((sum, x) => sum + x, 0)
  return `${hits} of ${all}${gone === 0 ? '' : ` (${((100 * hits) / gone).toFixed(0)} % of the removed)`}`
}

/** Each aim with ✓ or how much is missing. */
function verdict(
  aim: (typeof CASES)[string]['aim'],
  given: Spread,
  sanitized: Spread,
  recovered: number | null,
  auc: number | null,
): string {
  const parts: string[] = []
  const judge = (name: string, value: number, limit: number, digits: number) =>
    parts.push(`${name} ≥ ${limit.toFixed(digits)} ${value >= limit ? '✓' : `✗ (${(value - limit).toFixed(digits)})`}`)
  if (aim?.atLeast !== undefined) judge('accuracy', 100 * sanitized.mean, 100 * aim.atLeast, 1)
  if (aim?.above !== undefined) judge('gain', 100 * (sanitized.mean - given.mean), 100 * aim.above, 1)
  if (aim?.recovered !== undefined && recovered !== null) judge('recovered', 100 * recovered, 100 * aim.recovered, 0)
  if (aim?.auc !== undefined && auc !== null) judge('AUC', auc, aim.auc, 2)
  return parts.join('; ')
}

/** Each control at the one setting that is best on the mean over the graphs, at its best on every graph, and by validation. */
function printComparison(of: readonly Line[]): void {
  if (of.length === 0) return
  const graphs = of.map(({graph}) => graph)
  const own = of.map(({sanitized}) => sanitized)
  const line = (name: string, setting: string, at: readonly Spread[]) =>
    row([name, setting, ...at.map(text), `${(100 * mean(at.map((one) => one.mean))).toFixed(1)}`])
  const names = [...of[0]!.controls.keys()].filter((name) => of.every(({controls}) => controls.has(name)))
  const rows = names.map((name) => {
    const tables = of.map(({controls}) => controls.get(name)!)
    const settings = [...tables[0]!.keys()]
    const onSuite = settings
      .map((setting) => ({setting, at: tables.map((table) => table.get(setting)!.judged)}))
      .reduce((a, b) => (mean(b.at.map((s) => s.mean)) > mean(a.at.map((s) => s.mean)) ? b : a))
    const best = (by: keyof Measured) =>
      tables.map((table) => [...table.values()].reduce((a, b) => (b[by].mean > a[by].mean ? b : a)).judged)
    return {name, onSuite, onEach: best('judged'), onValidation: best('validation')}
  })
  console.log(
    `\n${of[0]!.model}, one setting for the whole suite\n\n${head(['defence', 'setting', ...graphs, 'mean'])}`,
  )
  console.log(line('**sanitize**', 'defaults', own))
  for (const {name, onSuite} of rows) console.log(line(name, onSuite.setting, onSuite.at))
  console.log(`\n${of[0]!.model}, the best setting of each graph\n\n${head(['defence', 'setting', ...graphs, 'mean'])}`)
  console.log(line('**sanitize**', 'defaults', own))
  for (const {name, onEach} of rows) console.log(line(name, 'best of each', onEach))
  console.log(
    `\n${of[0]!.model}, the setting that the validation nodes choose on each graph\n\n${head(['defence', 'setting', ...graphs, 'mean'])}`,
  )
  console.log(line('**sanitize**', 'defaults', own))
  for (const {name, onValidation} of rows) console.log(line(name, 'by validation', onValidation))
}
