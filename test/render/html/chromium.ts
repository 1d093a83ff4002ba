import {existsSync} from 'node:fs'
import {type Browser, chromium, type Page} from 'playwright-core'

/** undefined: none is installed, and the tests that need it are skipped. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const launch = (): Promise<Browser> => chromium.launch({executablePath: CHROMIUM!, args: ARGS})

/** A page shown, with everything it complained about or asked the network for. */
export async function show(
  browser: Browser,
  html: string,
  options: {width: number; dark?: boolean; script?: boolean},
): Promise<{page: Page; complaints: string[]}> {
  const page = await browser.newPage({
    viewport: {width: options.width, height: 900},
    colorScheme: options.dark === true ? 'dark' : 'light',
    javaScriptEnabled: options.script ?? true,
  })
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith('data:image/png;base64,')) complaints.push(request.url())
  })
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message())
    void dialog.dismiss()
  })
  await page.setContent(html)
  return {page, complaints}
}

export const unfold = (page: Page) =>
  page.evaluate(`document.querySelectorAll('details').forEach((d) => { d.open = true })`)
