/**
 * A run as one page of HTML that needs nothing else: no script, no picture, no network.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import * as costs from "./costs.ts"
import * as head from "./head.ts"
import { el, Html } from "./html.ts"
import * as questions from "./questions.ts"
import type { Report } from "./Report.ts"
import * as steps from "./steps.ts"
import * as story from "./story.ts"
import { style } from "./style.ts"
import * as Timeline from "./timeline.ts"

/** Nothing may be loaded or run, whatever stands in the page, and nothing but this one style counts. */
const policy = `default-src 'none'; style-src 'sha256-${
  createHash("sha256").update(style).digest("base64")
}'; base-uri 'none'; form-action 'none'`

/**
 * The page of a run.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (report: Report): string => {
  const timeline = Timeline.make(report.events, report.info.state.at)
  const page = el(
    "html",
    { lang: "en" },
    el(
      "head",
      {},
      el("meta", { charset: "utf-8" }),
      new Html(`<meta http-equiv="Content-Security-Policy" content="${policy}">`),
      el("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      el("meta", { name: "color-scheme", content: "light dark" }),
      el("meta", { name: "referrer", content: "no-referrer" }),
      el("title", {}, head.title(report)),
      new Html(`<style>${style}</style>`)
    ),
    el(
      "body",
      {},
      el(
        "main",
        {},
        head.render(report, timeline),
        steps.render(report, timeline),
        questions.render(report),
        costs.render(report),
        story.render(report)
      ),
      head.foot(report)
    )
  )
  return `<!doctype html>\n${page.markup}\n`
}
