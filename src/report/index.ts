import type * as Page from './page.js'

export {
  coverageOf,
  coverageStates,
  CoverageSums,
  type CoverageRow,
  type CoverageState,
  type CoverageSum,
  type CoverageTotal,
} from './coverage.js'
export type { Report } from './page.js'

/** What makes reports; loaded when one is asked for, since what draws takes longer to load than all else. */
export const loadReport = async (): Promise<typeof Page> => import('./page.js')
