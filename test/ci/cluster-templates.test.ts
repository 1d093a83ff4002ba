import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import Sanitize from '../../commands/sanitize.js'
import {STAGES} from '../../src/sanitize/stage-names.js'

const ALL = [...STAGES, 'result']
const SHARED = ['sums', 'scores', 'after']

interface Job {
  apiVersion: string
  kind: string
  metadata: {name: string}
  spec: {
    suspend: boolean
    completions?: number
    parallelism?: number
    completionMode?: string
    template: {spec: {containers: [{args: [string]; env: {name: string; value?: string}[]}]}}
  }
}

interface Task {
  name: string
  template: string
  dependencies?: string[]
  withSequence?: object
  arguments: {parameters: [{name: string; value: string}]}
}

/** What the command line would get: every flag must be one of sanitize. */
function requireFlags(flags: string[]): void {
  const known = new Set([...Object.keys(Sanitize.flags), ...Object.keys(Sanitize.baseFlags)])
  const given = flags.filter((word) => word.startsWith('--')).map((word) => word.slice(2))
  expect(given.filter((name) => !known.has(name))).toEqual([])
  expect(given).toContain('resume')
}

describe('templates/kubernetes-stages.yaml', () => {
  const {items} = parse(readFileSync('templates/kubernetes-stages.yaml', 'utf8')) as {items: Job[]}

  it('has a suspended Job for every stage in order, the shared ones indexed by as many shards as their pods know of', () => {
    expect(items.map(({metadata}) => metadata.name)).toEqual(ALL.map((stage) => `surety-${stage}`))
    for (const {apiVersion, kind, metadata, spec} of items) {
      expect([apiVersion, kind, spec.suspend]).toEqual(['batch/v1', 'Job', true])
      const shards = spec.template.spec.containers[0].env.find(({name}) => name === 'SHARDS')!.value
      expect([spec.completionMode, spec.completions, spec.parallelism]).toEqual(
        SHARED.includes(metadata.name.slice('surety-'.length))
          ? ['Indexed', Number(shards), Number(shards)]
          : [undefined, undefined, undefined],
      )
    }
  })

  it.each(ALL)('its pods call surety for the stage %s as it is meant', (stage) => {
    const {args, env} = items[0]!.spec.template.spec.containers[0]
    const given = Object.fromEntries(env.flatMap(({name, value}) => (value === undefined ? [] : [[name, value]])))
    const {stdout} = spawnSync('/bin/sh', ['-c', args[0].replace('exec surety', 'printf "%s\\n"')], {
      encoding: 'utf8',
      env: {...given, JOB: `surety-${stage}`, JOB_COMPLETION_INDEX: '2'},
    })
    const words = stdout.trim().split('\n')
    requireFlags(words)
    expect(words.slice(0, 2)).toEqual(['sanitize', 'graph.npz'])
    expect(words[words.indexOf('--stage') + 1]).toBe(stage === 'result' ? 'sanitize' : stage)
    expect(words.includes('3/16')).toBe(SHARED.includes(stage))
  })
})

describe('templates/argo-stages.yaml', () => {
  const {spec} = parse(readFileSync('templates/argo-stages.yaml', 'utf8')) as {
    spec: {
      entrypoint: string
      arguments: {parameters: {name: string; value: string}[]}
      templates: [
        {
          name: string
          dag: {tasks: Task[]}
        },
        {name: string; inputs: {parameters: [{name: string}]}; container: {args: [string]}},
      ]
    }
  }
  const [stages, surety] = spec.templates

  it('runs every stage in order, one after the other, the shared ones by a sequence of shards', () => {
    expect([spec.entrypoint, spec.arguments.parameters[0]!.name]).toEqual([stages.name, 'shards'])
    expect(stages.dag.tasks.map(({name}) => name)).toEqual(ALL)
    for (const [k, {name, template, dependencies, withSequence, arguments: given}] of stages.dag.tasks.entries()) {
      expect([template, given.parameters[0].name]).toEqual([surety.name, surety.inputs.parameters[0].name])
      expect(dependencies).toEqual(k === 0 ? undefined : [ALL[k - 1]])
      expect(withSequence !== undefined).toBe(SHARED.includes(name))
      const {value} = given.parameters[0]
      requireFlags(surety.container.args[0].replace('{{inputs.parameters.flags}}', value).split(' '))
      if (name !== 'result') expect(value).toContain(`--stage ${name}`)
      expect(value.includes('--shard {{item}}/{{workflow.parameters.shards}}')).toBe(SHARED.includes(name))
    }
  })
})
