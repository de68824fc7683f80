import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { apiSettings, readEnvironment, settings, type Environment } from '../../src/config.js'
import { AppError } from '../../src/errors.js'

const SECRET = 'sk-very-secret'
const [K, O, H] = ['sk-key-of-sora', 'sk-key-of-tikomni', 'sk-key-of-tikhub']

/** What an action throws, as the reader of the terminal gets it. */
function refusal(action: () => unknown): { code: string; line: string } {
  try {
    action()
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, line: error.line }
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the environment', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sora-crawl-config-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text)

  test('goes before .env.local, which goes before .env', async () => {
    await write('.env', 'A=env\nB=env\nC=env\n')
    await write('.env.local', 'A=local\nB=local\n')
    expect(readEnvironment(folder, { A: 'set' })).toEqual({ A: 'set', B: 'local', C: 'env' })
  })

  test('is enough where there are no files', () => {
    expect(readEnvironment(folder, { A: 'set' })).toEqual({ A: 'set' })
  })

  test('an empty value counts as not set, and does not hide one below', async () => {
    await write('.env', 'A=env\nB=\nC="  "\n')
    expect(readEnvironment(folder, { A: '', D: undefined })).toEqual({ A: 'env' })
  })

  test('quotes, comments, blank lines, spaces around values and Windows line ends are understood', async () => {
    await write('.env', '# mine\r\n\r\nA="quoted"\r\nB=plain # why\r\nexport C=\'single\'\r\n')
    expect(readEnvironment(folder, { D: ' spaced\n' })).toEqual({
      A: 'quoted',
      B: 'plain',
      C: 'single',
      D: 'spaced',
    })
  })

  test('a file that cannot be read is a bad setting that names the file', async () => {
    await mkdir(path.join(folder, '.env'))
    const { code, line } = refusal(() => readEnvironment(folder, {}))
    expect(code).toBe('bad-setting')
    expect(line).toContain(path.join(folder, '.env'))
  })
})

describe('the gateway', () => {
  const url = 'https://gate.example/v1/sora2'
  const tikomni = 'https://api.tikomni.com/api/u1/v1/sora2'
  const tikhub = 'https://api.tikhub.io/api/v1/sora2'

  test.for<[string, Environment, { key: string; url: string }]>([
    ['SORA_API_KEY goes to SORA_API_URL', { SORA_API_KEY: K, SORA_API_URL: url }, { key: K, url }],
    ['a slash at the end is dropped', { SORA_API_KEY: K, SORA_API_URL: `${url}//` }, { key: K, url }],
    [
      'http, a port and an address in numbers are fine',
      { SORA_API_KEY: K, SORA_API_URL: 'http://127.0.0.1:8787/sora2' },
      { key: K, url: 'http://127.0.0.1:8787/sora2' },
    ],
    [
      'SORA_API_KEY goes before the keys of gateways',
      { SORA_API_KEY: K, SORA_API_URL: url, TIKOMNI_API_KEY: O, TIKHUB_API_KEY: H },
      { key: K, url },
    ],
    ['TIKOMNI_API_KEY chooses TikOmni', { TIKOMNI_API_KEY: O }, { key: O, url: tikomni }],
    ['TIKHUB_API_KEY chooses TikHub', { TIKHUB_API_KEY: H }, { key: H, url: tikhub }],
    ['TikOmni goes before TikHub', { TIKOMNI_API_KEY: O, TIKHUB_API_KEY: H }, { key: O, url: tikomni }],
    [
      'TIKOMNI_BASE_URL moves TikOmni',
      { TIKOMNI_API_KEY: O, TIKOMNI_BASE_URL: 'http://localhost:1/' },
      { key: O, url: 'http://localhost:1/api/u1/v1/sora2' },
    ],
    [
      'TIKOMNI_BASE_URL may have the whole prefix',
      { TIKOMNI_API_KEY: O, TIKOMNI_BASE_URL: 'http://localhost:1/x/sora2/' },
      { key: O, url: 'http://localhost:1/x/sora2' },
    ],
    [
      'TIKOMNI_BASE_URL does not move TikHub',
      { TIKHUB_API_KEY: H, TIKOMNI_BASE_URL: 'http://localhost:1' },
      { key: H, url: tikhub },
    ],
    ['SORA_API_URL moves any of them', { TIKHUB_API_KEY: H, SORA_API_URL: url }, { key: H, url }],
  ])('%s', ([, environment, chosen]) => {
    expect(apiSettings(environment)).toMatchObject(chosen)
  })

  test('without any key the line names the variables and the sandbox', () => {
    const { code, line } = refusal(() => apiSettings({ SORA_API_URL: url }))
    expect(code).toBe('no-key')
    for (const name of Object.keys(settings).filter(setting => setting.endsWith('_KEY')))
      expect(line).toContain(name)
    expect(line).toContain('--sandbox')
  })

  test('SORA_API_KEY without SORA_API_URL is refused with an example', () => {
    const { code, line } = refusal(() => apiSettings({ SORA_API_KEY: SECRET }))
    expect(code).toBe('bad-setting')
    expect(line).toContain(`SORA_API_URL=${tikomni}`)
    expect(line).not.toContain(SECRET)
  })

  test.for(['with space', 'with\nline', 'ключ', 'tab\t', '\u007f'])(
    'the key %j, which no header can carry, is refused and not repeated',
    key => {
      const { code, line } = refusal(() =>
        apiSettings({ SORA_API_KEY: `${SECRET}${key}`, SORA_API_URL: url }),
      )
      expect(code).toBe('bad-setting')
      expect(line).not.toContain(SECRET)
    },
  )

  test.for([
    ['Bearer sk-1234567890', 'Bearer'],
    ['sk-12345 67890', 'spaces'],
    ['"sk-1234567890"', 'quotes'],
    ['<your-api-key>', 'brackets'],
    ['https://gate.example/sora2', 'address'],
    ['x'.repeat(5_000), '4096'],
    ['sora', 'fewer than 8'],
    ['zx', 'fewer than 8'],
    ['permalink', 'plain word'],
    ['sora.chatgpt.com', 'plain word'],
    ['1234567890', 'plain word or number'],
  ])('the key %j, which no gateway has given, is refused and not repeated', ([key, words]) => {
    const { code, line } = refusal(() => apiSettings({ TIKHUB_API_KEY: key }))
    expect(code).toBe('bad-setting')
    expect(line).toContain('TIKHUB_API_KEY')
    expect(line).toContain(words)
    expect(line).not.toContain(key)
  })

  test.for(['k', 'sora', 'test'])('a server of this machine may take %j for a key', key => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]'])
      expect(apiSettings({ SORA_API_KEY: key, SORA_API_URL: `http://${host}:8787/sora2` }).key).toBe(key)
  })

  test.for([
    'gate.example/sora2',
    'ftp://gate.example/sora2',
    'file:///etc/passwd',
    'not an address',
    '//gate.example',
    SECRET,
  ])('the address %j, which is none or a key in the wrong place, is refused and not repeated', text => {
    const { code, line } = refusal(() => apiSettings({ SORA_API_KEY: SECRET, SORA_API_URL: text }))
    expect(code).toBe('bad-setting')
    expect(line).toContain('SORA_API_URL is not an http(s) address')
    expect(line).not.toContain(text)
  })

  test('an address of TikOmni that is none is refused under its own name', () => {
    const { code, line } = refusal(() =>
      apiSettings({ TIKOMNI_API_KEY: SECRET, TIKOMNI_BASE_URL: 'nonsense' }),
    )
    expect(code).toBe('bad-setting')
    expect(line).toContain('TIKOMNI_BASE_URL')
  })
})
