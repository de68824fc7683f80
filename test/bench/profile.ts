/** Profiles the measured crawl: `tsx test/bench/profile.ts FOLDER`, then look at the folder's .cpuprofile. */
import { join } from 'node:path'
import { clear, crawlArgs } from './crawl.js'
import { KEY, measure, startGateway } from './processes.js'

const folder = process.argv[2] ?? ''
const gateway = await startGateway()
const file = join(folder, 'profiled.db')
clear(file)
const { cpuMs } = await measure({
  args: ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-interval', '200', ...crawlArgs(file)],
  env: { SORA_API_URL: gateway.url, SORA_API_KEY: KEY },
})
process.stdout.write(`${(cpuMs / gateway.pages).toFixed(2)} ms a page, profiled\n`)
gateway.close()
