import { readFileSync, writeFileSync } from 'node:fs'

import { describe, expect } from 'vitest'

import { figures, FigureReader } from '../../src/db/index.js'
import { test } from '../support/run.js'
import { generateWorld, TINY } from '../support/world/generate.js'
import { expectExit } from './judge.js'

const profile = (name: string) => ({
  route: 'get_user_profile',
  params: { user_id: `user-${name}` },
  received_at: '2026-01-02T03:04:05Z',
  body: { profile: { user_id: `user-${name}`, username: name } },
})

describe('a database that a crawl and an import filled', () => {
  test(
    'counts what was sent as requests, and crawls as runs, wherever they are shown',
    { timeout: 60_000 },
    async ({ bench }) => {
      const server = await bench.serve({ world: generateWorld(91, TINY) })
      writeFileSync(
        bench.file('answers.jsonl'),
        ['a', 'b', 'c'].map(name => `${JSON.stringify(profile(name))}\n`).join(''),
      )
      expectExit(await bench.run(['import', bench.file('answers.jsonl'), '--db', bench.db]), 0)
      expectExit(await bench.crawl(server, ['leaderboard', '--collect', 'profile']), 0)
      const sent = server.seen.length
      const usd = sent * 0.05
      const status = JSON.parse((await bench.run(['status', '--json', '--db', bench.db])).stdout) as {
        spend: { requests: number }
        imported: number
      }
      expect(status.spend.requests).toBe(sent)
      expect(status.imported).toBe(3)
      const days = (await bench.run(['sql', 'spend-by-day', '--format', 'csv', '--db', bench.db])).stdout
        .trim()
        .split(/\r?\n/)
      expect(days.map(line => line.split(',')[1])).toEqual(['requests', String(sent)])
      const reader = new FigureReader(bench.db)
      const [caption] = reader.rows(figures.caption)
      expect(caption).toMatchObject({ runs: 1, imported: 3, requests: sent, cost_microusd: usd * 1e6 })
      expect(reader.rows(figures.spendByRoute).reduce((sum, { requests }) => sum + requests, 0)).toBe(sent)
      expect(reader.rows(figures.spendByDay).map(({ requests }) => requests)).toEqual([sent])
      expect(reader.rows(figures.runs).map(({ is_import, requests }) => [is_import, requests])).toEqual([
        [0, sent],
        [1, 0],
      ])
      reader.close()
      expectExit(await bench.run(['report', '--db', bench.db, '--out', bench.file('report.html')]), 0)
      const page = readFileSync(bench.file('report.html'), 'utf8').replaceAll(/\s/g, ' ')
      expect(page).toContain(`in 1 run with ${sent} request`)
      expect(page).toContain('3 answers were imported, at no cost.')
      expectExit(await bench.run(['export', '--db', bench.db, '--out', bench.file('out')]), 0)
      const readme = readFileSync(bench.file('out/README.md'), 'utf8')
      expect(readme).toMatch(/^1 crawls, 1 of them finished/m)
      expect(readme).toMatch(new RegExp(`^${sent} requests, \\$${usd.toFixed(2)};`, 'm'))
      expect(readme).toContain('3 answers were imported')
    },
  )
})
