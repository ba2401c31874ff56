/**
 * A process that owns a journal, or is told that another one does. Each line it reads is a command; each line it
 * writes answers one.
 *
 * - `open STORE NAME`, where the store is a home, `sqlite:FILE` or the URL of a PostgreSQL server: creates and opens, and answers `ISNEW opened RECORDS` or `ISNEW`, the tag of the error and its message
 * - `append N`: appends a record with that number, and answers `appended`
 * - `write`: appends batches for as long as it lives, and says of each record when it is durable
 * - `close`: answers `closed`
 */
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import { writeSync } from "node:fs"
import { createInterface } from "node:readline"
import * as JournalFile from "../../../src/layers/Journal/File.ts"
import * as Installed from "../../../src/layers/Journal/Installed.ts"
import { Journal, type OpenJournal } from "../../../src/pipeline/Journal.ts"

const say = (line: string) => void writeSync(1, `${line}\n`)

let scope: Scope.CloseableScope | undefined
let journal: OpenJournal | undefined
let records = 0

const open = (store: string, name: string) =>
  Effect.gen(function*() {
    const journals = yield* Journal
    const isNew = yield* Effect.orDie(journals.create(name))
    yield* Effect.matchEffect(begin(journals, name), {
      onFailure: (error) => Effect.sync(() => say(`${isNew} ${error._tag} ${error.message}`)),
      onSuccess: () => Effect.sync(() => say(`${isNew} opened ${records}`))
    })
  }).pipe(Effect.provide(layerOf(store)))

const connected = new Map<string, Effect.Effect<Journal["Type"]>>()

/** A database is connected to once, for as long as the process lives; the driver is the one of this project. */
const layerOf = (store: string) => {
  if (!/^(sqlite|postgres):/.test(store)) return JournalFile.layer({ home: store })
  const options = { cwd: process.cwd(), where: "the database" }
  const installed = store.startsWith("sqlite:")
    ? Installed.sqlite(store.slice("sqlite:".length), options)
    : Installed.postgres(Redacted.make(store), options)
  const known = connected.get(store) ??
    Effect.runSync(Effect.cached(
      Effect.orDie(Effect.flatMap(Scope.make(), (scope) => Scope.extend(installed, scope)))
    ))
  connected.set(store, known)
  return Layer.effect(Journal, known)
}

const begin = (journals: Journal["Type"], name: string) =>
  Effect.gen(function*() {
    scope = yield* Scope.make()
    journal = yield* Scope.extend(journals.open(name), scope)
    records = yield* journal.scan(0, (count) => count + 1)
  })

const append = (journal: OpenJournal, numbers: ReadonlyArray<number>, alone: boolean) =>
  Effect.orDie(journal.append(numbers.map((number) => JSON.stringify({ number, pid: process.pid })), { alone }))

const write = (journal: OpenJournal) =>
  Effect.forever(Effect.gen(function*() {
    const batch = records % 3 === 0 ? [records, records + 1, records + 2] : [records]
    yield* append(journal, batch, records % 2 === 0)
    records += batch.length
    for (const number of batch) say(`durable ${number}`)
    yield* Effect.yieldNow()
  }))

const perform = (line: string): Effect.Effect<void> => {
  const [command, ...words] = line.split(" ")
  if (command === "open") return open(words[0] ?? "", words[1] ?? "")
  if (journal === undefined || scope === undefined) return Effect.dieMessage(`nothing is open: ${line}`)
  if (command === "append") {
    return Effect.map(append(journal, [Number(words[0])], true), () => say("appended"))
  }
  if (command === "write") return write(journal)
  return Effect.map(Scope.close(scope, Exit.void), () => say("closed"))
}

say("ready")
const lines = createInterface({ input: process.stdin })
lines.on("line", (line) => {
  Effect.runFork(perform(line))
})
