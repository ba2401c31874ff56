/**
 * What answers have cost, step by step.
 *
 * @since 0.1.0
 */
import * as words from "../../layers/Reporter/words.ts"
import type { Usage } from "../../pipeline/RunEvent.ts"
import * as Summary from "../../pipeline/Summary.ts"
import { type Content, el, type Html } from "./html.ts"
import { count, section } from "./parts.ts"
import type { Report } from "./Report.ts"

/** The steps that cost most. */
const most = 50

/** @category rendering */
export const render = ({ asides, info: { state }, summary }: Report): Content => {
  const all = Summary.rows(summary).flatMap(({ path, title }) => {
    const usage = asides.spent.get(path)
    return usage === undefined || usage.requests === 0 ? [] : [{ title, usage }]
  })
  const shown = all.length <= most ? all : [...all].sort((a, b) => b.usage.ms - a.usage.ms).slice(0, most)
  return state.usage.requests === 0 ? [] : section(
    "What answers took",
    el(
      "div",
      { class: "wide" },
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, ...["Step", ...head].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...shown.map(({ title, usage }) => line(title, usage))),
        el("tfoot", {}, line("In all", state.usage))
      )
    ),
    ...(all.length > shown.length
      ? [el("p", { class: "more" }, `${count(all.length - shown.length, "step")} more`)]
      : [])
  )
}

const head = ["Requests", "Tokens in", "Tokens out", "Time", "US dollars"]

const line = (title: string, { inputTokens, ms, outputTokens, requests, usd }: Usage): Html =>
  el(
    "tr",
    {},
    el("th", { scope: "row" }, title),
    ...[
      grouped(requests),
      grouped(inputTokens),
      grouped(outputTokens),
      words.duration(ms),
      usd === undefined ? "" : `${Number(usd.toPrecision(4))}`
    ].map((text) => el("td", {}, text === "" ? "not known" : text))
  )

/** `31 204`, with a space that does not break. */
const grouped = (number: number | undefined): string =>
  number === undefined ? "" : String(number).replace(/\B(?=(\d{3})+$)/g, "\u202F")
