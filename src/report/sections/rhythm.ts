import { figures, type FigureReader } from '../../db/index.js'
import { heatMap, heatScale } from '../charts/heat-map.js'
import { draw } from '../charts/draw.js'
import { count, number } from '../format.js'
import { html } from '../html.js'
import type { Section } from '../section.js'

/** As people read a week; SQLite counts from Sunday. */
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))

/** When people post. */
export function rhythmSection(reader: FigureReader): Section {
  const rows = reader.rows(figures.postingHours).map(row => ({ ...row, weekday: (row.weekday + 6) % 7 }))
  const posts = (weekday: number, hour: number): number =>
    rows.find(row => row.weekday === weekday && row.hour === hour)?.posts ?? 0
  const cells = WEEKDAYS.flatMap((_, y) => HOURS.map((_hour, x) => ({ x, y, value: posts(y, x) })))
  const busiest = rows.reduce<(typeof rows)[number] | undefined>(
    (best, row) => (best === undefined || row.posts > best.posts ? row : best),
    undefined,
  )
  const most = busiest === undefined ? '' : `${WEEKDAYS[busiest.weekday]} from ${HOURS[busiest.hour]}:00`
  return {
    id: 'rhythm',
    title: 'Posting hours',
    lead: null,
    figures: [
      {
        id: 'posting-hours',
        title: 'By weekday and hour, UTC',
        lead:
          busiest === undefined
            ? 'No post with a time has been collected yet.'
            : `The busiest hour is ${most} with ${count(busiest.posts, 'post')}. Where people live ` +
              'is not known: UTC says nothing about their morning.',
        picture:
          busiest === undefined
            ? null
            : html`${heatScale(cells, 'posts')}${draw(`Posts by weekday and hour; most on ${most}, ${number(busiest.posts)}`, width => heatMap(HOURS, WEEKDAYS, cells, width))}`,
        table:
          busiest === undefined
            ? null
            : {
                header: ['hour', ...WEEKDAYS.map(name => name.slice(0, 3))],
                rows: HOURS.map((hour, x) => [`${hour}:00`, ...WEEKDAYS.map((_, y) => posts(y, x))]),
              },
        sql: [figures.postingHours],
      },
    ],
  }
}
