/**
 * When what was under way: the bars beside the steps, and the line above them.
 *
 * @since 0.1.0
 */
import type { DurableEvent } from "../../pipeline/RunEvent.ts"
import * as Axis from "./axis.ts"
import { el, type Html } from "./html.ts"
import { span } from "./parts.ts"

/** One execution of a step, or the time that a question of it was open. */
interface Stretch extends Axis.Span {
  readonly path: string
  readonly kind: "done" | "failed" | "waits"
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Timeline {
  readonly axis: Axis.Axis
  readonly kinds: ReadonlySet<Stretch["kind"]>
  /** The bar of what is at these paths. */
  readonly bar: (paths: ReadonlyArray<string>) => Html
  readonly head: Html
}

/**
 * What was under way, as the records say. `last` is when the last of them was made.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (events: ReadonlyArray<DurableEvent>, last: number): Timeline => {
  const all = stretches(events, last)
  const axis = Axis.make(all.filter(({ kind }) => kind !== "waits"))
  const byPath = new Map<string, Array<Stretch>>()
  for (const one of all) {
    for (let end = one.path.length; end > 0; end = one.path.lastIndexOf("/", end - 1)) {
      const path = one.path.slice(0, end)
      const at = byPath.get(path)
      if (at === undefined) byPath.set(path, [one])
      else at.push(one)
    }
  }
  return {
    axis,
    kinds: new Set(all.map(({ kind }) => kind)),
    bar: (paths) => bar(axis, paths.flatMap((path) => byPath.get(path) ?? [])),
    head: head(axis)
  }
}

const stretches = (events: ReadonlyArray<DurableEvent>, last: number): ReadonlyArray<Stretch> => {
  const all: Array<Stretch> = []
  const open = new Map<string, { readonly path: string; readonly from: number }>()
  const closed = (id: string, to: number) => {
    const one = open.get(id)
    if (one === undefined) return
    open.delete(id)
    all.push({ ...one, to, kind: "waits" })
  }
  for (const event of events) {
    if (event._tag === "StepSucceeded" || event._tag === "StepFailed") {
      const { at, ms, path } = event
      for (const [id, one] of open) if (one.path === path) closed(id, at)
      all.push({ path, from: at, to: at + Math.max(0, ms), kind: event._tag === "StepFailed" ? "failed" : "done" })
    } else if (event._tag === "RequestOpened") {
      open.set(event.request.id, { path: event.request.path, from: event.at })
    } else if (event._tag === "AnswerRecorded" && event.id !== undefined) closed(event.id, event.at)
  }
  for (const id of open.keys()) closed(id, last)
  return all
}

/** In percent: what can still be seen. */
const least = 0.4

const bar = (axis: Axis.Axis, stretches: ReadonlyArray<Stretch>): Html => {
  const parts: Array<{ readonly kind: Stretch["kind"]; readonly x: number; to: number }> = []
  const placed = stretches.map(({ from, kind, to }) => ({ kind, x: axis.at(from), to: axis.at(to) }))
  // A failure is drawn over what succeeded beside it.
  for (const kind of ["waits", "done", "failed"] as const) {
    for (const one of placed.filter((one) => one.kind === kind).sort((a, b) => a.x - b.x)) {
      const before = parts.at(-1)
      if (before?.kind === kind && one.x - before.to < least / 2) before.to = Math.max(before.to, one.to)
      else parts.push({ ...one })
    }
  }
  return el(
    "svg",
    { class: "bar", "aria-hidden": "true" },
    ...parts.map(({ kind, to, x }) => {
      const width = Math.max(least, to - x)
      return el("rect", { class: kind, x: percent(Math.min(x, 100 - width)), width: percent(width) })
    })
  )
}

const head = ({ pauses, ticks }: Axis.Axis): Html =>
  el(
    "svg",
    { class: "axis", "aria-hidden": "true" },
    ...pauses.map(({ width, x }) => el("rect", { class: "pause", x: percent(x), width: percent(width) })),
    ...ticks.flatMap(({ ms, x }) => [
      el("rect", { class: "tick", x: percent(x) }),
      el("text", { x: percent(x), y: "11", "text-anchor": x < 8 ? "start" : x > 92 ? "end" : "middle" }, span(ms))
    ])
  )

const percent = (x: number): string => `${Number(x.toFixed(2))}%`
