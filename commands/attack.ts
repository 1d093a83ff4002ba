import {availableParallelism} from 'node:os'
import {Args, Flags, type Interfaces} from '@oclif/core'
import {ATTACK_DEFAULTS, type AttackMethod} from '../src/attack/types.js'
import {type AttackRequest, requireProcessor, runAttack} from '../src/cli/attack-run.js'
import {BaseCommand} from '../src/cli/base-command.js'
import {fromEnvironment} from '../src/cli/environment.js'
import {force, GROUP, names, number, outputFile, requireAbsent} from '../src/cli/flags.js'
import {readingFlags, readingOf, readOptionsOf} from '../src/cli/reading-flags.js'
import {terminalOf} from '../src/cli/terminal.js'
import {writeFileAtomic} from '../src/data/atomic-write.js'
import {UsageError} from '../src/errors.js'
import {toJson} from '../src/frame/json.js'
import type {AttackReport} from '../src/documents/reports.js'
import {attackText} from '../src/render/terminal/attack.js'

export default class Attack extends BaseCommand {
  static override summary = 'Change edges of a graph as an adversary would, to test defences.'

  static override description =
    `Uses a budget of edge changes to make a graph network perform worse, and writes the graph before and after with the changes,
so that a defence can be graded: surety sanitize attacked.npz --edges edges_attacked --truth edges_added.`

  static override examples = [
    {
      description: 'a quarter of the edges by meta-gradient',
      command: '<%= config.bin %> attack graph.npz --method metattack --budget 0.25 --out attacked.npz',
    },
    {
      description: 'five edges at each of three nodes',
      command:
        '<%= config.bin %> attack graph.npz --method nettack --target-nodes 3,17,40 --per-target 5 --out attacked.npz',
    },
    {
      description: 'an attacker who knows the defence',
      command: '<%= config.bin %> attack graph.npz --method metattack --count 100 --adaptive 1 --out attacked.npz',
    },
  ]

  static override args = {
    graph: Args.string({required: true, description: 'any graph that surety sanitize reads'}),
  }

  static override flags = fromEnvironment('attack', {
    ...readingFlags,
    method: Flags.string({
      options: ['random', 'dice', 'pgd', 'metattack', 'nettack'],
      required: true,
      helpGroup: GROUP.method,
      description: 'how edges are chosen, from weak to strong; nettack attacks single nodes',
    }),
    budget: number({
      min: 0,
      max: 1,
      helpGroup: GROUP.method,
      exclusive: ['count'],
      description: 'edges to change, as a share of all',
    }),
    count: Flags.integer({min: 1, helpGroup: GROUP.method, description: 'edges to change'}),
    targets: Flags.string({
      helpGroup: GROUP.method,
      exclusive: ['target-nodes'],
      description: 'array of the npz with the nodes to attack',
    }),
    'target-nodes': names({helpGroup: GROUP.method, description: 'nodes to attack, comma-separated'}),
    'per-target': Flags.integer({
      min: 1,
      default: ATTACK_DEFAULTS.perTarget,
      helpGroup: GROUP.method,
      description: 'nettack: edges to change at each target',
    }),
    adaptive: number({
      min: 0,
      max: 1000,
      default: ATTACK_DEFAULTS.adaptive,
      helpGroup: GROUP.method,
      description:
        "metattack, nettack: weight of the defence's suspicion against the gain; 0: attacker does not know the defence",
    }),
    'degree-test': Flags.boolean({
      default: ATTACK_DEFAULTS.degreeTest,
      helpGroup: GROUP.method,
      description: 'metattack, nettack: refuse changes that are noticeable in the degree distribution',
    }),
    'flips-per-step': Flags.integer({
      min: 1,
      default: ATTACK_DEFAULTS.flipsPerStep,
      helpGroup: GROUP.method,
      description: 'metattack: edges changed per gradient; more is faster and weaker',
    }),
    iterations: Flags.integer({
      min: 1,
      default: ATTACK_DEFAULTS.iterations,
      helpGroup: GROUP.method,
      description: 'pgd: gradient steps',
    }),
    candidates: Flags.integer({
      min: 1,
      default: ATTACK_DEFAULTS.candidates,
      helpGroup: GROUP.method,
      description: 'pgd: pairs considered per step; memory grows with it',
    }),
    out: outputFile({required: true, helpGroup: GROUP.output, description: 'write the attacked graph, as npz'}),
    force: force(),
    report: outputFile({helpGroup: GROUP.output, description: 'write the report as JSON'}),
  })

  async run(): Promise<AttackReport> {
    const {args, flags} = await this.parse(Attack)
    requireProcessor(flags)
    if (!flags.out.toLowerCase().endsWith('.npz'))
      throw new UsageError(`${flags.out}: an attacked graph is written as npz`, ['name a file that ends with .npz'])
    if (!flags.force) requireAbsent(flags.out)
    const {outcome, written} = await runAttack(
      requestOf(args.graph, flags),
      flags.seed,
      flags.threads ?? availableParallelism(),
      this.progress.update,
    )
    const report: AttackReport = {...this.report(outcome, flags.seed), command: 'attack'}
    if (flags.report !== undefined) await writeFileAtomic(flags.report, toJson(report))
    await writeFileAtomic(flags.out, written.bytes)
    this.finish(report, attackText(report, terminalOf(process.stdout)))
    return report
  }
}

function requestOf(graph: string, flags: Interfaces.InferredFlags<typeof Attack.flags>): AttackRequest {
  const targeted = flags.method === 'nettack'
  if (!targeted && flags.budget === undefined && flags.count === undefined)
    throw new UsageError(`${flags.method} needs a budget`, ['give --budget 0.05 for a share of the edges, or --count'])
  if (targeted && (flags.budget !== undefined || flags.count !== undefined))
    throw new UsageError('the budget of nettack is per target', ['use --per-target instead of --budget and --count'])
  const names = flags['target-nodes']
  const {largestComponent, ...reading} = readingOf(flags)
  return {
    graph,
    reading: readOptionsOf(reading),
    largestComponent,
    targets: flags.targets !== undefined ? {array: flags.targets} : names !== undefined ? {names} : null,
    budget:
      flags.budget !== undefined ? {share: flags.budget} : flags.count !== undefined ? {count: flags.count} : null,
    options: {
      method: flags.method as AttackMethod,
      perTarget: flags['per-target'],
      adaptive: flags.adaptive,
      degreeTest: flags['degree-test'],
      flipsPerStep: flags['flips-per-step'],
      iterations: flags.iterations,
      candidates: flags.candidates,
    },
  }
}
