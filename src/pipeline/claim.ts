/**
 * Which run a command means: the same program on the same input is the same run, until that is finished.
 *
 * @since 0.1.0
 */
import { Effect, type Exit, Option, type Scope } from "effect"
import * as checkpoint from "./checkpoint.ts"
import { canonicalJson, sha256 } from "./digest.ts"
import { Journal, type JournalDamaged, type JournalError, type RunHeld } from "./Journal.ts"
import * as PersistedRef from "./PersistedRef.ts"
import * as RunState from "./RunState.ts"

/**
 * What a run is: its program and its input.
 *
 * @category accessors
 * @since 0.1.0
 */
export const identityOf = (program: string, input: unknown): string => sha256(`${program}\n${canonicalJson(input)}`)

/** `<program>-<first 8 digits of the identity>-`, before the number. */
const stemOf = (program: string, identity: string): string =>
  `${program.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "run"}-${identity.slice(0, 8)}-`

/**
 * The run that a command has claimed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Claimed extends checkpoint.Checkpoint {
  /** The run of the same identity that is finished, which this one comes after. */
  readonly follows: string | undefined
}

/**
 * Finds, or makes, the run that a command means, and holds it while it is used. What `use` says is discarded is removed.
 *
 * @category running
 * @since 0.1.0
 */
export const claim = <A, E, R>(
  program: string,
  identity: string,
  anew: boolean,
  use: (claimed: Claimed) => Effect.Effect<
    { readonly exit: Exit.Exit<A, E>; readonly isDiscarded: boolean },
    never,
    R | Scope.Scope
  >
): Effect.Effect<
  A,
  E | JournalDamaged | JournalError | RunHeld,
  Journal | Exclude<R, Scope.Scope>
> =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const stem = stemOf(program, identity)
    const numbers = numbersOf(stem, yield* journal.list)
    let follows: string | undefined

    /** Opens a run, if it is one of ours: whoever has it then is told of. */
    const opened = (id: string) =>
      Effect.asSome(checkpoint.open(id)).pipe(
        Effect.catchTags({
          RunHeld: (held) =>
            Effect.flatMap(
              Effect.orElseSucceed(PersistedRef.peek(id, checkpoint.fold), () => RunState.empty),
              ({ started }) => isOf(started, identity) ? Effect.fail(held) : Effect.succeedNone
            ),
          // Somebody removed it meanwhile.
          JournalError: (error) =>
            Effect.flatMap(journal.list, (names) => names.includes(id) ? Effect.fail(error) : Effect.succeedNone)
        })
      )
    const attempt = (id: string) =>
      Effect.scoped(Effect.gen(function*() {
        const found = yield* opened(id)
        if (Option.isNone(found)) return { _tag: "Another" } as const
        const { phase, started } = yield* found.value.ref.get
        if (!isOf(started, identity)) return { _tag: "Another" } as const
        if (phase === "done") return { _tag: "Finished" } as const
        return { _tag: "Used", ...(yield* use({ ...found.value, follows })) } as const
      }))
    const known = numbers[0] ?? 0
    const left = anew ? [] : numbers
    let last = known
    while (true) {
      const number = left.shift() ?? ++last
      const id = `${stem}${number}`
      // Whoever loses the race to make it opens the winner's.
      if (number > known) yield* journal.create(id)
      const outcome = yield* attempt(id)
      if (outcome._tag === "Used") {
        // By now somebody else may have it, and then it is theirs.
        if (outcome.isDiscarded) yield* Effect.catchTag(journal.remove(id), "RunHeld", () => Effect.void)
        return yield* outcome.exit
      }
      if (outcome._tag === "Finished") {
        follows = id
        left.length = 0
      }
    }
  })

/**
 * The run that the same command would go on with, if there is one, as it is now and without a lock.
 *
 * @category accessors
 * @since 0.1.0
 */
export const unfinished = (
  program: string,
  identity: string
): Effect.Effect<Option.Option<string>, JournalDamaged | JournalError, Journal> =>
  Effect.gen(function*() {
    const stem = stemOf(program, identity)
    for (const number of numbersOf(stem, yield* Effect.flatMap(Journal, (journal) => journal.list))) {
      const id = `${stem}${number}`
      const { phase, started } = yield* PersistedRef.peek(id, checkpoint.fold)
      if (isOf(started, identity)) return phase === "done" ? Option.none() : Option.some(id)
    }
    return Option.none()
  })

/**
 * The id that a further run of the same program on the same input would have.
 *
 * @category accessors
 * @since 0.1.0
 */
export const nextId = (program: string, identity: string): Effect.Effect<string, JournalError, Journal> =>
  Effect.map(Effect.flatMap(Journal, (journal) => journal.list), (names) => {
    const stem = stemOf(program, identity)
    return `${stem}${(numbersOf(stem, names)[0] ?? 0) + 1}`
  })

/** The numbers of the runs whose ids begin so, the highest first. */
const numbersOf = (stem: string, names: ReadonlyArray<string>): Array<number> =>
  names
    .filter((name) => name.startsWith(stem))
    .map((name) => Number(name.slice(stem.length)))
    .filter((number) => Number.isSafeInteger(number) && number > 0)
    .sort((a, b) => b - a)

/** A run without a header was killed at birth, and is as good as ours. A fork is another run, whatever its input. */
const isOf = (started: RunState.RunState["started"], identity: string): boolean =>
  Option.match(started, {
    onNone: () => true,
    onSome: (started) => started.identity === identity && started.parent === undefined
  })
