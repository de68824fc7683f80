import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface NodeBinary {
  /** Such as `22.23.3`. */
  readonly version: string
  /** The folder with `bin` and `include`. */
  readonly home: string
  /** Whether the program says that it runs on it. */
  readonly isSupported: boolean
}

/** A Node from the registry, whose package has its headers, too. */
export function fetchNode(wanted: string, place: string): NodeBinary {
  const home = path.join(place, 'node_modules', `node-${process.platform}-${process.arch}`)
  if (!existsSync(path.join(home, 'bin/node'))) {
    mkdirSync(place, { recursive: true })
    execFileSync(
      'npm',
      [
        'install',
        '--prefix',
        place,
        '--no-audit',
        '--no-fund',
        '--no-save',
        `node-${process.platform}-${process.arch}@${wanted}`,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
  }
  const version = execFileSync(path.join(home, 'bin/node'), ['-p', 'process.versions.node'], {
    encoding: 'utf8',
  }).trim()
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return { version, home, isSupported: major > 20 || (major === 20 && minor >= 19) }
}

/**
 * The program with what it needs, better-sqlite3 compiled for this Node; compiled again only where the lock
 * file has changed.
 */
export function installProgram({ home }: NodeBinary, root: string, place: string): string {
  const stamp = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
  const stampFile = path.join(place, 'stamp')
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    rmSync(place, { recursive: true, force: true })
    for (const folder of productionPackages(root))
      cpSync(path.join(root, folder), path.join(place, folder), { recursive: true })
    compile(path.join(place, 'node_modules/better-sqlite3'), home)
    writeFileSync(stampFile, stamp)
  }
  for (const name of [
    'dist',
    'migrations',
    'data/seeds.txt',
    'data/DICTIONARY.md',
    'src/questions',
    'package.json',
  ]) {
    rmSync(path.join(place, name), { recursive: true, force: true })
    cpSync(path.join(root, name), path.join(place, name), { recursive: true })
  }
  return path.join(place, 'dist/main.js')
}

function productionPackages(root: string): string[] {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>
  }
  const names = Object.keys(packages).filter(
    name => name !== '' && packages[name]?.dev !== true && existsSync(path.join(root, name)),
  )
  // A package within another comes with it.
  return names.filter(name => !names.some(other => name.startsWith(`${other}/`)))
}

/** About a minute. The headers of the Node at hand are used, not fetched. */
function compile(folder: string, home: string): void {
  rmSync(path.join(folder, 'build'), { recursive: true, force: true })
  const env = {
    ...process.env,
    PATH: `${path.join(home, 'bin')}:${process.env['PATH']}`,
    npm_config_nodedir: home,
  }
  const nodeGyp = path.join(
    execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(),
    'npm/node_modules/node-gyp/bin/node-gyp.js',
  )
  execFileSync(path.join(home, 'bin/node'), [nodeGyp, 'rebuild', '--release'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
