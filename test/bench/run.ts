/** Measures this checkout: `npm run bench -- [--rounds N] [--out FILE]`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchCrawl } from './crawl.js'
import { startGateway } from './processes.js'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, out: { type: 'string', default: join(tmpdir(), 'sora-bench', 'figures.json') } } })
const folder = mkdtempSync(join(tmpdir(), 'sora-bench-'))
const gateway = await startGateway()
try {
  const crawl = await benchCrawl(gateway, folder, Number(values.rounds))
  const figures = { at: new Date().toISOString(), node: process.version, load: loadavg()[0], crawl }
  mkdirSync(join(values.out, '..'), { recursive: true })
  writeFileSync(values.out, JSON.stringify(figures, null, 2))
  const { crawl: ours, ceiling, ratio } = crawl
  console.table({
    crawl: { 'CPU ms a page': ours.cpuMsAPage.toFixed(2), 'pages a second': ours.pagesASecond.toFixed(0), 'peak MB': ours.peakMb.toFixed(0), 'of the ceiling': ratio.toFixed(2) },
    ceiling: { 'CPU ms a page': ceiling.cpuMsAPage.toFixed(2), 'pages a second': ceiling.pagesASecond.toFixed(0), 'peak MB': ceiling.peakMb.toFixed(0), 'of the ceiling': '1.00' },
  })
  process.stdout.write(`load ${loadavg()[0]?.toFixed(2)}; written to ${values.out}\n`)
} finally {
  gateway.close()
  rmSync(folder, { recursive: true, force: true })
}
