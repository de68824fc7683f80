/** What the tests of this folder ask of every run. */
import { expect } from 'vitest'

import { TEST_KEY, type Seen, type WorldServer } from '../support/world/server.js'
import type { Bench, Result } from '../support/run.js'
import { differences, type Leniency } from '../support/world/compare.js'
import type { Expected } from '../support/world/oracle.js'

/** Compares exit code and output at once: the output is what explains a wrong code. */
export function expectExit(result: Result, code: number): void {
  expect({
    code: result.code,
    signal: result.signal,
    ...(result.code === code ? {} : { stderr: result.stderr }),
  }).toEqual({
    code,
    signal: null,
  })
  expectDecent(result)
}

/** Never a stack trace, never the key, never a bearer link, no escape codes away from a terminal. */
export function expectDecent({ stdout, stderr }: Result): void {
  const all = stdout + stderr
  expect(all).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m)
  expect(all).not.toContain('node:internal')
  expect(all).not.toContain(TEST_KEY)
  expect(all).not.toContain('cache.tikhub.io')
  expect(all).not.toContain('\u001B')
}

export function linesOf(text: string): string[] {
  return text.split('\n').filter(line => line.trim() !== '')
}

/** Exactly one line of stderr is about the matter. */
export function expectOneLineAbout(result: Result, topic: RegExp): void {
  const lines = linesOf(result.stderr).filter(line => topic.test(line))
  expect({ lines: lines.length, stderr: result.stderr }).toEqual({ lines: 1, stderr: result.stderr })
}

/** A refusal to start says one thing and nothing besides. */
export function expectOnlyLine(result: Result, topic: RegExp): void {
  expectOneLineAbout(result, topic)
  expect(linesOf(result.stderr)).toHaveLength(1)
}

export function requestKey({ route, params, cursor }: Seen): string {
  return JSON.stringify([route, Object.entries(params).toSorted(), cursor])
}

export function repeatedRequests(seen: readonly Seen[]): string[] {
  const known = new Set<string>()
  return seen.map(requestKey).filter(key => known.has(key) || !known.add(key))
}

export function unexpectedRequests(seen: readonly Seen[], expected: Expected): string[] {
  return seen.filter(({ route, subject }) => !expected.reads.has(`${route}|${subject}`)).map(requestKey)
}

export function expectRows(bench: Bench, expected: Expected, lenient: Leniency = {}): void {
  expect(differences(bench.open(), expected.tables, lenient)).toEqual([])
}

/** One clean run: every row, each page once, nothing else. */
export function expectExactly(
  bench: Bench,
  server: WorldServer,
  expected: Expected,
  lenient: Leniency = {},
): void {
  expectRows(bench, expected, lenient)
  expect(unexpectedRequests(server.seen, expected)).toEqual([])
  expect(repeatedRequests(server.seen)).toEqual([])
  expect(server.seen).toHaveLength(expected.requests)
  expect(bench.count('requests')).toBe(server.seen.length)
  expect(bench.count('rejects')).toBe(0)
}

export function jsonOf(result: Result): unknown {
  return JSON.parse(result.stdout)
}
