/** Loaded before a program that is measured: writes what it has used to the file named by BENCH_USAGE when it ends. */
import { readFileSync, writeFileSync } from 'node:fs'

/** The kernel's own mark of this program; what `resourceUsage` tells begins with the size of the process that started it. */
function peakKb() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  } catch {
    return process.resourceUsage().maxRSS
  }
}

process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  writeFileSync(
    process.env.BENCH_USAGE,
    JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: peakKb() / 1024 }),
  )
})
