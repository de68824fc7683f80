/*
 * What npm runs when a checkout is installed, packed or linked. `npx sora-crawl` in a checkout links it into npx's cache at every call,
 * and comes here each time: what is built is not built again then.
 */
import { execSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'

const isNpx = process.env.npm_command === 'exec'

function canBuild() {
  try {
    return createRequire(import.meta.url).resolve('esbuild') !== ''
  } catch {
    return false
  }
}

/** npm links commands of packages, not that of the checkout itself; scripts and cron find it where every other command is. */
function link() {
  const place = 'node_modules/.bin/sora-crawl'
  mkdirSync('node_modules/.bin', { recursive: true })
  rmSync(place, { force: true })
  symlinkSync('../../dist/main.js', place)
}

if (isNpx && existsSync('dist/main.js')) {
  process.exitCode = 0
} else if (canBuild()) {
  execSync('npm run build', { stdio: 'inherit' })
  if (process.platform !== 'win32') link()
} else {
  process.stderr.write(
    'Development dependencies build sora-crawl: run `npm ci`, then `npm prune --omit=dev` to do without them.\n',
  )
  process.exitCode = 1
}
