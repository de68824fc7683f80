import { ExitCode } from '../../errors.js'

/** Something that `doctor` has to say about one part of what a crawl needs. */
export interface Finding {
  readonly part: 'node' | 'settings' | 'key' | 'database' | 'disk' | 'online'
  /** `wrong`: a crawl would end with an error for it. `note`: it may be meant so. */
  readonly severity: 'wrong' | 'note'
  readonly message: string
}

/** The exit code of a crawl that would be started now, as far as it can be told without a request. */
export function exitOf(findings: readonly Finding[]): ExitCode {
  return findings.some(({ severity }) => severity === 'wrong') ? ExitCode.usage : ExitCode.finished
}
