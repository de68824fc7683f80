/* The words that answers have in common: one name for one thing, in snake_case, whichever command says it. */
import * as z from 'zod'

export const db = z.string().describe('The database, as --db names it')
export const run = z.int().min(1).describe('The number of a run')
export const count = z.int().min(0)
export const requests = count.describe('Requests sent')
export const costUsd = z.number().min(0).describe('Dollars, requests of unknown fate included')
export const elapsedS = z.number().min(0).describe('Seconds that it took')
export const time = z.iso.datetime().describe('ISO 8601 in UTC')
export const exitCode = z.int().min(0).max(6).describe('The exit code of the program')
export const origin = z.enum(['real', 'sandbox']).describe('Where the data of this database comes from')
export const rows = z.record(z.string(), count).describe('Rows by table')
export const dryRun = z.boolean().describe('Whether nothing was changed, only looked at')
export const stream = z.string().describe('The name of a stream, such as followers')
export const subject = z
  .string()
  .describe('Whose listing it is: the id of a user, post or comment, or a name')
export const seed = z.string().describe('A seed in its normal form')
export const reason = z.string().nullable().describe('Why it is as it is; null where there is nothing to say')
export const pages = count.describe('Pages that were read')
export const route = z.string().describe('The name of a route of the API')
/** Rows by what was done to them. */
export const changes = z.strictObject({
  inserted: count,
  updated: count,
  unchanged: count,
  rejected: count.describe('Records that could not be read and were set aside'),
})
export const spend = { requests, cost_usd: costUsd }
export const fileBytes = {
  file_bytes_before: count.nullable().describe('null where the file was not made smaller'),
  file_bytes_after: count.nullable(),
}
