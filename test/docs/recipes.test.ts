import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {openNpz} from '../../src/data/npz.js'
import type {CertifyReport, SanitizeReport} from '../../src/documents/reports.js'
import {commandLine} from '../support/command-line.js'

const page = readFileSync('docs/recipes.md', 'utf8')
const blocks = [...page.matchAll(/```python\n([\s\S]*?)```/g)].map(([, code]) => code!)
const python = (code: string, cwd?: string) => spawnSync('python3', ['-c', code], {encoding: 'utf8', cwd})
const hasNumPy = python('import numpy').status === 0

const folder = mkdtempSync(join(tmpdir(), 'surety-recipes-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const run = (code: string) => {
  const {status, stderr} = python(code, folder)
  expect(stderr).toBe('')
  expect(status).toBe(0)
}
const report = async <R>(...args: string[]): Promise<R> => {
  const {stdout, stderr, code} = await commandLine(...args, '--json')
  expect(code, stdout + stderr).toBe(0)
  return JSON.parse(stdout) as R
}

describe('docs/recipes.md', () => {
  it('keeps every recipe to ten lines', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(10)
    for (const code of blocks) expect(code.trimEnd().split('\n').length, code).toBeLessThanOrEqual(10)
  })
})

describe.skipIf(!hasNumPy)(
  'docs/recipes.md in Python (skipped where NumPy is not installed)',
  {timeout: 240_000},
  () => {
    beforeAll(() => {
      for (const name of ['surety_states.py', 'surety_graph.py'])
        writeFileSync(join(folder, name), blocks.find((code) => code.startsWith(`# ${name}`))!)
    })

    it('every block is Python', () => {
      blocks.forEach((code, i) => writeFileSync(join(folder, `block_${i}.txt`), code))
      run(`import ast\nfor i in range(${blocks.length}): ast.parse(open(f'block_{i}.txt').read())`)
    })

    it('states saved in batches give the certificate of the same states in one file', async () => {
      const stored = resolve('fixtures/digits/digits-mlp-embeddings.npz')
      run(`
import numpy as np
from surety_states import save_states
stored = np.load(${JSON.stringify(stored)})
names = [name for name in stored.files if name not in ('labels', 'loss', 'probabilities')]
batches = lambda array: [array[i:i + 100] for i in range(0, len(array), 100)]
save_states('states.npz', {name: batches(stored[name]) for name in names}, list(stored['labels']), loss=batches(stored['loss']))
`)
      const [ours, theirs] = [
        await report<CertifyReport>('certify', join(folder, 'states.npz')),
        await report<CertifyReport>('certify', stored),
      ]
      expect(ours.metrics.layers.map(({name}) => name)).toEqual(theirs.metrics.layers.map(({name}) => name))
      expect(ours.metrics.cells).toEqual(theirs.metrics.cells)
    })

    it('the mean over tokens leaves padding out, as surety does with the mask of a model', () => {
      run(`
import numpy as np
from surety_states import mean_over_tokens
states = np.arange(24.0).reshape(2, 3, 4)
mask = np.array([[1, 1, 0], [1, 1, 1]])
assert np.array_equal(mean_over_tokens(states, mask), [states[0, :2].mean(0), states[1].mean(0)])
`)
    })

    it('a graph goes in and comes back with its nodes, features, labels and masks', async () => {
      const stored = resolve('fixtures/community-graph/small-community-graph.npz')
      run(`
import numpy as np
from surety_graph import save_graph
stored = np.load(${JSON.stringify(stored)})
n = int(stored['num_nodes'][0]) if 'num_nodes' in stored.files else len(stored['labels'])
edges = stored['edges_attacked']
both = np.concatenate([edges, edges[:, ::-1]]).T
features = np.zeros(tuple(stored['feat_shape']), np.float32)
for row in range(n):
    part = slice(stored['feat_indptr'][row], stored['feat_indptr'][row + 1])
    features[row, stored['feat_indices'][part]] = stored['feat_data'][part]
masks = {part: np.isin(np.arange(n), stored[f'{part}_idx']) for part in ('train', 'val', 'test')}
save_graph('graph.npz', both[0], both[1], features, stored['labels'], **masks)
np.savez('expected.npz', features=features, **masks)
`)
      const clean = join(folder, 'clean.pyg.npz')
      const ours = await report<SanitizeReport>('sanitize', join(folder, 'graph.npz'), '--out', clean)
      const theirs = await report<SanitizeReport>('sanitize', stored, '--edges', 'edges_attacked', '--dry-run')
      expect(ours.metrics.pruned).toBe(theirs.metrics.pruned)
      // Dense features are summed in another order than sparse ones: the last bit of a score may differ, its rank not.
      const ranked = ({metrics}: SanitizeReport) => metrics.top.map(({source, target, rank}) => [source, target, rank])
      expect(ranked(ours)).toEqual(ranked(theirs))
      run(`
import numpy as np
from surety_graph import load_graph
arrays, expected, graph = load_graph('clean.pyg.npz'), np.load('expected.npz'), np.load('graph.npz')
index = arrays['edge_index']
assert index.dtype == np.int64 and index.shape == (2, ${2 * (ours.metrics.edges - ours.metrics.pruned)})
pairs = set(map(tuple, index.T))
assert len(pairs) == index.shape[1] and all((v, u) in pairs for u, v in pairs) and pairs <= set(map(tuple, graph['edges']))
assert np.array_equal(arrays['x'], expected['features']) and np.array_equal(arrays['y'], graph['labels']) and int(arrays['num_nodes'][0]) == len(graph['labels'])
for part in ('train', 'val', 'test'): assert arrays[f'{part}_mask'].dtype == bool and np.array_equal(arrays[f'{part}_mask'], expected[part])
`)
      expect(openNpz(readFileSync(clean), clean).names).not.toContain('edge_weight')
    })
  },
)
