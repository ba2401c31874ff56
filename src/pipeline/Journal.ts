/**
 * What a checkpoint is written to: named, append-only lists of JSON records, each with one writer.
 *
 * A record that `append` has returned for survives the process and, where the layer says so, the machine. Who holds
 * the lock is the only one to append; anybody may `peek`.
 *
 * @since 0.1.0
 */
import { Context, type Effect, Schema, type Scope } from "effect"

/**
 * The disk (or database) under a checkpoint refused an operation. What was acknowledged before is safe.
 *
 * @category errors
 * @since 0.1.0
 */
export class JournalError extends Schema.TaggedError<JournalError>()("JournalError", {
  operation: Schema.Literal("create", "open", "lock", "read", "append", "list", "remove"),
  /** Its name, or `*` where all of them are meant. */
  journal: Schema.String,
  /** The file or database the operation failed on. */
  where: Schema.String,
  /** The cause in the words of the system: `ENOSPC: no space left on device`. */
  reason: Schema.String,
  /** What to do, where it is not what one does about a disk. */
  remedy: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return `Could not ${this.operation} the ${whose(this.journal)} (${this.where}): ${this.reason}`
  }
  get fix(): string {
    return this.remedy ?? `${
      this.operation === "read" || this.operation === "list"
        ? "See that the disk works and that you may read what is there"
        : "Make the disk writable and free some space"
    }, then repeat the same command: everything acknowledged is kept.`
  }
}

const whose = (journal: string): string => journal === "*" ? "checkpoints" : `checkpoint of run "${journal}"`

/**
 * A record that was acknowledged once cannot be trusted any more. Nothing was changed and no step was run.
 *
 * @category errors
 * @since 0.1.0
 */
export class JournalDamaged extends Schema.TaggedError<JournalDamaged>()("JournalDamaged", {
  journal: Schema.String,
  /** The file or database; empty where only the journal knows. */
  where: Schema.String,
  /** The number of the first bad record, counted from 1; 0 where it is not one record that is bad, but what they are in. */
  record: Schema.Number,
  /** The offset, in bytes, at which that record begins. */
  byte: Schema.Number,
  reason: Schema.String,
  /** True when the checkpoint was written by a newer version, which is not damage but also cannot be read. */
  newer: Schema.Boolean
}) {
  override get message(): string {
    const it = `The ${whose(this.journal)}`
    const is = this.journal === "*" ? "are" : "is"
    const at = [this.where, this.record === 0 ? "" : `record ${this.record}`].filter((part) => part !== "").join(", ")
    return this.newer
      ? `${it} ${is} newer than this Cairn (${at}: ${this.reason})`
      : this.record === 0
      ? `${it} cannot be trusted: ${at}: ${this.reason}`
      : `${it} ${is} damaged: ${at}, byte ${this.byte}: ${this.reason}`
  }
  get fix(): string {
    return this.newer
      ? "Update Cairn, then repeat the command. Nothing was changed."
      : `${this.record === 0 ? "Correct that, restore" : "Restore"} it from a copy, or ${
        this.journal === "*" ? "name another place with --store" : "start over with --new"
      }. Nothing was changed.`
  }
}

/**
 * Another process has this run open. It is never taken from an owner that lives.
 *
 * @category errors
 * @since 0.1.0
 */
export class RunHeld extends Schema.TaggedError<RunHeld>()("RunHeld", {
  run: Schema.String,
  /** Who holds it, in words: `process 4711 on build-3`. */
  owner: Schema.String,
  /** True when the owner lives in another pid namespace or on another host, where nobody can tell whether it still runs. */
  unreachable: Schema.Boolean
}) {
  override get message(): string {
    return `Run "${this.run}" is held by ${this.owner}`
  }
  get fix(): string {
    return this.unreachable
      ? "If you are sure that it has ended, repeat the command with --break-lock."
      : `Wait for it to end, or look at it with: cairn show ${this.run}`
  }
}

/**
 * A journal that is held open for writing, until its scope closes.
 *
 * @category models
 * @since 0.1.0
 */
export interface OpenJournal {
  /** The file or database that it is, for whoever reads of it, where it has one. */
  readonly where?: string
  /**
   * Folds every record, oldest first. `position` is what `read` takes. The fold is synchronous so that a journal of
   * any length is read in one pass without keeping it in memory.
   */
  readonly scan: <S>(
    initial: S,
    fold: (state: S, record: string, position: number) => S
  ) => Effect.Effect<S, JournalError | JournalDamaged>
  /** Reads the one record at a position that `scan` or `append` gave. */
  readonly read: (position: number) => Effect.Effect<string, JournalError | JournalDamaged>
  /**
   * Makes the records durable, all with one sync, and returns their positions. `alone` says that nobody else is
   * about to append, so the layer may block the thread instead of paying for a thread pool. A record is a JSON object
   * as `JSON.stringify` writes it, up to 20 Mi characters. After a failed append the journal takes no more.
   */
  readonly append: (
    records: ReadonlyArray<string>,
    options: { readonly alone: boolean }
  ) => Effect.Effect<ReadonlyArray<number>, JournalError>
}

/**
 * Where checkpoints are kept.
 *
 * @category services
 * @since 0.1.0
 */
export class Journal extends Context.Tag("effect-cairn/pipeline/Journal")<Journal, {
  /** The file or database that the journal `name` is, for whoever reads of it, where it has one. */
  readonly where?: (name: string) => string
  /** Makes the empty journal `name`; false where it is there already, whoever made it. */
  readonly create: (name: string) => Effect.Effect<boolean, JournalError>
  /**
   * Makes the journal `name` of records that there are already, batch by batch; false where it is there already, which
   * then stays as it is. Whoever looks finds all of it or nothing, whenever this ends and by whatever force.
   */
  readonly createWith: (
    name: string,
    batches: Iterable<ReadonlyArray<string>>
  ) => Effect.Effect<boolean, JournalDamaged | JournalError>
  /** Opens an existing journal for this process alone. */
  readonly open: (name: string) => Effect.Effect<OpenJournal, JournalError | JournalDamaged | RunHeld, Scope.Scope>
  /** Folds the records that are there now without a lock; a torn end is normal, since somebody may be writing it. */
  readonly peek: <S>(
    name: string,
    initial: S,
    fold: (state: S, record: string, position: number) => S
  ) => Effect.Effect<S, JournalError | JournalDamaged>
  /** True when a living process (or one that nobody here can see) holds the journal. */
  readonly isHeld: (name: string) => Effect.Effect<boolean, JournalError>
  /** All names, in no particular order. */
  readonly list: Effect.Effect<ReadonlyArray<string>, JournalError>
  /** Removes a journal for good; refused while it is held. */
  readonly remove: (name: string) => Effect.Effect<void, JournalError | RunHeld>
}>() {}
