import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { openForWriting } from '../../src/db/open.js'
import { test } from '../support/run.js'
import { expectExit, jsonOf } from './judge.js'

describe('report', () => {
  test('writes one page beside the database, and does not replace it', async ({ bench }) => {
    openForWriting(bench.db).sqlite.close()
    expectExit(await bench.run(['report', '--db', bench.db]), 0)
    const page = readFileSync(bench.file('sora-report.html'), 'utf8')
    expect(page).toContain('No crawl has been run on this database yet.')
    expectExit(await bench.run(['report', '--db', bench.db]), 2)
    const again = await bench.run(['report', '--db', bench.db, '--force', '--json'])
    expect(jsonOf(again)).toMatchObject({ file: bench.file('sora-report.html'), bytes: Buffer.byteLength(page), as_of: null })
    expect(readFileSync(bench.file('sora-report.html'), 'utf8')).toBe(page)
  })
})
