/**
 * `rm` and `gc`: runs that are needed no more are removed.
 *
 * @since 0.1.0
 */
import { type DateTime, Effect, Option } from "effect"
import * as History from "../../pipeline/History.ts"
import * as Run from "../../pipeline/Run.ts"
import type { App, Outcome } from "../App.ts"
import * as choosing from "../choosing.ts"
import * as Spec from "../Spec.ts"
import { UsageError } from "../UsageError.ts"
import * as when from "../when.ts"
import * as runs from "./runs.ts"

/** @category constants */
export const removeSpec: Spec.Spec = {
  name: "rm",
  description: "Removes runs: all that are named, or none where one is not finished.",
  args: [{ ...Spec.aRun, required: true, repeated: true }],
  flags: [choosing.unfinished, Spec.breakLock, choosing.dryRun, ...Spec.everywhere],
  examples: [{ command: "rm implement-1a2b3c4d-1" }, { command: "rm @last --unfinished" }]
}

/** @category constants */
export const collectSpec: Spec.Spec = {
  name: "gc",
  description: "Removes finished runs that are old, or more than are to be kept.",
  args: [],
  flags: [
    {
      name: "keep",
      kind: "value",
      meta: "NUMBER",
      description: "Keep so many of each program, the ones that changed last",
      group: "Options"
    },
    choosing.olderThan,
    choosing.program,
    choosing.unfinished,
    choosing.dryRun,
    ...Spec.everywhere
  ],
  examples: [
    { command: "gc --keep 10 --older-than 30d --dry-run" },
    { command: "gc --older-than 30d", description: "Never a run that could still go on" }
  ]
}

const isDry = ({ parsed }: App): boolean => parsed.switches.get("dry-run") === true

const isUnfinished = ({ parsed }: App): boolean => parsed.switches.get("unfinished") === true

/** @category running */
export const remove = Effect.fnUntraced(function*(app: App) {
  const ids = yield* Effect.forEach(app.parsed.args, Run.find)
  const removed = yield* History.remove(ids, {
    unfinished: isUnfinished(app),
    breakLock: app.parsed.switches.get(Spec.breakLock.name) === true,
    dryRun: isDry(app)
  })
  return yield* outcome(app, { removed, kept: [] }, yield* when.now)
})

/** @category running */
export const collect = Effect.fnUntraced(function*(app: App) {
  const now = yield* when.now
  const keep = yield* choosing.count(app, "keep", 0)
  const { before, programs } = yield* choosing.given(app, now)
  if (Option.isNone(keep) && before === undefined) {
    return yield* new UsageError({
      reason: "Which runs may go? gc needs --keep, --older-than or both.",
      fix: Spec.hint(app.name, collectSpec)
    })
  }
  yield* choosing.knownPrograms(app, yield* Run.list, { programs })
  const collected = yield* History.collect(
    { keep: Option.getOrUndefined(keep), before, programs, unfinished: isUnfinished(app) },
    { dryRun: isDry(app) }
  )
  return yield* outcome(app, collected, now)
})

const outcome = Effect.fnUntraced(function*(app: App, { kept, removed }: History.Collected, now: DateTime.Zoned) {
  const count = (why: (typeof kept)[number]["why"]) => kept.filter((one) => one.why === why).length
  const staying = [
    [count("recent"), "recent"],
    [count("unfinished"), "not finished"],
    [count("held"), "held by another process"],
    [count("unreadable"), "that cannot be read"]
  ].flatMap(([count, why]) => count === 0 ? [] : [`${count} ${why}`])
  return {
    json: {
      schema: "cairn.removed/1",
      home: app.home.where,
      dryRun: isDry(app),
      removed: removed.map((info) => ({
        run: info.id,
        program: info.program,
        status: info.status,
        changed: when.changed(info)
      })),
      kept: kept.map(({ info: { id }, why }) => ({ run: id, why }))
    },
    text: [
      removed.length === 0
        ? "Nothing to remove.\n"
        : `${isDry(app) ? "Would remove" : "Removed"} ${removed.length} run${
          removed.length === 1 ? "" : "s"
        }:\n\n${yield* runs.toText(app, removed, now)}`,
      ...(staying.length === 0 ? [] : [`${removed.length === 0 ? "" : "\n"}Kept: ${staying.join(", ")}\n`])
    ].join("")
  } satisfies Outcome
})
