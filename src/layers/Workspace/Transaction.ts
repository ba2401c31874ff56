/**
 * Changes several files of a tree together or not at all.
 *
 * Everything new is written into a stage beside the tree first, with a copy of everything that will go and the list of
 * what is intended, and all of it is made durable. Then the files are renamed into place, and the removal of the list
 * is the commit. Whoever finds a stage with a list undoes what was begun; one without a list is only rubbish. Undoing
 * looks at hashes and not at what was done, so it may itself be cut off and begun again.
 *
 * @since 0.1.0
 */
import { Cause, Effect, Exit, Schema } from "effect"
import { join } from "node:path"
import { FileChanged, UnsafePath, WriteFailed } from "../Workspace.ts"
import type { Operation } from "./decide.ts"
import * as Fs from "./Fs.ts"
import { check, parents } from "./safePath.ts"
import { sha256 } from "./sha256.ts"

/**
 * Where a transaction works: the root, with its links resolved, and the name of its stage below it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly root: string
  readonly stage: string
}

/**
 * What the names of all stages begin with.
 *
 * @category constructors
 * @since 0.1.0
 */
export const stagePrefix = ".cairn-stage-"

const intentName = "intent.json"

const Intent = Schema.Struct({
  format: Schema.Literal("cairn.stage/1"),
  changes: Schema.Array(Schema.Struct({
    path: Schema.String,
    /** The hash of what was there, and of what will be; `null` is no file. */
    before: Schema.NullOr(Schema.String),
    after: Schema.NullOr(Schema.String)
  })),
  /** The folders to be made, the outermost first. */
  folders: Schema.Array(Schema.String)
})
type Intent = typeof Intent.Type

const IntentText = Schema.parseJson(Intent)
const decodeIntent = Schema.decodeUnknown(IntentText)
const encodeIntent = Schema.encodeSync(IntentText)

const at = (place: Place, path: string): string => join(place.root, ...path.split("/"))
const inStage = (place: Place, name: string): string => join(place.root, place.stage, name)

type Refusal = Fs.SystemError | Fs.NotRegular | UnsafePath | FileChanged

/**
 * Fails if a folder on the way to a path is a link or no folder, as it is now.
 *
 * @category guards
 * @since 0.1.0
 */
export const checkParents = (root: string, path: string): Effect.Effect<void, UnsafePath | Fs.SystemError> =>
  Effect.gen(function*() {
    for (const parent of parents(path)) {
      const stat = yield* Fs.peek(join(root, ...parent.split("/")))
      if (stat === null) return
      if (stat.kind !== "a folder") {
        return yield* new UnsafePath({ path, reason: `${parent} is ${stat.kind}, not a folder` })
      }
    }
  })

/**
 * The hash of the regular file at a path, or `null`; a link or anything else in its place is refused.
 *
 * @category combinators
 * @since 0.1.0
 */
export const look = (
  root: string,
  path: string,
  keep: number
): Effect.Effect<Fs.Snapshot | null, UnsafePath | Fs.SystemError> =>
  Effect.gen(function*() {
    yield* checkParents(root, path)
    return yield* Fs.snapshot(join(root, ...path.split("/")), "readHere", keep)
  }).pipe(
    Fs.orElse(Fs.absent, null),
    Effect.catchIf(
      (error): error is Fs.NotRegular => error instanceof Fs.NotRegular,
      (error) => Effect.fail(new UnsafePath({ path, reason: `it is ${error.kind}, not a file` }))
    )
  )

const hashAt = (place: Place, path: string) => Effect.map(look(place.root, path, 0), (seen) => seen?.sha256 ?? null)

const ensureUnchanged = (place: Place, path: string, before: string | null) =>
  Effect.flatMap(hashAt(place, path), (now) => now === before ? Effect.void : Effect.fail(new FileChanged({ path })))

/** Lets signals and other work in, which the blocking operations would not. */
const breathe = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(immediate))
})

/** A signal that came during blocking operations is seen once the event loop has gone round. */
const roundTheLoop = Effect.zipRight(breathe, breathe)

const missingFolders = (place: Place, operations: ReadonlyArray<Operation>) =>
  Effect.gen(function*() {
    const missing = new Set<string>()
    for (const { path } of operations) {
      for (const parent of parents(path)) {
        if (!missing.has(parent) && (yield* Fs.peek(at(place, parent))) === null) missing.add(parent)
      }
    }
    return [...missing]
  })

