#!/usr/bin/env node
/*
 * The start. Any Node reads this file, however old: it imports nothing before it knows the version, and has
 * no word that came to JavaScript after 2017. It has no `import` and no `export` at its top, for which a Node
 * without modules would not read it.
 */

/** As `engines` of package.json says. */
const OLDEST_NODE = '20.19'

function isTooOld(version: string): boolean {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  const [oldestMajor, oldestMinor] = OLDEST_NODE.split('.').map(Number) as [number, number]
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
}

/** Says in one line, as every command does, why nothing is begun. */
function refuse(message: string, exitCode: number): void {
  process.stderr.write('sora-crawl: ' + message + '\n')
  if (process.argv.indexOf('--json') !== -1)
    process.stdout.write(
      JSON.stringify({ error: { code: 'cannot-start', message }, exit_code: exitCode }, null, 2) + '\n',
    )
  process.exitCode = exitCode
}

/** Every relative name, and packages while they are loaded, need the folder that the program was started in. */
function hasFolder(): boolean {
  try {
    return process.cwd() !== ''
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ENOENT'
  }
}

/** What a file says that cannot be loaded. */
function cannotLoad(error: { code?: unknown; message?: unknown }): void {
  const reason = 'sora-crawl cannot start: ' + String(error.message).split('\n')[0]
  if (error.code === 'EMFILE' || error.code === 'ENFILE')
    refuse(reason + ' — raise `ulimit -n`: 256 is enough.', 4)
  else if (error.code === 'ERR_MODULE_NOT_FOUND')
    refuse(reason + ' — a part is missing: install it again (in a checkout: `npm ci`).', 2)
  else refuse(reason + ' — this is a bug, or the installation is damaged: install it again.', 1)
}

if (isTooOld(process.versions.node)) {
  refuse(
    'this is Node.js ' +
      process.versions.node +
      ', and sora-crawl needs ' +
      OLDEST_NODE +
      ' or newer — install it from https://nodejs.org/, or choose it with nvm, fnm or volta.',
    2,
  )
} else if (!hasFolder()) {
  refuse('the folder that it was started in does not exist any more; change to one that does.', 2)
} else {
  import('./cli/index.js').then(
    ({ main }) => main(process.argv.slice(2)).then(code => (process.exitCode = code)),
    cannotLoad,
  )
}
