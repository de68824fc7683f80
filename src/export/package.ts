import type { Provenance } from '../db/index.js'
import type { Resource, WrittenFile } from './contract.js'

/** The file that says what an export holds; it gets its name last, so that a folder that has it is whole. */
export const PACKAGE_FILE = 'datapackage.json'

const NAME = 'sora-crawl-export'

/** What a data package says beside its files. */
export interface PackageFacts {
  readonly provenance: Provenance
  readonly version: string
  /** How to repeat it, for programs. */
  readonly repeat: Readonly<Record<string, unknown>>
}

export interface DescribedFile extends WrittenFile {
  readonly resource: Resource
}

/**
 * The text of `datapackage.json`: nothing in it depends on when, where or by whom it is written. `created` is
 * the time of which the data is, that of the last crawl, and `version` the program's, by which the form of the
 * files is known.
 */
export function packageText(
  files: readonly DescribedFile[],
  { provenance: { origin, runs }, version, repeat }: PackageFacts,
): string {
  const value = {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: NAME,
    title:
      origin === 'sandbox'
        ? 'An export of sora-crawl: made-up data of its sandbox'
        : 'An export of sora-crawl',
    description:
      `Posts, users, comments and their relations, collected from the Sora2 API${period(runs)}. ` +
      'README.md says how, and what is missing. No licence is given: whoever passes it on has to say ' +
      'which, in `licenses`.',
    version,
    ...(runs.last === null ? {} : { created: runs.last }),
    sources: [
      { title: origin === 'sandbox' ? 'The sandbox of sora-crawl, whose world is made up' : 'The Sora2 API' },
    ],
    provenance: repeat,
    resources: files.map(({ path, bytes, sha256, resource: { name, type, ...rest } }) => ({
      name,
      ...(type === undefined ? {} : { type }),
      path,
      ...rest,
      bytes,
      hash: `sha256:${sha256}`,
    })),
  }
  return `${JSON.stringify(value, null, 2)}\n`
}

function period({ first, last }: Provenance['runs']): string {
  return first === null || last === null ? '' : ` from ${first.slice(0, 10)} to ${last.slice(0, 10)}`
}

/**
 * Files of an earlier export, by its `datapackage.json`; undefined if that cannot be read, or is not one of
 * an export: others use such files, too.
 */
export function filesOfPackage(text: string): WrittenFile[] | undefined {
  try {
    const { name, resources } = JSON.parse(text) as { name?: unknown; resources?: unknown }
    return name === NAME && Array.isArray(resources) ? resources.flatMap(fileOf) : undefined
  } catch {
    return undefined
  }
}

function fileOf(resource: unknown): WrittenFile[] {
  const { path, bytes, hash } = (resource ?? {}) as Record<string, unknown>
  const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(String(hash)) ?? []
  return typeof path === 'string' && typeof bytes === 'number' && sha256 !== undefined
    ? [{ path, bytes, sha256 }]
    : []
}
