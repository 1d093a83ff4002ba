import {spawn} from 'node:child_process'
import {resolve} from 'node:path'

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['explorer'],
}

/** Opens a page in the desktop's default program, or prints its path. */
export async function showPage(path: string): Promise<void> {
  if (!(await starts(path))) process.stderr.write(`no program to show pages was found: open ${path}\n`)
}

/** Whether a program that shows the file starts. */
function starts(path: string): Promise<boolean> {
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
