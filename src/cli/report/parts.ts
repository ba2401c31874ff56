/**
 * What all parts of a page have in common: times, values, problems.
 *
 * @since 0.1.0
 */
import { DateTime, Duration, Option } from "effect"
import * as printable from "../../pipeline/printable.ts"
import type { Problem } from "../../pipeline/RunEvent.ts"
import * as when from "../when.ts"
import { type Content, el, type Html } from "./html.ts"

/**
 * A heading and what stands below it; nothing where that is nothing.
 *
 * @category rendering
 * @since 0.1.0
 */
export const section = (name: string, ...content: ReadonlyArray<Content>): Content =>
  content.length === 0 ? [] : el("section", {}, el("h2", {}, name), ...content)

/**
 * Names and what they are.
 *
 * @category rendering
 * @since 0.1.0
 */
export const facts = (all: ReadonlyArray<readonly [name: string, content: Content]>): Html =>
  el("dl", {}, ...all.map(([name, content]) => el("div", {}, el("dt", {}, name), el("dd", {}, content))))

/**
 * A point in time, in the zone of the page.
 *
 * @category rendering
 * @since 0.1.0
 */
export const time = (at: number, now: DateTime.Zoned): Html =>
  el("time", { datetime: when.iso(Option.some(at)) ?? "" }, stamp(at, now))

/**
 * `2026-11-20 17:02:11 +01:00`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const stamp = (at: number, now: DateTime.Zoned): string => {
  const [, day = "", time = "", zone = ""] = /^(.+?)T(\d\d:\d\d:\d\d)[^Z+-]*([Z+-]\d\d:\d\d|Z)?/.exec(
    DateTime.formatIsoOffset(DateTime.setZone(DateTime.unsafeMake(at), now.zone))
  ) ?? []
  return `${day} ${time} ${zone === "Z" || zone === "+00:00" ? "UTC" : zone}`.trim()
}

/**
 * A stretch of time in a few words: `15h 2m`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const span = (ms: number): string =>
  ms === 0 ? "0s" : Duration.format(Duration.millis(Math.round(ms))).split(" ").slice(0, 2).join(" ")

/**
 * A command to paste.
 *
 * @category rendering
 * @since 0.1.0
 */
export const command = (text: string): Html => el("code", { class: "command" }, text)

/**
 * Text that is cut where it is too long, with what shows the rest.
 *
 * @category rendering
 * @since 0.1.0
 */
export const text = (whole: string, limit: number, rest: Content): Content => {
  if (whole.length <= limit) return el("pre", {}, printable.text(whole))
  const cut = printable.text(whole.slice(0, limit).replace(/[\uD800-\uDBFF]$/, ""))
  return [
    el("pre", {}, `${cut}…`),
    el("p", { class: "more" }, `${whole.length - limit} more characters. The whole: `, rest)
  ]
}

/**
 * A value as JSON; one that is a text of several lines as it is.
 *
 * @category rendering
 * @since 0.1.0
 */
export const value = (json: unknown, limit: number, rest: Content): Content =>
  typeof json === "string" && json.includes("\n")
    ? text(json, limit, rest)
    : text(printable.json(JSON.stringify(json, null, 2) ?? "null"), limit, rest)

/**
 * What can be opened.
 *
 * @category rendering
 * @since 0.1.0
 */
export const folded = (name: Content, ...content: ReadonlyArray<Content>): Html =>
  el("details", {}, el("summary", {}, name), ...content)

/**
 * What something failed with, in full.
 *
 * @category rendering
 * @since 0.1.0
 */
export const problem = (problem: Problem): Content =>
  problem._tag === "Failure"
    ? [
      el("p", { class: "tag" }, problem.tag),
      el("pre", { class: "problem" }, problem.message),
      ...(problem.fix === undefined ? [] : [el("p", { class: "label" }, "What to do"), el("pre", {}, problem.fix)])
    ]
    : [
      el("p", { class: "tag" }, `A bug: ${problem.name}`),
      el("pre", { class: "problem" }, [problem.message, ...problem.frames.map((frame) => `  ${frame}`)].join("\n"))
    ]

/**
 * So many of something.
 *
 * @category rendering
 * @since 0.1.0
 */
export const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`
