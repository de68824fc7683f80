import { statSync } from 'node:fs'
import { settingLayers, type ChosenApi, type Environment } from './config.js'
import { isThisMachine } from './proxy.js'

/** The bits of a file's mode by which others than its owner may read or change it. */
const FOR_OTHERS = 0o077

/**
 * What to know before a key is sent: one line each. None of it ends the program, for each can be meant so.
 * @param folder where .env files are looked for
 */
export function settingWarnings(api: ChosenApi, folder: string, environment: Environment): string[] {
  const layers = settingLayers(folder, environment)
  const fileOf = (name: string): string | undefined =>
    layers.findLast(({ values }) => isSet(values[name]))?.file
  return [
    unusualAddress(api),
    keyFromElsewhere(api, fileOf),
    clearText(api),
    readableByOthers(layers),
  ].filter(line => line !== undefined)
}

function unusualAddress({ url, urlSetting }: ChosenApi): string | undefined {
  return url.endsWith('/sora2')
    ? undefined
    : `${urlSetting} does not end in /sora2: requests go to addresses such as ${url}/get_feed.`
}

/** A folder that somebody else has made must not choose in silence where a key of the environment goes. */
function keyFromElsewhere(
  { url, urlSetting, keySetting }: ChosenApi,
  fileOf: (name: string) => string | undefined,
): string | undefined {
  const file = fileOf(urlSetting)
  if (file === undefined || fileOf(keySetting) !== undefined) return undefined
  return (
    `The key of ${keySetting} in the environment goes to ${new URL(url).host}, which ${urlSetting} ` +
    `in ${file} names.`
  )
}

function clearText({ url, proxy }: ChosenApi): string | undefined {
  const { protocol, hostname, host } = new URL(url)
  if (protocol !== 'http:' || isThisMachine(hostname)) return undefined
  const way = proxy === undefined ? '' : ` through the proxy ${proxy.name} of ${proxy.setting}`
  return (
    `The key goes to ${host} in clear text${way}: whoever is on the way can read it. An address ` +
    'with https:// hides it.'
  )
}

function readableByOthers(layers: ReturnType<typeof settingLayers>): string | undefined {
  if (process.platform === 'win32') return undefined
  const files = layers.flatMap(({ file, values }) =>
    file !== undefined && holdsKey(values) && (statSync(file).mode & FOR_OTHERS) !== 0 ? [file] : [],
  )
  return files.length === 0
    ? undefined
    : `Others on this machine can read the key in ${files.join(' and ')}: \`chmod 600 ${files.join(' ')}\` keeps it yours.`
}

function holdsKey(values: Environment): boolean {
  return Object.entries(values).some(([name, value]) => name.endsWith('_API_KEY') && isSet(value))
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== ''
}
