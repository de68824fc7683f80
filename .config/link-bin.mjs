// `npx sora-crawl` runs what stands in node_modules/.bin. With a "bin" entry in package.json npx would instead install the
// checkout into a cache in the home folder, and build it there once more, at its first call.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'

const link = 'node_modules/.bin/sora-crawl'
mkdirSync('node_modules/.bin', { recursive: true })
rmSync(link, { force: true })
symlinkSync('../../dist/main.js', link)
