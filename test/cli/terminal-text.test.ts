/** Texts of the platform on a real terminal, in every format: they are shown, and not obeyed. */
import { describe, expect, test } from 'vitest'

import { openForWriting } from '../../src/db/open.js'
import { inFolder, onPipes, onTerminal } from './on-terminal.js'

const OBEYED = '\u001B[31m\u009B1m\u202E\u2066\u200F\u061C\u0007'
const ANY =
  // oxlint-disable-next-line no-control-regex -- what a terminal obeys
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/
const QUERY = `SELECT '${OBEYED}' AS "head${OBEYED}", 'plain' AS p`

describe('sql', () => {
  test.for(['table', 'csv', 'json', 'jsonl', 'md'])('as %s', { timeout: 120_000 }, async format => {
    await inFolder(async folder => {
      openForWriting(`${folder}/a.db`).sqlite.close()
      const args = ['sql', QUERY, '--format', format, '--db', 'a.db']
      const { code, output } = await onTerminal(args, folder)
      expect(code).toBe(0)
      expect(output.replaceAll('\r\n', '\n')).not.toMatch(ANY)
      expect(output).toContain('plain')
      if (format === 'json')
        expect(JSON.parse(output)).toEqual({ columns: [`head${OBEYED}`, 'p'], rows: [[OBEYED, 'plain']] })
      const piped = await onPipes(args, folder, {}, () => undefined)
      // Files and pipes have the data as it is.
      if (format === 'csv') expect(piped.stdout).toBe(`head${OBEYED},p\n${OBEYED},plain\n`)
    })
  })
})

test('errors', async () => {
  await inFolder(async folder => {
    const { output } = await onTerminal(['status', '--db', `no${OBEYED}where.db`], folder)
    expect(output.replaceAll('\r\n', '\n')).not.toMatch(ANY)
    expect(output).toContain('does not exist')
  })
})
