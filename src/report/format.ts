const NARROW = '\u202F'

/** 1234567 as "1 234 567", with thin spaces; fractions as they are. */
export function number(value: number): string {
  const [whole = '', fraction] = String(value).split('.')
  if (whole.includes('e')) return String(value)
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, NARROW)
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** "1 post", "2 posts". */
export function count(value: number, noun: string, many = `${noun}s`): string {
  return `${number(value)}\u00A0${value === 1 ? noun : many}`
}

/** With two digits after the point, always, so that a column of them stands in line. */
export function decimal(value: number): string {
  const [whole = '', fraction = ''] = value.toFixed(2).split('.')
  return `${number(Number(whole))}.${fraction}`
}

export function dollars(value: number): string {
  return `$${decimal(value)}`
}

/** A part of a whole, in percent: no more digits than say something. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–'
  const value = (100 * part) / whole
  if (value > 0 && value < 0.1) return '<0.1%'
  if (value < 100 && value > 99.9) return '>99.9%'
  return `${value.toFixed(value > 0 && value < 10 ? 1 : 0)}%`
}

/** A stored time as "2025-11-02 08:24"; UTC, which the page says once. */
export function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)}`
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** A stored time as "2 November 2025". */
export function day(time: string): string {
  return `${Number(time.slice(8, 10))}\u00A0${MONTHS[Number(time.slice(5, 7)) - 1] ?? ''}\u00A0${time.slice(0, 4)}`
}

/** The mark of a step of time on an axis: "2 Nov 2025", "Nov 2025" or "2025". */
export function tick(begins: string, unit: 'day' | 'week' | 'month' | 'year'): string {
  const year = begins.slice(0, 4)
  if (unit === 'year') return year
  const month = (MONTHS[Number(begins.slice(5, 7)) - 1] ?? '').slice(0, 3)
  return unit === 'month' ? `${month} ${year}` : `${Number(begins.slice(8, 10))} ${month} ${year}`
}

/** Two stored times as "2 November 2025 to 31 March 2026", or the one day that both are of. */
export function days(from: string, to: string): string {
  return from.slice(0, 10) === to.slice(0, 10) ? day(from) : `${day(from)} to ${day(to)}`
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The beginning of a text, on one line, cut between what people see as characters. */
export function excerpt(text: string, length: number): string {
  const line = text
    .slice(0, length * 20)
    .replaceAll(/\s+/g, ' ')
    .trim()
  const parts = [...graphemes.segment(line)]
  return parts.length <= length
    ? line
    : `${parts
        .slice(0, length - 1)
        .map(({ segment }) => segment)
        .join('')
        .trimEnd()}…`
}
