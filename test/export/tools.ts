/** The programs that exports are made for, as Debian brings them; `.ci/run` installs them. */
import { spawnSync } from 'node:child_process'

/** Debian's own Python: its packages are not seen by another one that may come first in the path. */
const PYTHON = '/usr/bin/python3'

/**
 * What a script prints, as JSON.
 * @param packages the Debian packages that it needs, for whoever has not installed them
 */
export function runPython(script: string, args: readonly string[], packages: string): unknown {
  const { stdout, stderr, status, error } = spawnSync(PYTHON, ['-c', script, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  if (status !== 0)
    throw new Error(
      `${error?.message ?? stderr}\nExports are read by the tools that they are for: apt-get install ${packages}`,
    )
  return JSON.parse(stdout)
}

/** Whether Debian's Python can read Parquet: pyarrow is no package of Debian, and `.ci/run` asks pip for it. */
export function hasPyarrow(): boolean {
  return spawnSync(PYTHON, ['-c', 'import pyarrow']).status === 0
}
