import {spawnSync} from 'node:child_process'
import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'

const PYTHONS = ['/usr/bin/python3', 'python3']
const has = (python: string, name: string) =>
  spawnSync(python, ['-c', `import importlib.util as u; exit(u.find_spec('${name}') is None)`]).status === 0
const withTorch = PYTHONS.find((python) => has(python, 'torch') && has(python, 'numpy'))
const withNumPy = PYTHONS.find((python) => has(python, 'numpy'))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-python-'))
  copyFileSync('templates/surety.py', join(folder, 'surety.py'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function python(code: string, by = withNumPy!): string {
  writeFileSync(join(folder, 'script.py'), code)
  const command = `${process.execPath} ${resolve('bin/run.js')}`
  const {status, stdout, stderr} = spawnSync(by, ['script.py'], {
    cwd: folder,
    encoding: 'utf8',
    env: {...process.env, SURETY_COMMAND: command, NO_COLOR: '1', OMP_NUM_THREADS: '1'},
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
}

it('templates/surety.py is about a hundred lines, and the page names what it has', () => {
  const code = readFileSync('templates/surety.py', 'utf8')
  expect(code.split('\n').length).toBeLessThan(150)
  const page = readFileSync('docs/python.md', 'utf8')
  for (const [, name] of code.matchAll(/^def (\w+)/gm)) if (name !== 'command') expect(page).toContain(`${name}(`)
})

describe.skipIf(withNumPy === undefined)('templates/surety.py with NumPy (skipped where there is none)', () => {
  it('calls surety, gives its report, and raises what surety refuses', {timeout: 120_000}, () => {
    const states = resolve('fixtures/digits/digits-mlp-embeddings.npz')
    const out = python(`
import numpy as np, surety
stored = np.load(${JSON.stringify(states)})
layers = {name: stored[name] for name in ('h1', 'h2')}
surety.save_states('states.npz', layers, stored['labels'], logits=stored['logits'])
report = surety.certify('states.npz', bootstrap=0, examples=0, eta=[0.25, 0.5], html='page.html')
print([layer['name'] for layer in report['metrics']['layers']], sorted({cell['eta'] for cell in report['metrics']['cells']}))
print(round(report['metrics']['accuracy'], 4) == round(float((stored['logits'].argmax(1) == stored['labels']).mean()), 4))
print(type(surety.show('page.html')).__name__, 'srcdoc' in str(getattr(surety.show('page.html'), 'data', surety.show('page.html'))))
for wrong in (lambda: surety.certify('nothing.npz'), lambda: surety.save_states('x.npz', {'labels': layers['h1']}, stored['labels'], logits=stored['logits']),
              lambda: surety.save_states('x.npz', {'h1': layers['h1'][:5]}, stored['labels'], logits=stored['logits']), lambda: surety.save_states('x.npz', layers, stored['labels'])):
    try: wrong()
    except (surety.SuretyError, ValueError) as error: print(type(error).__name__, str(error).split(chr(10))[0])
`)
    const lines = out.trimEnd().split('\n')
    expect(lines.slice(0, 2)).toEqual(["['h1', 'h2', 'logits'] [0.25, 0.5]", 'True'])
    expect(lines[2]).toMatch(/^(str|HTML) True$/)
    expect(lines.slice(3)).toEqual([
      'SuretyError error: nothing.npz: there is no such file',
      'ValueError no layer may be called labels: surety reads it as something else',
      expect.stringMatching(/^ValueError every array has one row an example/),
      'ValueError give exactly one of logits, probabilities and loss',
    ])
  })
})

describe.skipIf(withTorch === undefined)('templates/surety.py with PyTorch (skipped where there is none)', () => {
  it('the example of docs/python.md prints what it says', {timeout: 120_000}, () => {
    const page = readFileSync('docs/python.md', 'utf8')
    const code = /```python\n([\s\S]*?)```/.exec(page)![1]!
    const shown = /\$ python3 certify_model\.py\n([\s\S]*?)```/.exec(page)![1]!
    expect(python(code, withTorch)).toBe(shown)
  })

  it('keeps the states of the modules as they were, whatever is done in place later, in evaluation mode', () => {
    const out = python(
      `
import numpy as np, torch, surety
torch.manual_seed(1)
first, last = torch.nn.Linear(4, 6), torch.nn.Linear(6, 2)
model = torch.nn.Sequential(first, torch.nn.ReLU(inplace=True), torch.nn.Dropout(0.9), last)
model[2].train(); first.eval()
x, y = torch.randn(10, 4), torch.arange(10) % 2
states, outputs, labels = surety.torch_states(model, [(x[:7], y[:7]), (x[7:], y[7:])], ['0', '1'])
h = first(x).detach().numpy()
print(np.array_equal(states['0'], h), np.array_equal(states['1'], h.clip(0)), labels.tolist() == y.tolist())
print(np.allclose(outputs, last(torch.relu(first(x))).detach().numpy()), [m.training for m in model.modules()])
pooled, _, _ = surety.torch_states(model, [(x, y)], ['0'], pool=lambda s: s.mean(1, keepdim=True))
print(pooled['0'].shape)
print(surety.torch_states(torch.nn.GRU(4, 3, batch_first=True), [(torch.randn(5, 2, 4), y[:5])], ['']) [0][''].shape)
class Twice(torch.nn.Module):
    def __init__(self):
        super().__init__(); self.a = torch.nn.Linear(4, 4); self.b = torch.nn.Linear(4, 2); self.turned = torch.nn.Flatten(0)
    def forward(self, x, scale=1): return self.b(self.a(self.a(x))) + 0 * self.turned(x)[0]
for layers in (['a'], ['nowhere'], ['turned']):
    try: surety.torch_states(Twice(), [({'x': x, 'scale': 2}, y)], layers)
    except ValueError as error: print(str(error)[:60])
`,
      withTorch,
    )
    expect(out.trimEnd().split('\n')).toEqual([
      'True True True',
      'True [True, False, True, True, True]',
      '(10, 1)',
      '(5, 2, 3)',
      'a runs twice in one pass, so which state is meant is unknown',
      "no module is called ['nowhere']; there are ['a', 'b', 'turne",
      'turned has 40 rows for 10 examples; its first axis must be t',
    ])
  })
})
