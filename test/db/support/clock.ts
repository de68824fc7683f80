/** Resolves when the time of day has gone on: two commits within a millisecond carry the same time. */
export async function nextMillisecond(): Promise<void> {
  const before = Date.now()
  while (Date.now() === before) await new Promise(resolve => setImmediate(resolve))
}
