import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { failpoints } from '../../src/failpoint.js'
import { ROOT } from './cruise.js'

function textsIn(folder: string): { name: string; text: string }[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => ({ name, text: readFileSync(path.join(ROOT, folder, name), 'utf8') }))
}

describe('failpoints', () => {
  const program = textsIn('src').filter(({ name }) => name !== 'failpoint.ts')

  const crashTests = textsIn('test/crash')
    .map(({ text }) => text)
    .join('\n')

  test('nothing in the program sets what happens there', () => {
    expect(program.filter(({ text }) => text.includes('onFailpoint')).map(({ name }) => name)).toEqual([])
  })

  test('each is a moment of the program', () => {
    const placed = program.flatMap(({ text }) =>
      [...text.matchAll(/failpoint\('([a-z-]+)'\)/g)].map(([, point]) => point),
    )
    expect([...new Set(placed)].toSorted()).toEqual([...failpoints].toSorted())
  })

  test('the program is killed at each by a crash test', () => {
    expect(failpoints.filter(point => !new RegExp(`['"\`]${point}['":]`).test(crashTests))).toEqual([])
  })
})
