export { coverageOf, CoverageSums, type CoverageRow, type CoverageState, type CoverageSum } from './coverage.js'
