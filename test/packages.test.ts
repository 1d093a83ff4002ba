import {spawnSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {describe, expect, it} from 'vitest'
import {toFailure} from '../src/cli/failure.js'
import {DeviceError} from '../src/errors.js'
import {absence, installArguments, installPlace, loadPart, partNames, PARTS, requirePart} from '../src/packages.js'
import {baseInstall} from './support/base-install.js'

const {folder, program} = baseInstall()
// What it holds is never looked at.
writeFileSync(join(folder, 'states.parquet'), 'PAR1 and so on, PAR1')
const base = (...args: string[]) => {
  const {status, stdout, stderr} = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: {...process.env, NO_COLOR: '1'},
  })
  return {code: status, stdout, stderr, words: stderr.replace(/\s+/g, ' ')}
}
const at = (path: string) => resolve('fixtures', path)

describe('a base install', () => {
  it.each([
    [
      'ONNX',
      ['certify', at('digits/digits-mlp.onnx'), '--data', at('digits/digits-mlp-test.npz')],
      'npm i onnxruntime-node@1.30',
    ],
    ['TF.js', ['certify', at('mnist-mlp'), '--data', at('mnist-mlp/test.npz')], 'npm i @tensorflow/tfjs-core@4.22'],
    ['HDF5', ['certify', at('hdf5/texts.h5')], 'npm i h5wasm@0.10'],
    ['Parquet', ['certify', 'states.parquet'], 'npm i hyparquet@1.33 hyparquet-compressors@1.1'],
    ['completion', ['autocomplete'], 'npm i @oclif/plugin-autocomplete@3.2'],
  ])('%s: says what to install, and is no defect', (_, args, command) => {
    const {code, words, stdout} = base(...args)
    expect(words).toContain(command)
    expect(words).toContain('which a base install leaves out')
    expect([code, stdout]).toEqual([2, ''])
  })

  it('certifies embeddings, and says what makes it slower', () => {
    const certified = base('certify', at('digits/digits-mlp-embeddings.npz'), '--out', 'report.json')
    expect(certified.words).toContain('ONNXRUNTIME_NODE_INSTALL=skip npm i onnxruntime-node@1.30')
    expect(certified.code).toBe(0)
  })

  it('doctor lists what is absent, each with its command', () => {
    const {code, stdout} = base('doctor', '--json')
    expect(code).toBe(0)
    const {metrics} = JSON.parse(stdout) as {
      metrics: {packages: {name: string; version: string | null; part: string; install: string | null}[]}
    }
    expect(metrics.packages.map(({name}) => name)).toEqual(partNames.flatMap((part) => PARTS[part].packages))
    for (const {version, install} of metrics.packages) {
      expect(version).toBe(null)
      expect(install).toMatch(/^(ONNXRUNTIME_NODE_INSTALL=skip )?npm i \S+@\d/)
    }
    expect(base('doctor', '--part', 'onnx').code).toBe(2)
  })

  it('is imported as a library', () => {
    const {status, stdout} = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', "import('surety').then((m) => console.log(typeof m.certify))"],
      {cwd: folder, encoding: 'utf8'},
    )
    expect([status, stdout]).toEqual([0, 'function\n'])
  })
})

describe('a part that was installed', () => {
  it('is found', () => {
    const {folder: cwd, program: run} = baseInstall(['h5wasm'])
    const {status, stderr} = spawnSync(process.execPath, [run, 'certify', at('hdf5/texts.h5')], {
      cwd,
      encoding: 'utf8',
    })
    expect(stderr).not.toContain('base install')
    expect(stderr).toContain('texts.h5')
    expect(status).toBe(2)
  })
})

describe('the place where a part is loaded', () => {
  const lost = Object.assign(new Error("Cannot find package 'h5wasm' imported from /x"), {code: 'ERR_MODULE_NOT_FOUND'})

  it('makes an error of exit code 2 of a package that does not load', async () => {
    await expect(loadPart('hdf5', () => Promise.reject(lost))).rejects.toThrow(DeviceError)
    await expect(loadPart('hdf5', () => Promise.resolve(7))).resolves.toBe(7)
    // It is here, so what is wrong is said.
    expect(absence('hdf5', new Error('wrong architecture')).message).toMatch(/does not load here: wrong architecture/)
    expect(() => requirePart('graphology', 'no-such-package')).toThrow(DeviceError)
  })

  it('catches an import that nobody wrapped, and leaves other packages to be a defect', () => {
    expect(toFailure(lost).exitCode).toBe(2)
    expect(
      toFailure(Object.assign(new Error("Cannot find package 'x' imported from y"), {code: lost.code})),
    ).toMatchObject({
      exitCode: 70,
    })
  })

  it('knows where npm has to install', () => {
    expect(installPlace('/home/x/project/node_modules/surety')).toEqual({folder: '/home/x/project', kind: 'project'})
    expect(installPlace('/home/x/project/node_modules/@team/surety')).toEqual({
      folder: '/home/x/project',
      kind: 'project',
    })
    expect(installPlace('/usr/lib/node_modules/surety')).toEqual({folder: '/usr/lib', kind: 'global'})
    expect(installPlace('/home/x/surety')).toEqual({folder: '/home/x/surety', kind: 'sources'})
    expect(installArguments(['h5wasm'], 'project')).toEqual(['i', 'h5wasm@0.10'])
    expect(installArguments(['h5wasm'], 'global')).toEqual(['i', '-g', 'h5wasm@0.10'])
    expect(installArguments(['h5wasm'], 'sources')).toEqual(['i', '--no-save', 'h5wasm@0.10'])
  })
})
