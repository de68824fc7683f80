/** Loaded before a program that is measured: writes what it has used to the file named by BENCH_USAGE when it ends. */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const cpuMs = (userCPUTime + systemCPUTime) / 1000
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ cpuMs, peakMb: maxRSS / 1024 }))
})
