import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Shows text in the reader's pager ($PAGER, else less), which gets the terminal until it ends.
 * @returns false if there is none, or it cannot be started: then nothing was shown
 */
export async function page(text: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const command = environment['PAGER'] ?? 'less -R'
  if (command.trim() === '' || command.trim() === 'cat') return false
  const pager = spawn('sh', ['-c', command], {
    stdio: ['pipe', 'inherit', 'inherit'],
    // less leaves at once where everything fits on the screen, and leaves the text there.
    env: { LESS: 'FRX', ...environment },
  })
  // The reader may leave before the end.
  pager.stdin.on('error', () => undefined)
  // Ctrl-C in a pager is for the pager.
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  try {
    pager.stdin.end(text)
    const [code] = (await once(pager, 'close')) as [number | null]
    return code !== 127 && code !== 126
  } catch {
    return false
  } finally {
    process.off('SIGINT', ignore)
  }
}
