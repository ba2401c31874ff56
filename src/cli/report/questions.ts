/**
 * What a run has asked, and what was answered.
 *
 * @since 0.1.0
 */
import * as words from "../../layers/Reporter/words.ts"
import type { AnswerRecorded, AnswerRefused, OpenRequest, Request, Usage } from "../../pipeline/RunEvent.ts"
import * as RunState from "../../pipeline/RunState.ts"
import { type Content, el, type Html } from "./html.ts"
import { command, folded, section, text, time, value } from "./parts.ts"
import type { Report } from "./Report.ts"

/** More questions than this are shown where they were asked only: in their steps. */
const most = 200
/** In characters, of each; and of all together. */
const longest = 6000
const longestInAll = 1_000_000

/** One question, from when it was asked until it was answered. */
interface Question {
  readonly path: string
  readonly name: string
  readonly asked?: { readonly at: number; readonly request: Request }
  readonly answered?: typeof AnswerRecorded.Type
  readonly refused: ReadonlyArray<typeof AnswerRefused.Type>
}

/** @category rendering */
export const render = (report: Report): Content => {
  const all = questionsOf(report)
  const open = new Map(RunState.openRequests(report.info.state).map((request) => [request.id, request]))
  const isOpen = ({ asked }: Question): boolean => asked !== undefined && open.has(asked.request.id)
  // Those that wait come first.
  const sorted = [...all.filter(isOpen), ...all.filter((one) => !isOpen(one))]
  const shown = sorted.slice(0, most)
  const limit = Math.min(longest, Math.floor(longestInAll / Math.max(1, 2 * shown.length)))
  return all.length === 0 ? [] : section(
    "Questions and answers",
    ...shown.map((one) =>
      each(one, one.asked === undefined ? undefined : open.get(one.asked.request.id), report, limit)
    ),
    ...(sorted.length > most
      ? [el("p", { class: "more" }, `${sorted.length - most} more. All of them: `, command(report.commands.export))]
      : [])
  )
}

const questionsOf = ({ events }: Report): ReadonlyArray<Question> => {
  const all: Array<Question> = []
  /** Where the last question of a name stands, and those that have an id. */
  const last = new Map<string, number>()
  const byId = new Map<string, number>()
  for (const event of events) {
    if (event._tag === "RequestOpened") {
      const { id, name, path } = event.request
      byId.set(id, all.length)
      last.set(`${path} ${name}`, all.length)
      all.push({ path, name, asked: event, refused: [] })
    } else if (event._tag === "AnswerRecorded" || event._tag === "AnswerRefused") {
      const { id, name, path } = event
      const key = `${path} ${name}`
      const at = id === undefined ? last.get(key) : byId.get(id)
      const one = at === undefined ? undefined : all[at]
      // What came at once has no request, and the next answer of its name is to another question.
      const isAnother = one === undefined || (id === undefined && one.answered !== undefined)
      const question = isAnother ? { path, name, refused: [] } : one
      const told = event._tag === "AnswerRecorded"
        ? { ...question, answered: event }
        : { ...question, refused: [...question.refused, event] }
      if (isAnother) {
        last.set(key, all.length)
        all.push(told)
      } else if (at !== undefined) all[at] = told
    }
  }
  return all
}

const each = (
  { answered, asked, name, path, refused }: Question,
  open: OpenRequest | undefined,
  { commands, now }: Report,
  limit: number
): Html => {
  const whole = command(commands.export)
  const state = open !== undefined ? "waiting" : answered !== undefined ? "answered" : "not answered"
  const cost = [...refused, ...(answered === undefined ? [] : [answered])].flatMap(({ usage }): ReadonlyArray<Usage> =>
    usage === undefined ? [] : [usage]
  )
  return el(
    "details",
    { class: "question", open: open === undefined ? "" : "open" },
    el(
      "summary",
      {},
      el("span", { class: "title" }, name),
      el("span", { class: "said" }, ` ${path === name ? "" : `${path} `}· ${whom(asked?.request)} · `),
      el("span", { class: `state ${state === "waiting" ? "waiting" : ""}`.trim() }, state)
    ),
    el(
      "div",
      { class: "inside" },
      ...(asked === undefined ? [] : [
        el("p", { class: "label" }, "Asked ", time(asked.at, now)),
        text(asked.request.prompt, limit, whole),
        ...(asked.request.files.length === 0
          ? []
          : [el("p", {}, "With ", ...asked.request.files.flatMap((file) => [el("code", {}, file), " "]))])
      ]),
      ...refused.slice(-5).map((one) =>
        el(
          "div",
          {},
          el("p", { class: "label" }, "Refused ", time(one.at, now)),
          el("ul", {}, ...one.issues.slice(0, 20).map((issue) => el("li", {}, issue)))
        )
      ),
      ...(answered === undefined
        ? []
        : [el("p", { class: "label" }, "Answer ", time(answered.at, now)), value(answered.value, limit, whole)]),
      ...cost.map((usage) => el("p", { class: "facts" }, words.ofUsage(usage))),
      ...(open === undefined ? [] : [
        el("p", { class: "label" }, "Answer it"),
        command(commands.answer(open)),
        folded("What an answer has to be", value(open.answerSchema, limit, whole))
      ]),
      ...(refused.length > 5
        ? [el("p", { class: "more" }, `${refused.length - 5} more before that`)]
        : [])
    )
  )
}

const whom = (request: Request | undefined): string =>
  request === undefined ? "answered at once" : request.ask === "agent" ? "an agent was asked" : "a person was asked"
