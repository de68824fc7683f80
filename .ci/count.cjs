/* Prints "PASSED FAILED" of vitest's JSON report: node count.cjs REPORT EXIT_CODE */
const { existsSync, readFileSync } = require('node:fs')

const [report, exitCode] = process.argv.slice(2)
const { numPassedTests = 0, testResults = [] } = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : {}
const failed = testResults.flatMap(({ status, assertionResults }) => {
  const tests = assertionResults.filter(test => test.status === 'failed')
  return tests.length === 0 && status === 'failed' ? ['the file itself'] : tests
}).length
// A run without a test, or one that fails otherwise than by a test, is one failure.
const otherwise = failed === 0 && (exitCode !== '0' || numPassedTests === 0) ? 1 : 0
console.log(numPassedTests, failed + otherwise)
