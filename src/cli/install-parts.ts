import {spawn} from 'node:child_process'
import {DeviceError} from '../errors.js'
import {
  absentPackages,
  INSTALL_ENVIRONMENT,
  installArguments,
  installCommand,
  installPlace,
  type PartName,
} from '../packages.js'

/**
 * Installs the missing packages of some parts next to surety, with npm. npm's output goes to stderr.
 *
 * Returns  the installed packages; none if nothing was missing.
 * Throws   DeviceError  npm is missing or fails.
 */
export async function installParts(parts: readonly PartName[]): Promise<string[]> {
  const names = parts.flatMap(absentPackages)
  if (names.length === 0) return []
  const {folder, kind} = installPlace()
  const npm = spawn('npm', [...installArguments(names, kind), '--no-audit', '--no-fund'], {
    cwd: folder,
    env: {...process.env, ...INSTALL_ENVIRONMENT},
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  const outcome = await new Promise<string | null>((resolve) => {
    npm.on('error', (error) => resolve(error.message))
    npm.on('close', (code) => resolve(code === 0 ? null : `npm ended with exit code ${code}`))
  })
  if (outcome !== null)
    throw new DeviceError(`${names.join(', ')} could not be installed beside surety: ${outcome}`, [
      `try it by hand: ${installCommand(names)}`,
    ])
  return names
}
