import {spawn} from 'node:child_process'

/**
 * Runs a command, streams its output, and resolves with its exit code, standard output, all output and seconds.
 * `quiet` holds the output back and shows it only if the command fails with a code that is not `expected`.
 */
export function runStep(command, args, {cwd, env, quiet = false, expected = []} = {}) {
  return new Promise((resolve) => {
    const started = performance.now()
    const child = spawn(command, args, {cwd, env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe']})
    let output = ''
    let all = ''
    let held = ''
    const collect = (stream) => (chunk) => {
      if (stream === process.stdout) output += chunk
      all += chunk
      if (quiet) held += chunk
      else stream.write(chunk)
    }
    child.stdout.on('data', collect(process.stdout))
    child.stderr.on('data', collect(process.stderr))
    const end = (code) => {
      if (code !== 0 && !expected.includes(code)) process.stderr.write(held)
      resolve({code, output, all, seconds: (performance.now() - started) / 1000})
    }
    child.on('error', (error) => {
      held += `${error.message}\n`
      end(127)
    })
    child.on('close', (code) => end(code ?? 1))
  })
}

/**
 * npm's arguments for an exact install of the lockfile, and its environment: the script of onnxruntime-node, which
 * older versions of npm run, downloads libraries for CUDA that nothing here uses.
 */
export const INSTALL = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
export const INSTALL_ENV = {ONNXRUNTIME_NODE_INSTALL: 'skip'}
