import {spawn} from 'node:child_process'
import {resolve} from 'node:path'

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['explorer'],
}

/** Shows a file in the program that the desktop has for it. Returns whether there is one that starts. */
export function openPage(path: string): Promise<boolean> {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, resolve(path)], {stdio: 'ignore', detached: true})
  return new Promise((settle) => {
    child.on('error', () => settle(false))
    child.on('spawn', () => {
      child.unref()
      settle(true)
    })
  })
}