const prepare = (place: Place, operations: ReadonlyArray<Operation>) =>
  Effect.gen(function*() {
    const fs = yield* Fs.Fs
    yield* fs.mkdir(join(place.root, place.stage), 0o700)
    for (const [index, { before, content, path }] of operations.entries()) {
      yield* Effect.gen(function*() {
        const mode = before === null ? null : before.mode
        if (content !== null) yield* Fs.writeNew(inStage(place, `new-${index}`), Buffer.from(content), mode)
        if (before !== null) {
          const original = yield* look(place.root, path, Infinity)
          if (original === null || original.bytes === null || original.sha256 !== before.sha256) {
            return yield* new FileChanged({ path })
          }
          yield* Fs.writeNew(inStage(place, `old-${index}`), original.bytes, original.mode)
        }
      }).pipe(named(path))
      yield* breathe
    }
    const intent: Intent = {
      format: "cairn.stage/1",
      changes: operations.map(({ before, content, path }) => ({
        path,
        before: before?.sha256 ?? null,
        after: content === null ? null : sha256(content)
      })),
      folders: yield* missingFolders(place, operations)
    }
    yield* Fs.writeAtomic(inStage(place, intentName), Buffer.from(encodeIntent(intent)), 0o600)
    yield* Fs.syncFolder(place.root)
    return intent
  })

const noLinks: ReadonlyArray<string> = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "EXDEV"]

const apply = (place: Place, intent: Intent) =>
  Effect.gen(function*() {
    const fs = yield* Fs.Fs
    for (const folder of intent.folders) {
      yield* checkParents(place.root, `${folder}/`)
      yield* fs.mkdir(at(place, folder), 0o777).pipe(Fs.orElse(["EEXIST"], undefined), named(folder))
    }
    for (const [index, { after, before, path }] of intent.changes.entries()) {
      const target = at(place, path)
      const staged = inStage(place, `new-${index}`)
      yield* Effect.gen(function*() {
        yield* ensureUnchanged(place, path, before)
        if (after === null) return yield* fs.unlink(target)
        if (before !== null) return yield* fs.rename(staged, target)
        // A link, unlike a rename, never replaces a file that came to be this very moment.
        const linked = yield* fs.link(staged, target).pipe(
          Effect.as("linked"),
          Fs.orElse(noLinks, "impossible"),
          Fs.orElse(["EEXIST"], "taken")
        )
        if (linked === "taken") return yield* new FileChanged({ path })
        if (linked === "impossible") return yield* fs.rename(staged, target)
      }).pipe(named(path))
    }
    yield* removeEmptied(place, intent)
    yield* syncTouched(place, intent)
  })

const emptied: ReadonlyArray<string> = ["ENOENT", "ENOTEMPTY", "EEXIST", "EBUSY", "EINVAL", "ENOTDIR"]

/** Removes the folders that held only what went; one that still holds something stays. */
const removeEmptied = (place: Place, intent: Intent) =>
  Effect.gen(function*() {
    const fs = yield* Fs.Fs
    for (const { after, path } of intent.changes) {
      if (after !== null) continue
      for (const parent of [...parents(path)].reverse()) {
        if (yield* fs.rmdir(at(place, parent)).pipe(Effect.as(false), Fs.orElse(emptied, true))) break
      }
    }
  })

const syncTouched = (place: Place, intent: Intent) =>
  Effect.gen(function*() {
    const folders = new Set<string>()
    for (const { path } of intent.changes) folders.add(parents(path).at(-1) ?? "")
    for (const folder of intent.folders) folders.add(folder).add(parents(folder).at(-1) ?? "")
    for (const { after, path } of intent.changes) {
      if (after === null) {
        for (const parent of ["", ...parents(path)]) folders.add(parent)
      }
    }
    for (const folder of folders) {
      yield* Fs.syncFolder(folder === "" ? place.root : at(place, folder)).pipe(Fs.orElse(Fs.absent, undefined))
    }
  })

const undo = (place: Place, intent: Intent) =>
  Effect.gen(function*() {
    const fs = yield* Fs.Fs
    for (const [index, { after, before, path }] of [...intent.changes.entries()].reverse()) {
      yield* check(path)
      const target = at(place, path)
      // Anything but what we put there was put there by somebody else, and stays: a link, too.
      const now = yield* hashAt(place, path).pipe(Effect.catchTag("UnsafePath", () => Effect.succeed("theirs")))
      if (now !== after || now === before) continue
      if (before === null) {
        yield* fs.unlink(target)
        continue
      }
      for (const parent of parents(path)) {
        yield* fs.mkdir(at(place, parent), 0o777).pipe(Fs.orElse(["EEXIST"], undefined))
      }
      yield* fs.rename(inStage(place, `old-${index}`), target).pipe(Fs.orElse(["ENOENT"], undefined))
    }
    for (const folder of [...intent.folders].reverse()) {
      yield* check(folder)
      yield* Effect.zipRight(checkParents(place.root, folder), fs.rmdir(at(place, folder))).pipe(
        Fs.orElse(emptied, undefined),
        Effect.catchTag("UnsafePath", () => Effect.void)
      )
    }
    yield* syncTouched(place, intent)
  })

const commit = (place: Place) =>
  Effect.flatMap(Fs.Fs, (fs) => fs.unlink(inStage(place, intentName))).pipe(Fs.orElse(["ENOENT"], undefined))

/** The list must be gone for good before the copies go that it would be undone with. */
const settle = (place: Place) => Fs.syncFolder(join(place.root, place.stage))

