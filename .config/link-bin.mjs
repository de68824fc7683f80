// npx looks for commands in node_modules/.bin; without this link it would install the checkout into a cache of its own,
// and build it there once more, at the first `npx sora-crawl`.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'

const link = 'node_modules/.bin/sora-crawl'
mkdirSync('node_modules/.bin', { recursive: true })
rmSync(link, { force: true })
symlinkSync('../../dist/main.js', link)
