import {createHash} from 'node:crypto'
import {appendFileSync, existsSync, mkdirSync, readFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {accuracyOfSeed, type SeedAccuracy, spreadOf} from '../../src/evaluate/measure.js'
import type {Spread} from '../../src/evaluate/types.js'
import type {NodeData} from '../../src/learn/model.js'
import {type ModelName, MODELS, nodeData} from '../../src/learn/models.js'
import type {OpenedCase} from './cases.js'

/** Raise it when a change of src/learn changes results. */
const TRAINER = 2

/** What a model is trained on: edges, or another matrix in the place of their adjacency, named. */
export type Trained = {edges: Uint32Array} | {name: string; make: () => Partial<NodeData>; edges: Uint32Array}

/**
 * Accuracies of trainings, each looked up in a file of JSON lines before it is run, so that a run that was stopped goes
 * on where it was and several processes can share the work: a line is appended in one write, and the file is read again
 * before each training. The key holds everything that decides a result: graph, split, edges, model, its settings, seed.
 */
export class Trainings {
  private readonly known = new Map<string, SeedAccuracy>()
  private read = 0
  run = 0

  constructor(private readonly file: string) {
    mkdirSync(dirname(file), {recursive: true})
    this.refresh()
  }

  /** Accuracy on the targets where there are some, else on the test nodes. */
  judged(on: OpenedCase, model: ModelName, seeds: number, what: Trained): Spread {
    return this.both(on, model, seeds, what).judged
  }

  /** The same, and the accuracy on the validation nodes, by which a defender can choose. */
  both(on: OpenedCase, model: ModelName, seeds: number, what: Trained): {judged: Spread; validation: Spread} {
    const values: number[] = []
    const validation: number[] = []
    let data: NodeData | null = null
    for (let seed = 0; seed < seeds; seed++) {
      const key = keyOf(on, model, seed, what)
      let found = this.known.get(key)
      if (found === undefined) {
        this.refresh()
        found = this.known.get(key)
      }
      if (found === undefined) {
        const {nodes, features, classes} = on.graph
        data ??= {...nodeData(nodes, what.edges, features, classes), ...('make' in what ? what.make() : {})}
        const start = performance.now()
        found = accuracyOfSeed({...on, model}, data, seed)
        this.run++
        appendFileSync(
          this.file,
          `${JSON.stringify({key, graph: on.name, model, seed, ...found, seconds: Number(((performance.now() - start) / 1000).toFixed(2))})}\n`,
        )
        this.known.set(key, found)
      }
      values.push(on.targets === null ? found.test : found.targets!)
      validation.push(found.validation)
    }
    return {judged: spreadOf(values), validation: spreadOf(validation)}
  }

  private refresh(): void {
    if (!existsSync(this.file)) return
    const text = readFileSync(this.file, 'utf8')
    const end = text.lastIndexOf('\n') + 1
    for (const line of text.slice(this.read, end).split('\n')) {
      if (line === '') continue
      const {key, ...found} = JSON.parse(line) as SeedAccuracy & {key: string}
      this.known.set(key, found)
    }
    this.read = end
  }
}

function keyOf({name, split}: OpenedCase, model: ModelName, seed: number, what: Trained): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([TRAINER, name, model, MODELS[model].training, seed, 'name' in what ? what.name : null]))
  for (const part of [split.train, split.validation, what.edges]) hash.update(part)
  return hash.digest('hex').slice(0, 32)
}