/** Removes a stage without a list of intents. */
const clear = (place: Place) =>
  Effect.gen(function*() {
    const fs = yield* Fs.Fs
    const stage = join(place.root, place.stage)
    for (const name of yield* fs.readdir(stage)) yield* fs.unlink(join(stage, name))
    yield* fs.rmdir(stage)
  })

const readIntent = (place: Place) =>
  Fs.snapshot(inStage(place, intentName), "readHere", 64 * 1024 * 1024).pipe(
    Effect.flatMap(({ bytes }) => decodeIntent(new TextDecoder().decode(bytes ?? new Uint8Array()))),
    Effect.catchTag("ParseError", () =>
      Effect.fail(
        new Fs.SystemError({
          path: inStage(place, intentName),
          code: "EBADMSG",
          reason: "it is damaged; remove its folder by hand"
        })
      )),
    Fs.orElse(Fs.absent, null)
  )

/**
 * Undoes what a call that was cut off has left behind, if anything.
 *
 * @category combinators
 * @since 0.1.0
 */
export const heal = (place: Place): Effect.Effect<void, UnsafePath | FileChanged | WriteFailed> =>
  Effect.gen(function*() {
    const stage = yield* Fs.peek(join(place.root, place.stage))
    if (stage === null) return
    if (stage.kind !== "a folder") {
      return yield* new UnsafePath({ path: place.stage, reason: `it is ${stage.kind}, not a folder` })
    }
    const intent = yield* readIntent(place)
    if (intent !== null) {
      yield* undo(place, intent)
      yield* commit(place)
      yield* settle(place)
    }
    yield* clear(place)
  }).pipe(
    Effect.uninterruptible,
    Effect.mapError((error) => error._tag === "UnsafePath" ? error : toFailure(place, error, false))
  )

/**
 * Makes the changes, all of them or none. It can be interrupted until the first file is renamed into place; what comes
 * after is short and finishes.
 *
 * @category combinators
 * @since 0.1.0
 */
export const run = (
  place: Place,
  operations: ReadonlyArray<Operation>
): Effect.Effect<void, UnsafePath | FileChanged | WriteFailed> =>
  operations.length === 0 ? Effect.void : Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const intent = yield* restore(prepare(place, operations)).pipe(
        Effect.catchAll((error) =>
          Effect.flatMap(drop(place), (undone) => Effect.fail(toFailure(place, error, undone)))
        ),
        Effect.onInterrupt(() => drop(place))
      )
      const exit = yield* Effect.exit(apply(place, intent).pipe(Effect.zipRight(commit(place))))
      if (Exit.isFailure(exit)) {
        const undone = yield* undo(place, intent).pipe(Effect.as(true), Effect.orElseSucceed(() => false))
        const gone = undone && (yield* drop(place))
        return yield* Effect.failCause(Cause.map(exit.cause, (error) => toFailure(place, error, gone)))
      }
      // The files are in place. Clearing is tried twice, and then only the stage is left, which the next call removes.
      yield* settle(place).pipe(
        Effect.zipRight(Effect.orElse(clear(place), () => clear(place))),
        Effect.mapError((error) => toFailure(place, error, false)),
        Effect.ensuring(roundTheLoop)
      )
    })
  )

/** Removes a stage that nothing came of, or whose changes were undone, and says whether that worked. */
const drop = (place: Place): Effect.Effect<boolean> =>
  Fs.peek(join(place.root, place.stage)).pipe(
    Effect.flatMap((stage) =>
      stage === null ? Effect.void : commit(place).pipe(Effect.zipRight(settle(place)), Effect.zipRight(clear(place)))
    ),
    Effect.as(true),
    Effect.orElseSucceed(() => false)
  )

/** Tells of a refusal by the path that the caller knows. */
const named =
  (path: string) => <A>(self: Effect.Effect<A, Refusal>): Effect.Effect<A, Exclude<Refusal, Fs.NotRegular> | Named> =>
    Effect.mapError(
      self,
      (error) =>
        error._tag === "SystemError" || error._tag === "NotRegular"
          ? new Named({ path, reason: reasonOf(error) })
          : error
    )

class Named extends Schema.TaggedError<Named>()("Named", { path: Schema.String, reason: Schema.String }) {}

const reasonOf = (error: Fs.SystemError | Fs.NotRegular) =>
  error._tag === "SystemError" ? error.reason : `it is ${error.kind}, not a file`

/** Says of a refused operation what the caller of a workspace is told. */
const toFailure = (
  place: Pick<Place, "root">,
  error: Refusal | Named,
  undone: boolean
): UnsafePath | FileChanged | WriteFailed => {
  switch (error._tag) {
    case "UnsafePath":
    case "FileChanged":
      // These promise that nothing was written.
      return undone ? error : new WriteFailed({ path: error.path, reason: error.message, undone })
    case "Named":
      return new WriteFailed({ path: error.path, reason: error.reason, undone })
    default:
      return new WriteFailed({
        path: error.path.startsWith(`${place.root}/`) ? error.path.slice(place.root.length + 1) : error.path,
        reason: reasonOf(error),
        undone
      })
  }
}
