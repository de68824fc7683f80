import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isSent } from '../../src/db/sent.js'

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`)

describe('what counts as sent', () => {
  it('is said in one place', () => {
    const others = files('src').filter(
      name => name.endsWith('.ts') && name !== 'src/db/sent.ts' && !name.startsWith('src/db/schema/'),
    )
    const twice = others.filter(name =>
      /state (?:<>|!=|NOT IN|=) *\(?'(?:never-sent|imported)'/.test(readFileSync(name, 'utf8')),
    )
    // Its rule is about prices, and about requests alone that were never sent.
    expect(twice).toEqual(['src/db/check-rules.ts'])
  })

  it('is meant by every ready question and every example that counts requests', () => {
    const questions = files('src/questions')
      .map(name => readFileSync(name, 'utf8'))
      .filter(
        sql =>
          /\brequests\b(?! AS)/.test(sql.replaceAll(/^--.*$/gm, '')) && /(?:FROM|JOIN) requests/.test(sql),
      )
    expect(questions.length).toBeGreaterThan(0)
    for (const sql of questions) expect(sql).toContain(isSent())
    const runs = /FROM runs r LEFT JOIN requests q ON [^;]*/
      .exec(readFileSync('src/guide/tables.md', 'utf8'))?.[0]
      .replaceAll(/\s+/g, ' ')
    expect(runs).toContain(isSent('q.'))
  })
})
