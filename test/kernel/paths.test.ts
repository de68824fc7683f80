import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { isInside, isOfDatabase, plainFile, realPlace, samePlace } from '../../src/paths.js'

/*
 * out/            a folder
 *   sub/
 *   twin.txt      a second name of file.txt
 * file.txt
 * link -> out/sub     hanging -> out/not-yet     circle -> circle
 */
let root: string
const at = (name: string): string => `${root}/${name}`

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sora-crawl-paths-'))
  mkdirSync(at('out/sub'), { recursive: true })
  writeFileSync(at('file.txt'), '')
  linkSync(at('file.txt'), at('out/twin.txt'))
  symlinkSync(at('out/sub'), at('link'))
  symlinkSync('out/not-yet', at('hanging'))
  symlinkSync(at('circle'), at('circle'))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('where a name leads', () => {
  test.for([
    ['file.txt', 'file.txt'],
    ['link', 'out/sub'],
    ['link/new/file', 'out/sub/new/file'],
    ['link/../key', 'out/key'],
    ['hanging', 'out/not-yet'],
    ['hanging/deep', 'out/not-yet/deep'],
    ['none/../file.txt', 'file.txt'],
    ['circle', 'circle'],
  ])('%s is %s', ([name, place]) => {
    expect(realPlace(at(name as string))).toBe(at(place as string))
  })
})

describe('whether a file is inside a folder', () => {
  test.for([
    'out/key',
    'out/.key',
    'out/..key',
    'out/sub/../key',
    'link/key',
    'link/../key',
    'hanging',
    'out/new/deep/key',
    './out/../out/key',
    'out/twin.txt',
  ])('%s is inside out', name => {
    expect(isInside(at(name), at('out'))).toBe(true)
    expect(isInside(at(name), at('link/..'))).toBe(true)
  })

  test.for(['key', 'out', 'out.key', 'outside/key', 'out/../key', 'file.txt', '..key'])('%s is not', name => {
    expect(isInside(at(name), at('out'))).toBe(false)
  })

  test('also by a name in the folder that leads out of it', () => {
    symlinkSync(root, at('out/up'))
    expect(isInside(at('out/up/key'), at('out'))).toBe(true)
  })
})

test('two names of a place are known by links and hard links', () => {
  expect(samePlace(at('file.txt'), at('out/twin.txt'))).toBe(true)
  expect(samePlace(at('link'), at('out/sub'))).toBe(true)
  expect(samePlace(at('hanging'), at('out/not-yet'))).toBe(true)
  expect(samePlace(at('file.txt'), at('out/other.txt'))).toBe(false)
})

test('the files of a database are known, also before they are there', () => {
  for (const end of ['', '-wal', '-shm', '-journal', '.lock']) {
    expect(isOfDatabase(at(`link/x.db${end}`), at('out/sub/x.db'))).toBe(true)
    expect(isOfDatabase(at(`out/sub/x.db${end}`), at('link/x.db'))).toBe(true)
  }
  expect(isOfDatabase(at('out/twin.txt'), at('file.txt'))).toBe(true)
  expect(isOfDatabase(at('out/x.db.csv'), at('out/x.db'))).toBe(false)
})

test('links, folders and what is not there are no plain files', () => {
  expect(
    ['file.txt', 'out', 'link', 'hanging', 'none'].map(name => plainFile(at(name)) !== undefined),
  ).toEqual([true, false, false, false, false])
})
