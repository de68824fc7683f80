/* What the commands that crawl, or say what a crawl would do, answer with --json. */
import * as z from 'zod'
import * as word from './words.js'

export const crawl = z
  .strictObject({
    run: word.run,
    resumed: z.boolean().describe('Whether it went on with a run that was begun before'),
    finished: z.boolean().describe('Whether everything in scope was read, or could not be had'),
    exit_code: word.exitCode,
    stopped: z.string().nullable().describe('Why it stopped early, as a line'),
    origin: word.origin,
    db: word.db,
    streams: z.strictObject({ done: word.count, open: word.count, failed: word.count }),
    requests: word.requests.describe('Requests sent by this command'),
    pages: word.pages,
    cost_usd: word.costUsd.describe('Dollars of this command'),
    run_requests: word.requests.describe('Requests of the run in all its parts'),
    run_cost_usd: word.costUsd.describe('Dollars of the run in all its parts'),
    asked_to_wait: word.count.describe('How often the API asked to wait'),
    lowest_rate: z.number().nullable().describe('Requests a second at the slowest, where it was slowed'),
    elapsed_s: word.elapsedS,
    changes: word.changes,
    rows: word.rows,
    not_complete: z.array(
      z.strictObject({
        stream: word.stream,
        subject: word.subject,
        state: z.string(),
        reason: word.reason,
        pages: word.pages,
      }),
    ),
    lost_output: z.array(z.string()).describe('Words that could not be written, and why'),
  })
  .describe('How a crawl went')

const range = <T extends z.ZodType>(of: T) => z.strictObject({ low: of, likely: of, high: of })
const ranges = { requests: range(word.requests), cost_usd: range(word.costUsd) }

export const plan = z
  .strictObject({
    db: word.db,
    resumes: word.run.nullable().describe('The run that the crawl would go on with'),
    total: z.strictObject(ranges),
    streams: z.array(
      z.strictObject({ seed: word.seed, stream: word.stream, streams: word.count, ...ranges }),
    ),
    unfound: z.array(z.string()).describe('Handles of which nothing can be said before they are found'),
    unknown: z.array(z.string()).describe('What is not in these figures, as lines'),
    earlier: z.array(
      z.strictObject({
        run: word.run,
        low: word.count,
        likely: word.count,
        high: word.count,
        actual: word.count.describe('Requests that were billed'),
      }),
    ),
  })
  .describe('What a crawl would cost')

export const schedule = z
  .strictObject({
    at: word.time.describe('When the run began, or the time was let pass'),
    event: z.enum(['run', 'skipped']),
    run: word.run.nullable(),
    exit_code: word.exitCode.nullable(),
    finished: z.boolean(),
    stopped: z.string().nullable().describe('Why it stopped, could not start, or was skipped'),
    requests: word.requests.nullable(),
    cost_usd: word.costUsd.nullable(),
    changes: word.changes.nullable(),
    elapsed_s: word.elapsedS.nullable(),
    next: word.time.nullable().describe('When the next run comes; null if the schedule has ended'),
  })
  .describe('One line of a schedule: what happened at one of its times')

export const sandbox = z
  .strictObject({
    url: z.url(),
    requests: word.requests.describe('Requests answered'),
    cost_usd: word.costUsd.describe('What they would have cost'),
  })
  .describe('What the sandbox has answered')
