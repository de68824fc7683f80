import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { AppError } from './errors.js'
import { kindOfKey, SHORTEST_KEY, whyNoKey } from './key.js'
import { linesOf, readTextFile } from './text-file.js'
import { isThisMachine, proxyFor, type Proxy } from './proxy.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where requests go and what opens the door. */
export interface ApiSettings {
  /** The prefix up to and including `/sora2`, without a slash at its end. */
  readonly url: string
  readonly key: string
  readonly proxy?: Proxy | undefined
}

/** The same, and the settings that it comes from. */
export interface ChosenApi extends ApiSettings {
  readonly keySetting: string
  readonly urlSetting: string
}

/**
 * One setting that can come from the environment or a .env file; the list is what `--help` and the guide
 * document.
 */
export const settings = {
  SORA_API_KEY: 'the API key',
  SORA_API_URL: 'the prefix of the routes, up to and including /sora2',
  TIKOMNI_API_KEY: 'a key of TikOmni; chooses that gateway',
  TIKOMNI_BASE_URL: 'another address of TikOmni',
  TIKHUB_API_KEY: 'a key of TikHub; chooses that gateway',
  HTTP_PROXY: 'a proxy for http addresses, and for https where HTTPS_PROXY is not set',
  HTTPS_PROXY: 'a proxy for https addresses',
  NO_PROXY: 'hosts, with commas between, that are asked without a proxy',
  SORA_PRICES:
    'prices in dollars where they differ from the route table: `0.045` for every read route, or ' +
    '`get_feed=0.04,get_user_posts=0.03`',
} as const

const gateways = {
  tikomni: { base: 'https://api.tikomni.com', prefix: '/api/u1/v1/sora2' },
  tikhub: { base: 'https://api.tikhub.io', prefix: '/api/v1/sora2' },
}

/** Settings that one place gives. */
interface SettingLayer {
  /** The file; undefined for the environment. */
  readonly file: string | undefined
  readonly values: Environment
}

/** Where settings come from, each layer going before those in front of it. */
export function settingLayers(folder: string, environment: Environment): readonly SettingLayer[] {
  const files = ['.env', '.env.local'].map(name => join(folder, name)).filter(file => existsSync(file))
  return [
    ...files.map(file => ({ file, values: readEnvFile(file) })),
    { file: undefined, values: environment },
  ]
}

/** The environment over `.env.local` over `.env` of a folder; an empty value counts as not set. */
export function readEnvironment(folder: string, environment: Environment): Environment {
  const merged: Record<string, string> = {}
  for (const { values } of settingLayers(folder, environment)) {
    for (const [name, value] of Object.entries(values))
      if (value !== undefined && value.trim() !== '') merged[name] = value.trim()
  }
  return merged
}

function readEnvFile(path: string): Environment {
  try {
    return parseEnv(linesOf(readTextFile(path)).join('\n'))
  } catch (cause) {
    throw new AppError('bad-setting', `${path} cannot be read`, { cause })
  }
}

/**
 * The gateway that the settings choose: the key is SORA_API_KEY, else TIKOMNI_API_KEY, else TIKHUB_API_KEY;
 * the address is SORA_API_URL if it is set, else that of the key's gateway.
 * @throws AppError `no-key` or `bad-setting`; the message never repeats the key.
 */
export function apiSettings(environment: Environment): ChosenApi {
  const setting = KEYS.find(name => environment[name] !== undefined)
  const key = setting === undefined ? undefined : environment[setting]
  if (setting === undefined || key === undefined)
    throw new AppError('no-key', `none of ${KEYS.join(', ')} is set`)
  const url = validUrl(chosenUrl(environment))
  const flaw = whyNoKey(key) ?? whyTooWeak(key, new URL(url))
  if (flaw !== undefined) throw new AppError('bad-setting', `${setting} ${flaw}`)
  return {
    key,
    keySetting: setting,
    url,
    urlSetting: chosenUrl(environment).setting,
    proxy: proxyFor(new URL(url), environment),
  }
}

const KEYS = ['SORA_API_KEY', 'TIKOMNI_API_KEY', 'TIKHUB_API_KEY'] as const

/**
 * Servers of this machine, such as those of tests, take what they like; gateways give keys that nobody can
 * guess.
 */
function whyTooWeak(key: string, { hostname }: URL): string | undefined {
  if (isThisMachine(hostname) || kindOfKey(key) !== 'word') return undefined
  return key.length < SHORTEST_KEY
    ? `has fewer than ${SHORTEST_KEY} characters: no gateway gives such a key`
    : 'is a plain word or number: no gateway gives such a key'
}

interface ChosenUrl {
  readonly text: string
  readonly setting: string
}

function chosenUrl(environment: Environment): ChosenUrl {
  if (environment['SORA_API_URL'] !== undefined)
    return { text: environment['SORA_API_URL'], setting: 'SORA_API_URL' }
  if (environment['SORA_API_KEY'] !== undefined) {
    throw new AppError(
      'bad-setting',
      'SORA_API_KEY is set and SORA_API_URL is not; for example ' +
        `SORA_API_URL=${gateways.tikomni.base}${gateways.tikomni.prefix}`,
    )
  }
  if (environment['TIKOMNI_API_KEY'] === undefined)
    return { text: gateways.tikhub.base + gateways.tikhub.prefix, setting: 'TIKHUB_API_KEY' }
  const base = (environment['TIKOMNI_BASE_URL'] ?? gateways.tikomni.base).replace(/\/+$/, '')
  return {
    text: base.endsWith('/sora2') ? base : base + gateways.tikomni.prefix,
    setting: environment['TIKOMNI_BASE_URL'] === undefined ? 'TIKOMNI_API_KEY' : 'TIKOMNI_BASE_URL',
  }
}

function validUrl({ text, setting }: ChosenUrl): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new AppError('bad-setting', `${setting} is not an http(s) address`)
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new AppError('bad-setting', `${setting} takes an address without user, password, query or fragment`)
  }
  // Not the address as it was typed: a lone `?` or `#` at its end would swallow the route.
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/**
 * The prices of SORA_PRICES, in millionths of a dollar by route; a price without a route is for every read
 * route.
 * @throws AppError `bad-setting`
 */
export function priceSettings<R extends string>(
  environment: Environment,
  readRoutes: readonly R[],
): Partial<Record<R, number>> {
  const prices: Partial<Record<R, number>> = {}
  const entries = (environment['SORA_PRICES'] ?? '').split(',').filter(part => part.trim() !== '')
  for (const [index, entry] of entries.entries()) {
    const [route, usd, ...more] = entry.includes('=')
      ? entry.split('=').map(part => part.trim())
      : ['*', entry.trim()]
    const price = Math.round(Number(usd) * 1_000_000)
    const named = route === '*' ? readRoutes : readRoutes.filter(name => name === route)
    if (
      usd === undefined ||
      usd === '' ||
      !Number.isSafeInteger(price) ||
      price < 0 ||
      more.length > 0 ||
      named.length === 0
    ) {
      // Not quoted: what stands there by mistake may be the key.
      throw new AppError(
        'bad-setting',
        `entry ${index + 1} of SORA_PRICES is no price of a read route; for example SORA_PRICES=0.045`,
      )
    }
    for (const name of named) prices[name] = price
  }
  return prices
}
