/**
 * What each run wrote, kept where the run's own things are: in its folder, or in memory where there is none.
 *
 * @since 0.1.0
 */
import { Effect, Option, Schema } from "effect"
import { join } from "node:path"
import * as Fs from "./Fs.ts"
import { Entry } from "./Manifest.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Written {
  readonly read: (run: string) => Effect.Effect<ReadonlyMap<string, Entry>, Fs.SystemError>
  /** Durable when it returns, where a folder was given. */
  readonly write: (run: string, entries: ReadonlyMap<string, Entry>) => Effect.Effect<void, Fs.SystemError>
}

const Text = Schema.parseJson(
  Schema.Struct({ format: Schema.Literal("cairn.written/1"), files: Schema.Array(Entry) }),
  { space: 2 }
)
const decodeText = Schema.decodeUnknownOption(Text)
const encodeText = Schema.encodeSync(Text)

const fileName = "written.json"

/**
 * Keeps records in memory, so that they end with the process.
 *
 * @category constructors
 * @since 0.1.0
 */
export const memory = (): Written => {
  const runs = new Map<string, ReadonlyMap<string, Entry>>()
  return {
    read: (run) => Effect.sync(() => runs.get(run) ?? new Map<string, Entry>()),
    write: (run, entries) => Effect.sync(() => void runs.set(run, entries))
  }
}

/**
 * Gives a run what another one wrote before, which it goes on from.
 *
 * @category running
 * @since 0.1.0
 */
export const copy = (
  { read, write }: Written,
  runs: { readonly from: string; readonly to: string }
): Effect.Effect<void, Fs.SystemError> =>
  Effect.flatMap(read(runs.from), (entries) => entries.size === 0 ? Effect.void : write(runs.to, entries))

/**
 * Keeps records in the folders of the runs, `<runs>/<run>/written.json`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const folder = (runs: string): Written => ({
  read: (run) =>
    Fs.snapshot(join(runs, run, fileName), "readHere", 64 * 1024 * 1024).pipe(
      Effect.map(({ bytes }) =>
        Option.match(decodeText(new TextDecoder().decode(bytes ?? new Uint8Array())), {
          // Without it a step only runs once more than it had to.
          onNone: () => new Map<string, Entry>(),
          onSome: ({ files }) => new Map(files.map((entry) => [entry.path, entry]))
        })
      ),
      Effect.catchTag("NotRegular", () => Effect.succeed(new Map<string, Entry>())),
      Fs.orElse(Fs.absent, new Map<string, Entry>())
    ),
  write: (run, entries) =>
    Effect.gen(function*() {
      const fs = yield* Fs.Fs
      const own = join(runs, run)
      for (const path of [runs, own]) yield* fs.mkdir(path, 0o700).pipe(Fs.orElse(["EEXIST"], undefined))
      const text = encodeText({ format: "cairn.written/1", files: [...entries.values()] })
      yield* Fs.writeAtomic(join(own, fileName), Buffer.from(`${text}\n`), 0o600)
      yield* Fs.syncFolder(runs)
    })
})
