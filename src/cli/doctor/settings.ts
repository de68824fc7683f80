import { join } from 'node:path'
import { readRoutes } from '../../api/index.js'
import {
  apiSettings,
  priceSettings,
  readEnvironment,
  settingLayers,
  type ChosenApi,
  type Environment,
} from '../../config.js'
import { AppError } from '../../errors.js'
import { settingWarnings } from '../../setting-warnings.js'
import type { Finding } from './finding.js'

/** What the settings choose, and where each comes from. Whatever it says, the key is not in it. */
export interface SettingFacts {
  /** The files of settings that were read. */
  readonly files: readonly string[]
  /** null where there is none that could be sent. */
  readonly key: { readonly setting: string; readonly from: string } | null
  readonly address: { readonly url: string; readonly setting: string; readonly from: string } | null
  /** The proxy's address without its user and password, and the setting that names it. */
  readonly proxy: { readonly url: string; readonly setting: string } | null
  /** Prices in dollars that differ from the route table, by route. */
  readonly prices_usd: Readonly<Record<string, number>>
}

/** Looks at the settings of a folder and an environment; what is wrong with them becomes findings. */
export function settingFacts(
  folder: string,
  environment: Environment,
): { facts: SettingFacts; findings: Finding[] } {
  const findings: Finding[] = []
  const attempt = <T>(part: Finding['part'], read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      findings.push({ part, severity: 'wrong', message: error.line })
      return undefined
    }
  }
  const layers = attempt('settings', () => settingLayers(folder, environment)) ?? []
  const merged = layers.length === 0 ? {} : readEnvironment(folder, environment)
  const api = layers.length === 0 ? undefined : attempt('key', () => apiSettings(merged))
  const prices = attempt('settings', () => priceSettings(merged, readRoutes)) ?? {}
  if (api !== undefined)
    for (const message of settingWarnings(api, folder, environment))
      findings.push({ part: 'settings', severity: 'note', message })
  const from = (name: string): string =>
    layers
      .findLast(({ values }) => (values[name] ?? '').trim() !== '')
      ?.file?.replace(join(folder, '/'), '') ?? 'the environment'
  return {
    facts: {
      files: layers.flatMap(({ file }) => file ?? []),
      ...chosen(api, from),
      prices_usd: Object.fromEntries(
        Object.entries(prices).map(([route, price]) => [route, Number(price) / 1_000_000]),
      ),
    },
    findings,
  }
}

function chosen(
  api: ChosenApi | undefined,
  from: (name: string) => string,
): Pick<SettingFacts, 'key' | 'address' | 'proxy'> {
  if (api === undefined) return { key: null, address: null, proxy: null }
  return {
    key: { setting: api.keySetting, from: from(api.keySetting) },
    address: { url: api.url, setting: api.urlSetting, from: from(api.urlSetting) },
    proxy: api.proxy === undefined ? null : { url: api.proxy.name, setting: api.proxy.setting },
  }
}
