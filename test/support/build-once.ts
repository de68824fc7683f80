import { execFileSync } from 'node:child_process'

/**
 * End-to-end tests run the built program, so the suite starts by building the sources it is about to test.
 */
export default function buildOnce(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
}
