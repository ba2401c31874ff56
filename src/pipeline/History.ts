/**
 * The runs that there are: chosen among, and removed.
 *
 * @since 0.1.0
 */
import { Effect, Option, Schema } from "effect"
import { Journal, type JournalError, type RunHeld } from "./Journal.ts"
import { quote } from "./quote.ts"
import * as Run from "./Run.ts"

/**
 * Which runs are meant: those of which everything that is given is true.
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  /** Of one of these programs. */
  readonly programs?: ReadonlyArray<string> | undefined
  /** In one of these states; `unfinished` is every one but `done`. */
  readonly statuses?: ReadonlyArray<Run.Status | "unfinished"> | undefined
  /** Changed at this time or after it, in milliseconds since 1970. */
  readonly since?: number | undefined
  /** Changed before this time. */
  readonly before?: number | undefined
}

/**
 * Tells whether a run is one of those that are meant.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { History, Run } from "effect-cairn"
 *
 * export const unfinished = Effect.map(
 *   Run.list,
 *   (runs) => runs.filter(History.matches({ programs: ["implement"], statuses: ["unfinished"] }))
 * )
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const matches = ({ before, programs, since, statuses }: Filter) => (info: Run.Info): boolean =>
  (programs?.includes(info.program) ?? true) &&
  (statuses?.some((status) => status === "unfinished" ? !isFinished(info) : status === info.status) ?? true) &&
  (since === undefined || info.state.at >= since) &&
  (before === undefined || info.state.at < before)

/** Nothing is lost with it but its history. What failed or waits could still go on. */
const isFinished = ({ status }: Run.Info): boolean => status === "done"

/**
 * A run is not finished, and would be lost with what it has finished.
 *
 * @category errors
 * @since 0.1.0
 */
export class RunUnfinished extends Schema.TaggedError<RunUnfinished>()("RunUnfinished", {
  run: Schema.String,
  status: Schema.String
}) {
  override get message(): string {
    const what = this.isReadable
      ? `is not finished (${this.status})`
      : this.status === "newer"
      ? "is newer than this Cairn"
      : this.status === "unreadable"
      ? "cannot be read"
      : "is damaged"
    return `Run "${this.run}" ${what}, and what it has finished would be lost`
  }
  get fix(): string {
    const goOn = this.isReadable ? `Let it go on: cairn resume ${quote(this.run)}\n` : ""
    return `${goOn}Remove it all the same: cairn rm ${quote(this.run)} --unfinished`
  }
  private get isReadable(): boolean {
    return this.status !== "damaged" && this.status !== "newer" && this.status !== "unreadable"
  }
}

/**
 * Removes runs for good: all of them, or none where one is not to be removed. One that is not finished is refused unless
 * `unfinished` says otherwise or nothing is recorded of it, one that somebody holds always.
 *
 * @category running
 * @since 0.1.0
 */
export const remove = (
  ids: ReadonlyArray<string>,
  options: {
    readonly unfinished?: boolean
    /** The journal takes runs from owners that nobody can see, so that it is no answer that one is held. */
    readonly breakLock?: boolean
    readonly dryRun?: boolean
  } = {}
): Effect.Effect<ReadonlyArray<Run.Info>, JournalError | RunHeld | RunUnfinished, Journal> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const infos = yield* Effect.forEach(new Set(ids), Run.info)
    for (const { id: run, state, status } of infos) {
      // Whoever tries to open it is told by whom. To look only, no lock is broken.
      if ((options.dryRun !== true || options.breakLock !== true) && (yield* journal.isHeld(run))) {
        yield* Effect.scoped(Effect.asVoid(journal.open(run))).pipe(
          Effect.catchTag("JournalDamaged", () => Effect.void)
        )
      }
      const isEmpty = status === "stopped" && Option.isNone(state.started)
      if (status !== "done" && !isEmpty && options.unfinished !== true) return yield* new RunUnfinished({ run, status })
    }
    if (options.dryRun !== true) yield* Effect.forEach(infos, ({ id }) => journal.remove(id), { discard: true })
    return infos
  })

/**
 * What may go.
 *
 * @category models
 * @since 0.1.0
 */
export interface Retention {
  /** So many of each program stay, those that changed last. */
  readonly keep?: number | undefined
  /** Only those that changed before this time go. */
  readonly before?: number | undefined
  readonly programs?: ReadonlyArray<string> | undefined
  /** Runs that are not finished may go too. */
  readonly unfinished?: boolean
}

/**
 * What was removed, or would be, and what stays and why.
 *
 * @category models
 * @since 0.1.0
 */
export interface Collected {
  readonly removed: ReadonlyArray<Run.Info>
  readonly kept: ReadonlyArray<
    { readonly info: Run.Info; readonly why: "recent" | "unfinished" | "held" | "unreadable" }
  >
}

/**
 * Removes the runs that may go. One that is not finished stays unless it is told otherwise, one that somebody holds or
 * that cannot be read always. With `dryRun` it only says which.
 *
 * @category running
 * @since 0.1.0
 */
export const collect = (
  { keep = 0, unfinished = false, ...filter }: Retention,
  options: { readonly dryRun?: boolean } = {}
): Effect.Effect<Collected, JournalError, Journal> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const removed: Array<Run.Info> = []
    const kept: Array<Collected["kept"][number]> = []
    /** How many of each program there were that could go. */
    const counts = new Map<string, number>()
    for (const info of (yield* Run.list).filter(matches({ programs: filter.programs }))) {
      const { id, program, status } = info
      if (status === "unreadable") {
        // Nobody knows how old it is, or how far it has come.
        kept.push({ info, why: "unreadable" })
        continue
      }
      const mayGo = unfinished || isFinished(info)
      const count = (counts.get(program) ?? 0) + (mayGo ? 1 : 0)
      counts.set(program, count)
      if (!mayGo) kept.push({ info, why: "unfinished" })
      else if (count <= keep || !matches({ before: filter.before })(info)) kept.push({ info, why: "recent" })
      else if (yield* journal.isHeld(id)) kept.push({ info, why: "held" })
      else if (options.dryRun === true) removed.push(info)
      else {
        // Somebody may have taken it just now.
        const isRemoved = yield* journal.remove(id).pipe(
          Effect.as(true),
          Effect.catchTag("RunHeld", () => Effect.succeed(false))
        )
        if (isRemoved) removed.push(info)
        else kept.push({ info, why: "held" })
      }
    }
    return { removed, kept }
  })
