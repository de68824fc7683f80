/** A page in a real browser, and everything that it does which a report must not. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { chromium, type BrowserContext, type Page } from 'playwright-core'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export interface View {
  readonly width: number
  readonly colorScheme: 'light' | 'dark'
}

export class Visit {
  /** What was asked for beside the page, what scripts said, and what was opened. */
  readonly incidents: string[] = []
  readonly page: Page
  readonly #context: BrowserContext
  readonly #profile: string

  private constructor(context: BrowserContext, page: Page, profile: string) {
    this.#context = context
    this.page = page
    this.#profile = profile
  }

  /** Opens a file; without a browser on this machine this fails, and says what to install. */
  static async of(file: string, { width, colorScheme }: View): Promise<Visit> {
    const profile = mkdtempSync(path.join(tmpdir(), 'sora-crawl-chromium-'))
    const launched = chromium.launchPersistentContext(profile, {
      executablePath: PROGRAM,
      headless: true,
      args: ARGS,
      viewport: { width, height: 800 },
      colorScheme,
    })
    const context = await launched.catch((error: unknown) => {
      throw new Error(
        'The report is tested in Chromium: install it (Debian: apt-get install chromium), or name ' +
          'it in CHROMIUM.',
        { cause: error },
      )
    })
    const page = context.pages()[0] ?? (await context.newPage())
    const visit = new Visit(context, page, profile)
    const address = pathToFileURL(file).href
    context.on(
      'request',
      request => void (request.url() === address || visit.incidents.push(`request: ${request.url()}`)),
    )
    context.on('page', other => visit.incidents.push(`window: ${other.url()}`))
    context.on('console', message => visit.incidents.push(`console: ${message.text()}`))
    page.on('pageerror', error => visit.incidents.push(`error: ${error.message}`))
    page.on('dialog', dialog => {
      visit.incidents.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(address, { waitUntil: 'load' })
    return visit
  }

  async close(): Promise<void> {
    await this.#context.close()
    rmSync(this.#profile, { recursive: true, force: true })
  }
}
