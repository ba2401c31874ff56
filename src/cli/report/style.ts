/**
 * How a page looks: on light and dark, wide and narrow screens, and on paper.
 *
 * @category constants
 * @since 0.1.0
 */
export const style = `
:root {
  --paper: #fcfcfa; --ink: #1d2126; --soft: #5d656f; --line: #e2e4e0; --raised: #f3f4f1;
  --done: #4f8a5b; --failed: #b93a32; --waits: #b07a1e; --pause: #c3c7c2; --link: #2f5f8f;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --ink: #e4e6e8; --soft: #9aa3ad; --line: #2c3035; --raised: #1f2226;
    --done: #6fb27d; --failed: #ef7b72; --waits: #dca94a; --pause: #4a5057; --link: #8ab4de;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.5rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; font-weight: 650; line-height: 1.2; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.05rem; font-weight: 650; margin: 2.6rem 0 .7rem; }
p { margin: .4rem 0; }
code, pre { font: .87em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { background: var(--raised); border-radius: 6px; margin: .3rem 0 .6rem; max-height: 32rem; overflow: auto;
  padding: .65rem .8rem; unicode-bidi: plaintext; white-space: pre-wrap; }
.title, .said, dd, th, li { unicode-bidi: isolate; }
.id { color: var(--soft); margin: .15rem 0 .9rem; }
.status { border: 1px solid currentColor; border-radius: 99px; display: inline-block; font-weight: 600; margin: 0 0 .6rem;
  padding: .1rem .8rem; }
.done { color: var(--done); }
.failed { color: var(--failed); }
.status.waiting, .status.running, .status.interrupted, .status.stopped,
.waiting, .running, .stopped, .undone { color: var(--waits); }
.kept, .skipped, .ahead { color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2.2rem; margin: .6rem 0 1rem; }
dt { color: var(--soft); font-size: .82rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.command { background: var(--raised); border: 1px solid var(--line); border-radius: 5px; padding: .15rem .45rem;
  -webkit-box-decoration-break: clone; box-decoration-break: clone; user-select: all; }
.problem { border-left: 3px solid var(--failed); }
.tag { color: var(--failed); font-weight: 600; }
.label { color: var(--soft); font-size: .85rem; font-weight: 600; margin: .8rem 0 .2rem; }
.facts, .more, .legend { color: var(--soft); font-size: .87rem; }
.key { white-space: nowrap; }
.key svg { height: .65rem; width: 1.1rem; }
.key rect { width: 100%; height: 100%; }
summary { cursor: pointer; }
summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
section > details { border-top: 1px solid var(--line); padding: .45rem 0; }
section > details:last-child { border-bottom: 1px solid var(--line); }
.steps { list-style: none; margin: 0; padding: 0; }
.steps > li { border-top: 1px solid var(--line); color: inherit; }
.steps > li:last-child { border-bottom: 1px solid var(--line); }
.row { display: grid; grid-template-columns: .6rem 1.1rem minmax(0, 1fr) 6rem 4.6rem minmax(6rem, 36%); gap: 0 .7rem;
  align-items: baseline; list-style: none; padding: .42rem .3rem; }
.row::-webkit-details-marker { display: none; }
summary.row::before { color: var(--soft); content: "›"; transition: rotate .12s; }
details[open] > summary.row::before { rotate: 90deg; }
div.row::before { content: ""; }
summary.row:hover { background: var(--raised); }
.over { padding-bottom: 0; }
.over > * { grid-column: 6; }
.number { color: var(--soft); font-variant-numeric: tabular-nums; }
.name .said { color: var(--soft); display: block; font-size: .87rem; }
.failed > details > .row .said { color: var(--failed); }
.state { font-size: .87rem; }
.took { color: var(--soft); font-size: .87rem; font-variant-numeric: tabular-nums; text-align: right; }
.mark { text-align: center; }
.left .row { color: var(--soft); }
.inside { margin: 0 0 .8rem 1.9rem; padding-left: .9rem; border-left: 2px solid var(--line); }
.inside ul { margin: .2rem 0; padding-left: 1.2rem; }
.parts .row { grid-template-columns: .6rem 1.1rem minmax(0, 1fr) 5rem 4.4rem minmax(5rem, 32%); }
svg { display: inline-block; overflow: visible; }
.bar { align-self: start; margin-top: .42rem; background: var(--raised); border-radius: 2px; height: .7rem; width: 100%; overflow: hidden; }
.bar rect { height: 100%; }
rect.done { fill: var(--done); }
rect.failed { fill: var(--failed); }
rect.waits { fill: var(--waits); opacity: .55; }
rect.pause { fill: var(--pause); }
.axis { height: 1.25rem; width: 100%; }
.axis text { fill: var(--soft); font-size: .72rem; font-variant-numeric: tabular-nums; }
.axis .tick { fill: var(--line); height: .35rem; width: 1px; y: .95rem; }
.axis .pause { height: .35rem; y: .95rem; }
.question .state { margin-left: .1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .4rem .8rem .4rem 0; text-align: right; white-space: nowrap; }
th:first-child { text-align: left; white-space: normal; font-weight: 400; }
thead th, thead th:first-child { border: 0; color: var(--soft); font-size: .82rem; font-weight: 400; }
tfoot th, tfoot td, tfoot th:first-child { font-weight: 600; }
.story { list-style: none; padding: 0; }
.story time { color: var(--soft); font-variant-numeric: tabular-nums; margin-right: .6rem; }
footer { border-top: 1px solid var(--line); color: var(--soft); font-size: .82rem; margin-top: 3rem; padding-top: .6rem; }
@media (max-width: 46rem) {
  body { padding: 1.4rem 1rem 2rem; }
  .row, .parts .row { grid-template-columns: .6rem 1.1rem minmax(0, 1fr) 5rem; gap: 0 .5rem; }
  .row > .state { grid-column: 4; grid-row: 1; text-align: right; }
  .row > .took { grid-column: 4; grid-row: 2; }
  .row > .bar { grid-column: 3; grid-row: 2; }
  .over > * { grid-column: 3; }
  .inside { margin-left: .3rem; padding-left: .8rem; }
}
@media print {
  html { background: #fff; color: #000; font-size: 10pt; }
  body { max-width: none; padding: 0; }
  pre { max-height: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary, .row { break-inside: avoid; }
  h2 { break-after: avoid; }
  .bar, rect, .status { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`
