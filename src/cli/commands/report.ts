import { basename, dirname, extname, join } from 'node:path'
import { collectable, measuresOf } from '../../crawl/index.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { AppError, ExitCode } from '../../errors.js'
import { loadReport } from '../../report/index.js'
import { count } from '../format.js'
import { checkPlace, writeWhole } from '../whole-file.js'
import type { Command } from '../command.js'

interface Flags {
  out?: string
  title: string
  force: boolean
}

export const reportCommand: Command<Flags> = {
  command: 'report',
  describe:
    'Write one HTML page with figures, for a browser or a printer: what was collected, what it ' +
    'cost, what it shows',
  builder: yargs =>
    yargs
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'The file to write [default: beside the database: data/sora-report.html for data/sora.db]',
      })
      .option('title', {
        type: 'string',
        requiresArg: true,
        default: 'What was collected',
        describe: 'The title of the page',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file if it exists' })
      .example('$0 report --db study.db', 'writes study-report.html')
      .example(
        '$0 report --db study.db --out public/study.html --title "Cameos in autumn" --force',
        'replaces an older one',
      )
      .epilogue(
        'The page needs no network and runs no script. Each figure has the SQL beside it that it ' +
          'was made with. It can be made while a crawl goes on, and shows one moment.',
      ) as never,
  run: async (flags, { output, version }) => {
    const out = flags.out ?? beside(flags.db)
    checkPlace(out, flags)
    const { makeReport } = await loadReport()
    const crawlers = await loadCrawlers()
    const { html, asOf, sections } = makeReport(flags.db, {
      title: titleOf(flags.title),
      version,
      measures: measuresOf(crawlers),
      streams: collectable(crawlers),
    })
    writeWhole(out, html, flags)
    const bytes = Buffer.byteLength(html)
    output.print(
      `Wrote ${out}: ${count(
        sections.reduce((sum, { figures }) => sum + figures.length, 0),
        'figure',
      )} in ${count(sections.length, 'section')}, ${count(Math.ceil(bytes / 1_000), 'kB').replace('kBs', 'kB')}. Open it in a browser.`,
    )
    output.json('report', { db: flags.db, path: out, bytes, title: flags.title, as_of: asOf, sections })
    return ExitCode.finished
  },
}

function beside(db: string): string {
  return join(dirname(db), `${basename(db, extname(db))}-report.html`)
}

function titleOf(title: string): string {
  if (title.trim() === '') throw new AppError('bad-usage', '--title is empty')
  return title
}
