/**
 * Makes the pictures of the README in `.github/pictures`: a crawl in a terminal and the report of another,
 * both of the sandbox. `npm run pictures`.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { inFolder, onTerminal } from '../cli/on-terminal.js'
import { Visit } from '../e2e/browser.js'
import { svgOf, type Cell } from './svg.js'

const PLACE = fileURLToPath(new URL('../../.github/pictures/', import.meta.url))
const COLUMNS = 80
/** What is typed: a cap stops the crawl, the same command goes on, and then it is asked what is missing. */
const SESSION = [
  'crawl @omar --sandbox --max-cost 1 --db study.db',
  'crawl @omar --sandbox --max-cost 5 --db study.db',
  'coverage --db study.db',
]

await inFolder(async folder => {
  const lines: Cell[][] = []
  for (const command of SESSION) lines.push(...(await typed(command, folder)))
  writeFileSync(
    path.join(PLACE, 'crawl.svg'),
    svgOf(lines, COLUMNS, 'A crawl that a cap stops, and that goes on'),
  )
  await onTerminal(['demo', '--db', 'demo.db'], folder)
  await onTerminal(['report', '--db', 'demo.db', '--out', 'report.html'], folder)
  await pictureOf(path.join(folder, 'report.html'), path.join(PLACE, 'report.png'))
})

/** A command behind its prompt, and everything that it printed, below it. */
async function typed(command: string, folder: string): Promise<Cell[][]> {
  const { terminal } = await onTerminal(command.split(' '), folder, { columns: COLUMNS })
  const prompt = [...'$ '].map(character => ({ character, style: 'prompt' }))
  const words = [...`npx sora-crawl ${command}`].map(character => ({ character, style: '1' }))
  const rows: Cell[][] = terminal.styled
  while (rows.at(-1)?.length === 0) rows.pop()
  return [[...prompt, ...words], ...rows, []]
}

async function pictureOf(file: string, picture: string): Promise<void> {
  const visit = await Visit.of(file, { width: 1000, colorScheme: 'light' })
  try {
    await visit.page.setViewportSize({ width: 1000, height: 1275 })
    await visit.page.screenshot({ path: picture })
  } finally {
    await visit.close()
  }
}
