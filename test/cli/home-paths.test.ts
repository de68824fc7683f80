import { expect, test } from 'vitest'

import { expandHome, PATH_FLAGS } from '../../src/cli/home-paths.js'
import { allHelp } from '../rules/help.js'

test.for([
  [['--db=~/x'], ['--db=/h/me/x']],
  [
    ['--db', '~/x'],
    ['--db', '/h/me/x'],
  ],
  [['--out=~'], ['--out=/h/me']],
  [
    ['--db=a~/x', '--db=./~/x'],
    ['--db=a~/x', '--db=./~/x'],
  ],
  [
    ['--title=~/x', '--title', '~/x', '~/x'],
    ['--title=~/x', '--title', '~/x', '~/x'],
  ],
  [
    ['sql', '--', '--db=~/x'],
    ['sql', '--', '--db=~/x'],
  ],
])('%j is %j', ([typed, meant]) => {
  expect(expandHome(typed ?? [], '/h/me')).toEqual(meant)
})

test('another’s home is refused', () => {
  expect(() => expandHome(['--seeds=~bob/x'], '/h/me')).toThrow('--seeds ~bob: only ~/')
})

test('every flag whose help speaks of a file or folder is known', async () => {
  const options = (await allHelp()).flatMap(({ text }) => text.split(/\n(?= {2}--)/))
  const ofPaths = options
    .filter(text =>
      /^ {2}--[a-z-]+ (?:FILE|PATH|[A-Z]+\b[^]*\b(?:file|folder)\b)/i.test(text.split('\n\n')[0] ?? ''),
    )
    .flatMap(text => /--([a-z-]+)/.exec(text)?.[1] ?? [])
  expect(ofPaths).toContain('db')
  expect([...new Set(ofPaths)].filter(flag => !PATH_FLAGS.includes(flag))).toEqual([])
})
