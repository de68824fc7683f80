import { figures, type FigureReader } from '../../db/index.js'
import { colour, draw } from '../charts/draw.js'
import { barsAndSum, lines } from '../charts/time.js'
import { count, day, days, number, tick } from '../format.js'
import { html } from '../html.js'
import { userName, userView } from '../people.js'
import { legend, type FigureView, type Section } from '../section.js'

/** The most steps of time that a chart shows. */
const MOST_STEPS: Readonly<Record<figures.TimeUnit, number>> = { day: 150, week: 130, month: 240, year: 400 }
const DAYS: Readonly<Record<figures.TimeUnit, number>> = { day: 1, week: 7, month: 30.44, year: 365.25 }
const DAY_MS = 86_400_000

/** How posts and followers grew. */
export function growthSection(reader: FigureReader): Section {
  return {
    id: 'growth',
    title: 'Growth',
    lead:
      'Posts carry the time at which they were posted, so that their growth reaches back before the ' +
      'first crawl. Followers are known only from the moments at which they were seen.',
    figures: [postsFigure(reader), ...followersFigures(reader)],
  }
}

function postsFigure(reader: FigureReader): FigureView {
  const [told] = reader.rows(figures.caption)
  const [from, to] = [told?.first_post_at ?? null, told?.last_post_at ?? null]
  const unit = from === null || to === null ? 'day' : unitFor(from, to)
  const query = figures.postsInTime(unit)
  const rows = reader.rows(query)
  const total = rows.at(-1)?.posts_so_far ?? 0
  const shown = withoutHoles(rows, unit)
  const busiest = rows.reduce<figures.PostsInTimeRow | undefined>(
    (best, row) => (best === undefined || row.posts > best.posts ? row : best),
    undefined,
  )
  return {
    id: 'posts-in-time',
    title: `Posts by ${unit}`,
    lead:
      from === null || to === null || busiest === undefined
        ? 'No post with a time has been collected yet.'
        : `${count(total, 'post')} from ${days(from, to)}; the busiest ${unit} ` +
          `${unit === 'day' ? 'was' : 'began on'} ${day(busiest.begins)}, with ` +
          `${number(busiest.posts)}. Above, all posts up to then; below, those of each ${unit}.`,
    picture:
      rows.length < 2
        ? null
        : draw(`Posts by ${unit} and in all`, width =>
            barsAndSum(
              {
                labels: shown.map(({ begins }) => tick(begins, unit)),
                values: shown.map(({ posts }) => posts),
                sums: shown.map(row => row.posts_so_far),
                colour: colour.posts,
                titles: ['posts so far', `posts each ${unit}`],
              },
              width,
            ),
          ),
    table:
      rows.length === 0
        ? null
        : {
            header: [unit, 'posts', 'posts so far'],
            rows: rows.map(row => [row.begins, row.posts, row.posts_so_far]),
          },
    sql: [query],
    ...(shown.length < rows.length ? { note: `Drawn are the last ${number(shown.length)} ${unit}s.` } : {}),
  }
}

function unitFor(from: string, to: string): figures.TimeUnit {
  const span = (Date.parse(to) - Date.parse(from)) / DAY_MS
  return figures.timeUnits.find(unit => span / DAYS[unit] <= MOST_STEPS[unit]) ?? 'year'
}

/** Steps without a post are steps, too; the last ones, if there are too many. */
function withoutHoles(
  rows: readonly figures.PostsInTimeRow[],
  unit: figures.TimeUnit,
): figures.PostsInTimeRow[] {
  const most = MOST_STEPS[unit] + 2
  const all: figures.PostsInTimeRow[] = []
  for (const row of rows.slice(-most)) {
    const before = all.at(-1)
    if (before !== undefined) all.push(...holes(before, row.begins, unit))
    all.push(row)
  }
  return all.slice(-most)
}

function holes(
  before: figures.PostsInTimeRow,
  until: string,
  unit: figures.TimeUnit,
): figures.PostsInTimeRow[] {
  const all: figures.PostsInTimeRow[] = []
  for (let begins = stepAfter(before.begins, unit); begins < until; begins = stepAfter(begins, unit))
    all.push({ begins, posts: 0, posts_so_far: before.posts_so_far })
  return all
}

function stepAfter(begins: string, unit: figures.TimeUnit): string {
  const time = new Date(`${begins}T00:00:00.000Z`)
  if (unit === 'day') time.setUTCDate(time.getUTCDate() + 1)
  if (unit === 'week') time.setUTCDate(time.getUTCDate() + 7)
  if (unit === 'month') time.setUTCMonth(time.getUTCMonth() + 1)
  if (unit === 'year') time.setUTCFullYear(time.getUTCFullYear() + 1)
  return time.toISOString().slice(0, 10)
}

function followersFigures(reader: FigureReader): FigureView[] {
  const gained = reader.rows(figures.followersGained)
  const moved = reader.rows(figures.followersInTime)
  const users = reader.rows(figures.collected).find(({ what }) => what === 'users')?.rows ?? 0
  const sum = gained.at(-1)?.gained_so_far ?? 0
  const top = accountsOf(moved)
  const picture =
    top.length === 0
      ? null
      : html`${legend(top)}${draw(`Followers gained since first seen by ${top.map(({ name }) => name).join(', ')}`, width => lines(top, 'followers gained since first seen', width))}`
  return [
    {
      id: 'followers-in-time',
      title: 'Followers gained',
      lead:
        gained.length === 0 && users === 0
          ? 'No account has been collected yet.'
          : gained.length === 0
            ? 'Every account’s followers have been counted once so far. The next crawl that reads the ' +
              'same profiles shows who grew.'
            : top.length === 0
              ? 'No account that was seen more than once has gained or lost followers.'
              : `Accounts that were seen more than once ${sumText(sum)} ` +
                `from ${days(gained[0]?.day ?? '', gained.at(-1)?.day ?? '')}. ` +
                `Drawn are the ${top.length === 1 ? 'one' : top.length} whose ` +
                'followers changed most, counted from when each was first seen.',
      picture,
      table:
        moved.length === 0
          ? null
          : {
              header: ['account', 'day', 'followers', 'gained'],
              rows: moved.map(row => [
                userView(row.username, row.user_id),
                html`<span class="t">${row.day}</span>`,
                row.followers,
                row.gained,
              ]),
            },
      sql: [figures.followersInTime, figures.followersGained],
    },
  ]
}

function sumText(gained: number): string {
  if (gained === 0) return 'gained as many followers as they lost'
  return `${gained < 0 ? 'lost' : 'gained'} ${count(Math.abs(gained), 'follower')}`
}

function accountsOf(
  rows: readonly figures.FollowersInTimeRow[],
): { name: string; colour: string; points: (readonly [number, number])[] }[] {
  return [...new Set(rows.map(row => row.user_id))].map((id, i) => {
    const own = rows.filter(row => row.user_id === id)
    return {
      name: userName(own[0]?.username ?? null, id),
      colour: colour.series[i] ?? colour.muted,
      points: own.map(row => [Date.parse(`${row.day}T00:00:00Z`), row.gained] as const),
    }
  })
}
