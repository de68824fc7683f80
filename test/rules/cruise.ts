/** Runs the dependency rules as `npm run deps` does, on the program or on a tree made up for the purpose. */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import type { ICruiseResult } from 'dependency-cruiser'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CONFIG = '.config/dependency-cruiser.cjs'
const PROGRAM = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')

export interface Cruise {
  /** What `npm run deps` ends with. */
  readonly code: number
  /** What it prints. */
  readonly text: string
  /** `rule: from -> to`, each once. */
  readonly violations: readonly string[]
  readonly files: readonly string[]
}

export async function cruise(folder: string): Promise<Cruise> {
  const as = (form: string): Promise<Ended> =>
    run([PROGRAM, '--config', CONFIG, '--output-type', form, 'src'], folder)
  const [json, text] = await Promise.all([as('json'), as('err-long')])
  if (json.stdout === '') throw new Error(`dependency-cruiser said nothing: ${json.stderr}`)
  const { modules, summary } = JSON.parse(json.stdout) as ICruiseResult
  const violations = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
  return {
    code: text.code,
    text: text.stdout,
    violations: [...new Set(violations)],
    files: modules.map(({ source }) => source),
  }
}

/**
 * The rules on a tree of files: their text by their path. Packages of `package.json` can be imported, and do
 * nothing.
 */
export async function cruiseTree(files: Readonly<Record<string, string>>): Promise<Cruise> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sora-crawl-rules-'))
  try {
    for (const [name, text] of Object.entries(files)) await put(path.join(folder, name), text)
    await put(path.join(folder, CONFIG), '')
    for (const name of [CONFIG, 'tsconfig.json'])
      await copyFile(path.join(ROOT, name), path.join(folder, name))
    return await cruise(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}

interface Ended {
  code: number
  stdout: string
  stderr: string
}

function run(args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      args,
      { cwd, maxBuffer: 100_000_000 },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr })
      },
    )
  })
}
