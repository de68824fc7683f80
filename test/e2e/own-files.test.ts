/** The database's own files, named where another file is meant. */
import { linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'

import { expect } from 'vitest'

import { openForWriting } from '../../src/db/open.js'
import { test } from '../support/run.js'
import { expectExit, expectOnlyLine } from './judge.js'

const TEXT = 'feed\n'

test.for([
  ['crawl', '--sandbox', '--seeds'],
  ['plan', '--sandbox', '--seeds'],
  ['import'],
  ['sql', '--file'],
])('are not read by %j, and stay', async (command, { bench }) => {
  for (const [name, db] of [
    ['sora.db', 'sora.db'],
    ['sora.db-wal', 'sora.db'],
    ['sora.db.lock', 'sora.db'],
    ['seeds.txt', 'link.db'],
    ['twin.txt', 'seeds.txt'],
  ] as const) {
    writeFileSync(bench.file(name), TEXT)
    if (db === 'link.db') symlinkSync(bench.file(name), bench.file(db))
    if (name === 'twin.txt') linkSync(bench.file(name), bench.file('seeds2.txt'))
    const result = await bench.run([
      ...command,
      bench.file(name),
      '--db',
      bench.file(name === 'twin.txt' ? 'seeds2.txt' : db),
    ])
    expectExit(result, 2)
    expectOnlyLine(result, /belongs to the database/)
    expect(readFileSync(bench.file(name), 'utf8')).toBe(TEXT)
  }
})

test('an import of the database itself is refused, and a folder beside it is not', async ({ bench }) => {
  openForWriting(bench.db).sqlite.close()
  expectOnlyLine(await bench.run(['import', bench.db, '--db', bench.db]), /belongs to the database/)
})
