import { Worker } from 'node:worker_threads'

const WATCHDOG = `
  const { ppid } = process
  setInterval(() => { if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL') }, 500)`

/**
 * Ends this process when its parent has ended, even while SQLite keeps its main thread busy: the watch is
 * kept by another.
 */
export function diesWithItsParent(): void {
  new Worker(WATCHDOG, { eval: true }).unref()
}
