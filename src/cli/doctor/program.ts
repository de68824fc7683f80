import { arch, platform, release } from 'node:os'
import { sqliteVersion } from '../../db/index.js'
import { AppError } from '../../errors.js'
import type { Finding } from './finding.js'

/** What runs: the versions that a report of a bug has to name. */
export interface ProgramFacts {
  readonly version: string
  readonly node: string
  /** null where it cannot be loaded. */
  readonly sqlite: string | null
  /** The operating system, its version and the processor. */
  readonly system: string
}

export function programFacts(version: string): { facts: ProgramFacts; findings: Finding[] } {
  const facts = {
    version,
    node: process.versions.node,
    system: `${platform()} ${release()} ${arch()}`,
  }
  try {
    return { facts: { ...facts, sqlite: sqliteVersion() }, findings: [] }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return {
      facts: { ...facts, sqlite: null },
      findings: [{ part: 'node', severity: 'wrong', message: error.line }],
    }
  }
}

/** What `--version --verbose` prints. */
export function versionText(version: string): string {
  const { sqlite, node, system } = programFacts(version).facts
  return [
    `sora-crawl ${version}`,
    `Node.js    ${node}`,
    `SQLite     ${sqlite ?? 'cannot be loaded'}`,
    `system     ${system}`,
  ].join('\n')
}
