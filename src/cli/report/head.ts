/**
 * What a page begins with: which run this is, how it stands, what it was given, and what to do.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import * as words from "../../layers/Reporter/words.ts"
import type { DurableEvent } from "../../pipeline/RunEvent.ts"
import * as Summary from "../../pipeline/Summary.ts"
import { type Content, el, type Html } from "./html.ts"
import { command, count, facts, folded, problem, section, stamp, time, value } from "./parts.ts"
import type { Report } from "./Report.ts"
import type { Timeline } from "./timeline.ts"

/** In characters. */
const longest = 20_000

/** @category rendering */
export const render = (report: Report, { axis: { ms, pauses } }: Timeline): Content => {
  const { commands, events, info, now, summary } = report
  const { id, program, state, status } = info
  const started = Option.getOrUndefined(state.started)
  const settings = Option.getOrUndefined(state.resumed)?.settings ?? started?.settings
  const whole = command(commands.export)
  const output = events.findLast((event) => event._tag === "RunSucceeded")
  const isOver = status === "done" || status === "failed"
  const rests = pauses.reduce((sum, { ms }) => sum + ms, 0)
  return [
    el(
      "header",
      {},
      el("h1", {}, program),
      el("p", { class: "id" }, el("code", {}, id)),
      el("p", { class: `status ${status}` }, statuses[status]),
      facts([
        ...(summary.of === 0
          ? []
          : [["Steps", `${Summary.settled(summary)} of ${summary.of} done`] as const]),
        ...(started === undefined ? [] : [["Began", time(started.at, now)] as const]),
        ...(state.at === 0 ? [] : [[isOver ? "Ended" : "Last changed", time(state.at, now)] as const]),
        ...(started === undefined || state.at === 0 ? [] : [
          [
            "Took",
            `${words.duration(state.at - started.at)}${
              pauses.length === 0 ? "" : `, of which ${count(pauses.length, "pause")} ${words.duration(rests)}`
            }`
          ] as const
        ]),
        ...(ms === 0 ? [] : [["Steps under way for", words.duration(ms)] as const]),
        ...(state.usage.requests === 0 ? [] : [["Answers", words.ofUsage(state.usage)] as const]),
        ...(started?.parent === undefined ? [] : [["Fork of", el("code", {}, started.parent)] as const])
      ]),
      ...Option.match(commands.next, { onNone: () => [], onSome: (next) => [goOn(next)] })
    ),
    ...Option.match(state.problem, {
      onNone: () => [],
      onSome: (one) => [
        section(
          "What went wrong",
          ...where(events),
          problem(one),
          ...(state.undoing === 0
            ? []
            : [
              el(
                "p",
                {},
                `What ${count(state.undoing, "step")} did is still to be undone: going on does that first.`
              )
            ])
        )
      ]
    }),
    ...(started === undefined
      ? [el("p", {}, "It was stopped before it began: repeat the command that started it.")]
      : [
        section(
          "What went in and came out",
          folded("Input", value(started.input, longest, whole)),
          ...(isEmpty(settings) ? [] : [folded("Settings", value(settings, longest, whole))]),
          ...(output?._tag === "RunSucceeded" ? [folded("Output", value(output.output, longest, whole))] : [])
        )
      ])
  ]
}

/** How a run stands, in words: a colour alone does not say it. */
const statuses: Record<Report["info"]["status"], string> = {
  running: "… running when this was written",
  waiting: "? waiting for an answer",
  failed: "✗ failed",
  interrupted: "■ interrupted",
  stopped: "■ stopped",
  done: "✓ done",
  damaged: "damaged",
  newer: "newer",
  unreadable: "unreadable"
}

const goOn = (next: string): Html => el("p", { class: "next" }, "Go on: ", command(next))

/** The step that it failed in. */
const where = (events: ReadonlyArray<DurableEvent>): ReadonlyArray<Html> => {
  const failed = events.findLast((event) => event._tag === "RunFailed")
  return failed?._tag !== "RunFailed" || failed.path === undefined
    ? []
    : [el("p", { class: "facts" }, "in ", el("code", {}, failed.path))]
}

const isEmpty = (json: unknown): boolean =>
  json === undefined || json === null || (typeof json === "object" && Object.keys(json).length === 0)

/**
 * What the window is called.
 *
 * @category rendering
 * @since 0.1.0
 */
export const title = ({ info: { id, program, status } }: Report): string => `${program} ${id} · ${status}`

/**
 * Who has made the page, and when.
 *
 * @category rendering
 * @since 0.1.0
 */
export const foot = ({ by, now }: Report): Html =>
  el(
    "footer",
    {},
    el("p", {}, `Written by ${by} at ${stamp(now.epochMillis, now)}. Times are in that zone. This file loads nothing.`)
  )
