import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/**
 * Whether the end of a terminal (SIGHUP) is to be ignored. `nohup` asks for it by having the signal ignored,
 * but Node takes that back before any of our code runs, so it has to be known by what else `nohup` does: no
 * output is left on a terminal.
 */
export function ignoresHangup(): boolean {
  if (process.stdout.isTTY || process.stderr.isTTY) return false
  return isUnderNohup() || isIgnoredByParent() || hasTerminal()
}

/**
 * Shells tell what they have started; GNU nohup puts something that cannot be read in the place of a
 * terminal, and its output into a file.
 */
function isUnderNohup(): boolean {
  return (
    basename(process.env['_'] ?? '') === 'nohup' ||
    basename(linkOf('/proc/self/fd/1')) === 'nohup.out' ||
    /^flags:\s*\d*1$/m.test(textOf('/proc/self/fdinfo/0'))
  )
}

/** Such as a script that was started by nohup. */
function isIgnoredByParent(): boolean {
  const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(textOf(`/proc/${process.ppid}/status`)) ?? []
  return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n
}

/** Whether there is a terminal that can go; where nobody can tell, there may be one. */
function hasTerminal(): boolean {
  // The name in parentheses can hold spaces.
  const terminal = textOf('/proc/self/stat').split(') ').at(-1)?.split(' ')[4]
  return terminal !== '0'
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
