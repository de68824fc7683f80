import { BarChart, GraphChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use, type EChartsCoreOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { Html, html } from '../html.js'

use([BarChart, GraphChart, LineChart, ScatterChart, GridComponent, SVGRenderer])

/**
 * Colours are names that the page's style gives a value, one for light and one for dark; the same thing has
 * the same colour in every chart.
 */
export const colour = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  rule: 'var(--rule)',
  card: 'var(--card)',
  views: 'var(--c1)',
  likes: 'var(--c2)',
  comments: 'var(--c3)',
  remixes: 'var(--c4)',
  money: 'var(--c5)',
  posts: 'var(--c7)',
  /** Read to its end, or not: of listings and of the accounts whose lists they are. */
  read: 'var(--good)',
  unread: 'var(--mute1)',
  people: 'var(--c6)',
  characters: 'var(--c8)',
  /** Things that differ in nothing but who they are. */
  series: ['var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)', 'var(--c6)'],
} as const

/** What is drawn into a space: its height there, and what the library draws. */
export interface Drawing {
  readonly height: number
  readonly option: EChartsCoreOption
}

/**
 * Pixels of a drawing that takes the whole width of the text, of one on a phone, and of one of two beside
 * each other.
 */
export const WIDE = 860
export const NARROW = 340
export const HALF = 410

/**
 * A drawing as SVG. It is drawn twice where it takes the whole width, since letters that are scaled down to a
 * phone cannot be read; the page shows the one that fits.
 * @param label what is to be seen, in words
 */
export function draw(label: string, make: (width: number) => Drawing, { half = false } = {}): Html {
  if (half) return html`<div class="chart">${svg(label, HALF, make(HALF))}</div>`
  return html`<div class="chart wide">${svg(label, WIDE, make(WIDE))}</div><div class="chart narrow">${svg(label, NARROW, make(NARROW))}</div>`
}

const LOOK = {
  animation: false,
  useUTC: true,
  backgroundColor: 'transparent',
  textStyle: { fontFamily: 'inherit' },
}

/** A drawing as SVG of this width. */
function svg(label: string, width: number, { height, option }: Drawing): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ ...LOOK, ...option })
    const drawn = chart.renderToSVGString({ useViewBox: true })
    const inner = drawn.slice(drawn.indexOf('>') + 1, drawn.lastIndexOf('</svg>'))
    return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">${new Html(slim(inner))}</svg>`
  } finally {
    // Without it, the library's clock keeps the program alive.
    chart.dispose()
  }
}

/**
 * Without what is there for scripts and pointers. Texts in it are escaped, so that no quote or angle bracket
 * is theirs.
 */
function slim(inner: string): string {
  return inner
    .replaceAll(/<style[^>]*>[^]*?<\/style>/g, '')
    .replaceAll(/ (?:class|pointer-events|ecmeta_\w+|xml:space)="[^"]*"/g, '')
    .replaceAll(/<rect [^>]*fill="none"><\/rect>\n?/g, '')
    .replaceAll(/(\d+\.\d\d)\d+/g, '$1')
    .trim()
}
