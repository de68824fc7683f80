import { Html } from './html.js'

/** The look of the page, and the colours of everything drawn in it. It holds nothing of the data. */
export const STYLE = new Html(`
:root {
  color-scheme: light dark;
  --shade: rgb(0 0 0 / 22%); --paper: #faf9f6; --card: #ffffff; --ink: #1c1f26; --muted: #626a78; --rule: #e3e0d9; --code: #f3f1ec; --link: #1d5f8a;
  --c1: #2f6f9f; --c2: #c8603a; --c3: #4f8a4b; --c4: #8659a3; --c5: #c4921c; --c6: #77808f; --c7: #4c5fa8; --c8: #b0487f;
  --good: #3f8f7b; --bad: #b8383d; --mute1: #737c8b; --mute2: #aab1bc; --mute3: #d6d2c8; --fair: #9ccdb9; --left: #8a6542; --warm: #fbf1d9; --warm-ink: #6a4b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --shade: rgb(0 0 0 / 70%); --paper: #14161a; --card: #1b1e24; --ink: #e8e6e1; --muted: #9ba3b0; --rule: #31353e; --code: #22262d; --link: #8cc3e8;
    --c1: #6db1de; --c2: #ec8b66; --c3: #8fc583; --c4: #c09adb; --c5: #e2b64c; --c6: #9aa3b2; --c7: #97a6ea; --c8: #e58bbd;
    --good: #63bfa8; --bad: #f07b7b; --mute1: #a3abb8; --mute2: #6a7280; --mute3: #474c56; --fair: #3f7568; --left: #b98d64; --warm: #33290f; --warm-ink: #f0d48a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; max-width: 58rem; padding: 3.5rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
  font: 400 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
  overflow-wrap: break-word;
}
h1, h2 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Liberation Serif", serif; font-weight: 600; line-height: 1.15; text-wrap: balance; }
h1 { font-size: clamp(2rem, 6vw, 3rem); margin: 0.2rem 0 1rem; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.75rem; margin: 0 0 0.6rem; letter-spacing: -0.01em; }
h3 { font-size: 1.06rem; line-height: 1.3; margin: 0; font-weight: 650; }
h4 { font-size: 0.95rem; margin: 0 0 0.15rem; font-weight: 600; overflow-wrap: anywhere; }
h4 small { margin-left: 0.6em; font-weight: 400; color: var(--muted); font-size: 0.82rem; }
p { margin: 0; text-wrap: pretty; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
code, pre { font-family: ui-monospace, SFMono-Regular, "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.86em; }
.kicker { color: var(--muted); font-size: 0.85rem; letter-spacing: 0.01em; }
.summary { font-size: 1.18rem; line-height: 1.5; max-width: 44rem; }
.sandbox { margin: 0 0 1rem; padding: 0.55rem 0.9rem; background: var(--warm); color: var(--warm-ink); border-radius: 0.4rem; width: fit-content; }
nav ol { list-style: none; display: flex; flex-wrap: wrap; gap: 0.35rem 1.1rem; margin: 1.5rem 0 0; padding: 0; font-size: 0.9rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { margin-top: 4rem; padding-top: 1.6rem; border-top: 1px solid var(--rule); }
.lead { color: var(--muted); max-width: 44rem; }
.figures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.5rem; margin-top: 1.5rem; }
figure { margin: 0; grid-column: 1 / -1; min-width: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 0.6rem; padding: 1.2rem 1.3rem 0.9rem; }
figure.half { grid-column: auto; display: flex; flex-direction: column; }
figure.half > details { margin-top: auto; }
figure.bare { padding: 0.75rem 1.3rem; display: grid; grid-template-columns: minmax(0, 1fr) max-content; gap: 0 1.5rem; align-items: baseline; }
.bare figcaption { margin: 0; }
.bare > details { margin: 0; }
.bare > details[open] { grid-column: 1 / -1; min-width: 0; }
.quiet { margin-top: 2.2rem; padding-top: 1.1rem; }
.quiet .figures { gap: 0.7rem; margin-top: 0.8rem; }
.quiet h2 { font-size: 1.35rem; margin: 0; }
figcaption, .legend { overflow-wrap: anywhere; }
figcaption { margin-bottom: 0.9rem; }
figcaption p { color: var(--muted); font-size: 0.93rem; margin-top: 0.2rem; max-width: 46rem; }
.note { color: var(--muted); font-size: 0.83rem; margin: 0.7rem 0 0; max-width: 46rem; }
.note em { color: var(--ink); }
.chart svg { display: block; width: 100%; height: auto; overflow: hidden; }
.chart text { font-variant-numeric: tabular-nums; unicode-bidi: isolate; }
.narrow { display: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; margin: 0 0 0.6rem; padding: 0; font-size: 0.85rem; }
.swatch { display: inline-block; width: 0.75em; height: 0.75em; border-radius: 2px; margin-right: 0.45em; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1.1rem 1rem; margin: 0; }
.tiles div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { color: var(--muted); font-size: 0.85rem; line-height: 1.3; }
.tiles dd { margin: 0; font-size: 1.55rem; line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.grid, .trees { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.4rem 1.6rem; }
.trees { grid-template-columns: minmax(0, 1fr); gap: 2rem; }
.quote { color: var(--muted); font-size: 0.9rem; margin-bottom: 0.4rem; overflow-wrap: anywhere; max-height: 4.5em; overflow: hidden; }
.bars { display: grid; grid-template-columns: fit-content(17rem) minmax(0, 1fr) max-content; gap: 0.4rem 0.7rem; align-items: center; margin: 0; font-size: 0.85rem; line-height: 1.25; }
.bars > div { display: contents; }
.bars dt { text-align: right; overflow-wrap: anywhere; text-wrap: balance; }
.bars dd { margin: 0; }
.track { display: flex; gap: 1px; height: 0.95rem; }
.track i { width: var(--w); min-width: 1px; background: var(--c); }
.end { color: var(--muted); font-variant-numeric: tabular-nums; }
.scale { display: flex; align-items: center; gap: 0.3rem; margin-bottom: 0.6rem; font-size: 0.85rem; color: var(--muted); }
.scale i { width: 1.6rem; height: 0.9rem; background: var(--c); opacity: var(--o); }
.branch, .branch ul { list-style: none; margin: 0; padding: 0; font-size: 0.88rem; line-height: 1.5; }
.branch ul { padding-left: 0.9rem; border-left: 1px solid var(--rule); }
.branch :is(ul ul ul ul ul ul ul ul) ul { padding-left: 0.1rem; }
.branch small { color: var(--muted); margin-left: 0.3em; }
.table {
  overflow-x: auto; margin: 0 -0.4rem;
  background: linear-gradient(to right, var(--card) 1rem, transparent 2.5rem), linear-gradient(to left, var(--card) 1rem, transparent 2.5rem) right,
    linear-gradient(to right, var(--shade), transparent 0.8rem), linear-gradient(to left, var(--shade), transparent 0.8rem) right;
  background-repeat: no-repeat; background-size: 2.5rem 100%, 2.5rem 100%, 0.8rem 100%, 0.8rem 100%; background-attachment: local, local, scroll, scroll;
}
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; line-height: 1.4; }
th, td { text-align: left; padding: 0.38rem 0.55rem; vertical-align: top; border-bottom: 1px solid var(--rule); }
th { color: var(--muted); font-weight: 500; font-size: 0.82rem; vertical-align: bottom; white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
td { max-width: 27rem; overflow: hidden; overflow-wrap: break-word; }
td bdi { overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.t { white-space: nowrap; font-variant-numeric: tabular-nums; }
.none { color: var(--muted); }
.user, .name, .id { display: inline-block; max-width: 12rem; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; vertical-align: bottom; line-height: 1.4; }
.user { font-weight: 500; }
.seeds { display: inline-block; max-width: 25rem; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; vertical-align: bottom; }
.options { color: var(--muted); font-size: 0.82rem; }
tr:has(+ .below) td { border-bottom: 0; padding-bottom: 0; }
.below td { padding-top: 0; }
.post { min-width: 12rem; max-width: 27rem; }
.post p { max-height: 4.3em; overflow: hidden; overflow-wrap: anywhere; }
.post small { color: var(--muted); display: flex; flex-wrap: wrap; gap: 0 0.4em; }
.bar { display: inline-block; min-width: 5rem; padding-bottom: 4px; background: linear-gradient(var(--c1), var(--c1)) right bottom / var(--w) 3px no-repeat; }
details { margin-top: 0.8rem; font-size: 0.88rem; }
summary { cursor: pointer; color: var(--muted); font-size: 0.83rem; width: fit-content; }
summary:hover { color: var(--ink); }
details .table { --ground: var(--card); margin-top: 0.7rem; max-height: 24rem; overflow: auto; }
details .table, pre {
  background: linear-gradient(to left, var(--ground) 1rem, transparent 2.5rem) right / 2.5rem 100% local,
    linear-gradient(to top, var(--ground) 0.6rem, transparent 2rem) bottom / 100% 2rem local,
    linear-gradient(to left, var(--shade), transparent 0.8rem) right / 0.8rem 100% scroll,
    linear-gradient(to top, var(--shade), transparent 0.6rem) bottom / 100% 0.6rem scroll, var(--ground);
  background-repeat: no-repeat;
}
pre { --ground: var(--code); border-radius: 0.4rem; padding: 0.8rem 1rem; margin: 0.8rem 0 0.4rem; overflow-x: auto; line-height: 1.45; tab-size: 2; }
footer { margin-top: 4rem; padding-top: 1.4rem; border-top: 1px solid var(--rule); color: var(--muted); font-size: 0.88rem; display: grid; gap: 0.6rem; max-width: 46rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
@media (max-width: 46rem) {
  body { padding: 1.6rem 1rem 3rem; }
  .wide { display: none; }
  .narrow { display: block; }
  .figures, .grid { grid-template-columns: minmax(0, 1fr); }
  figure { padding: 1rem 0.9rem 0.8rem; }
  section { margin-top: 2.8rem; }
  .summary { font-size: 1.06rem; }
  figure.bare { padding: 0.7rem 0.9rem; }
  section.quiet { margin-top: 1.8rem; }
  .folds .bar { background-position: left bottom; }
  h2 { font-size: 1.5rem; }
  .quiet h2 { font-size: 1.3rem; }
  .tiles { grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); }
  .tiles dd { font-size: 1.3rem; }
  .bars { grid-template-columns: minmax(0, 1fr) max-content; gap: 0.1rem 0.6rem; }
  .bars dt { grid-column: 1 / -1; text-align: left; margin-top: 0.35rem; }
  figure > .folds { overflow: visible; background: none; }
  .folds table, .folds tbody { display: block; }
  .folds thead { display: none; }
  .folds tr { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; padding: 0.5rem 0.4rem; border-bottom: 1px solid var(--rule); }
  .folds tr:last-child { border-bottom: 0; }
  .folds td { display: block; border: 0; padding: 0; text-align: left; max-width: 100%; }
  .folds td::before { content: attr(data-name) " "; color: var(--muted); font-size: 0.82rem; }
  .folds td:first-child { font-weight: 500; }
  .folds td:first-child::before, .folds td:has(.post)::before, .folds td[data-name=""]::before { content: none; }
  .folds td:has(.post), .folds td:first-child { flex-basis: 100%; }
  .folds td:has(> .none) { display: none; }
  .folds tr:has(+ .below) { border-bottom: 0; padding-bottom: 0; }
  .folds .below { padding-top: 0; }
  .folds .below td { font-weight: inherit; }
  .seeds { max-width: 100%; white-space: normal; overflow-wrap: anywhere; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  :root {
    --paper: #fff; --card: #fff; --ink: black; --muted: #4a4a4a; --rule: #ccc; --link: black;
    --c1: #2f6f9f; --c2: #c8603a; --c3: #4f8a4b; --c4: #8659a3; --c5: #c4921c; --c6: #77808f; --c7: #4c5fa8; --c8: #b0487f;
    --good: #3f8f7b; --bad: #b8383d; --mute1: #737c8b; --mute2: #aab1bc; --mute3: #d6d2c8; --fair: #9ccdb9; --left: #8a6542; --warm: #fff; --warm-ink: black;
  }
  @page { margin: 16mm 14mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav, details, .screen { display: none; }
  .sandbox { padding: 0.3rem 0.7rem; border: 1px solid var(--rule); }
  footer { margin-top: 1.4rem; padding-top: 0.8rem; }
  .figures { display: block; }
  figure { margin-top: 0.9rem; }
  figure.half { display: inline-block; width: 48%; margin-right: 1.5%; vertical-align: top; }
  p, li, dl > div, h2 { break-inside: avoid; }
  p { orphans: 3; widows: 3; }
  .wide { display: block; }
  .narrow { display: none; }
  section { margin-top: 1.4rem; padding-top: 1rem; }
  h1, h2, h3, h4, figcaption, .lead, .legend, .scale { break-after: avoid; }
  .note { break-before: avoid; }
  figure, .tree, tr { break-inside: avoid; }
  figure.rows { break-inside: auto; }
  .rows tr:nth-child(-n + 3) { break-after: avoid; }
  .rows tr:nth-last-child(-n + 2) { break-before: avoid; }
  figure, figure.bare { border: 0; padding: 0.4rem 0; }
  .bare figcaption { break-after: auto; }
  .table { overflow: visible; background: none; }
  .below { break-before: avoid; }
  .seeds { min-width: 9rem; max-width: none; white-space: normal; overflow-wrap: break-word; }
  a { text-decoration: none; }
}
`)
