import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

const SLOTS = fileURLToPath(new URL('../../../dist/cli/schedule/slots.js', import.meta.url))

/** What a schedule says on a machine whose `TZ` is this. */
async function named(zone: string, timezone?: string): Promise<string> {
  const code = `import(${JSON.stringify(SLOTS)}).then(({ clockName }) => process.stdout.write(clockName(${JSON.stringify(timezone)})))`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', code], {
    env: { ...process.env, TZ: zone },
  })
  return stdout
}

describe('the clock of a schedule', () => {
  it.each([
    ['Europe/Berlin', undefined, 'Europe/Berlin'],
    ['', undefined, 'the clock of this machine, UTC+00:00'],
    ['Mars/Olympus', undefined, 'the clock of this machine, UTC+00:00'],
    [':/etc/localtime', undefined, 'the clock of this machine, UTC+00:00'],
    ['Mars/Olympus', 'Asia/Tokyo', 'Asia/Tokyo'],
  ])('has a name where the machine’s zone is %j and --timezone %j', async (zone, timezone, name) => {
    expect(await named(zone, timezone)).toBe(name)
  })
})
