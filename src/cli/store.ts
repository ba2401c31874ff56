/**
 * What checkpoints are kept in: files in a folder, a SQLite file, a PostgreSQL server.
 *
 * @since 0.1.0
 */
import { Effect, Either, Layer, Redacted } from "effect"
import { resolve } from "node:path"
import * as JournalFile from "../layers/Journal/File.ts"
import type { StoreUnusable } from "../layers/Journal/Installed.ts"
import { Journal, type JournalDamaged, type JournalError } from "../pipeline/Journal.ts"
import * as Secrets from "../pipeline/Secrets.ts"
import type { App } from "./App.ts"
import { UsageError } from "./UsageError.ts"

/**
 * @category models
 * @since 0.1.0
 */
export type Store =
  | { readonly _tag: "Files"; readonly folder: string | undefined }
  | (Database & { readonly _tag: "Sqlite"; readonly file: string })
  | (Database & {
    readonly _tag: "Postgres"
    readonly url: Redacted.Redacted
    readonly passwords: ReadonlyArray<Redacted.Redacted>
  })

interface Database {
  /** What errors call it, and what tells it from others, whoever asks and however. */
  readonly where: string
  /** What the option takes, without a password. */
  readonly shown: string
  readonly hasPassword: boolean
}

/**
 * Files, in the folder that everybody looks in.
 *
 * @category constants
 * @since 0.1.0
 */
export const files: Store = { _tag: "Files", folder: undefined }

/**
 * Reads `file:DIR`, `sqlite:FILE` or a PostgreSQL URL. What is refused is not repeated, since a password may be in it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (cwd: string, text: string): Either.Either<Store, UsageError> => {
  const [, scheme = "", rest = ""] = /^([a-z]+):(.*)$/s.exec(text) ?? []
  switch (scheme) {
    case "file":
      return rest === ""
        ? refused("--store file: names no folder.")
        : Either.right({ _tag: "Files", folder: pathIn(cwd, rest) })
    case "sqlite": {
      if (rest === "" || rest === ":memory:") return refused("--store sqlite: names no file.")
      const file = pathIn(cwd, rest)
      return Either.right({
        _tag: "Sqlite",
        file,
        where: `sqlite:${file}`,
        shown: `sqlite:${file}`,
        hasPassword: false
      })
    }
    case "postgres":
    case "postgresql":
      return postgres(text)
    default:
      return refused("--store begins with file:, sqlite: or postgres:.")
  }
}

const refused = (reason: string) =>
  Either.left(
    new UsageError({
      reason,
      fix:
        "Write --store file:DIR, --store sqlite:FILE or --store postgres://USER@HOST/DATABASE; CAIRN_STORE takes the same."
    })
  )

/** `sqlite:runs.db` and `sqlite:/var/runs.db`, and what those write who think of URLs: `sqlite:///var/runs.db`. */
const pathIn = (cwd: string, text: string): string => resolve(cwd, text.replace(/^\/\/(?=\/)/, ""))

const postgres = (text: string): Either.Either<Store, UsageError> => {
  // "postgres://me:secret@/runs?host=/run/postgresql": no host, and no URL either.
  const url = urlOf(text) ?? urlOf(text.replace("@/", "@localhost/"))
  if (url === undefined || !/^\w+:\/\//.test(text)) return refused("--store is not the URL of a PostgreSQL server.")
  const { searchParams } = url
  // "postgres://me:sec/ret@host/runs" is a URL whose host is "me": what is behind it may be shown, and is none of that.
  if ([url.pathname, url.hash, ...searchParams.keys()].some((part) => part.includes("@"))) {
    return refused("--store is a URL with an @ behind its host: in a password, write / as %2F, ? as %3F and # as %23.")
  }
  const passwords = [url.password, ...secret.map((name) => searchParams.get(name) ?? "")].filter((word) => word !== "")
  url.password = ""
  for (const name of secret) searchParams.delete(name)
  const [host, options] = ["host", "options"].map((name) => searchParams.get(name))
  return Either.right({
    _tag: "Postgres",
    url: Redacted.make(text),
    // As they are and as they stand in a URL.
    passwords: passwords.flatMap((word) => [word, decoded(word)]).map((word) => Redacted.make(word)),
    where: `postgres://${host ?? url.hostname}:${url.port || "5432"}${url.pathname}${options ? ` (${options})` : ""}`,
    shown: passwords.length > 0 ? url.href : text,
    hasPassword: passwords.length > 0
  })
}

/** Parameters that are nobody's business. */
const secret = ["password", "sslpassword"]

const decoded = (word: string): string => Either.getOrElse(Either.try(() => decodeURIComponent(word)), () => word)

const urlOf = (text: string): URL | undefined => URL.canParse(text) ? new URL(text) : undefined

/**
 * The checkpoints of a command. What databases need is loaded where one is asked for.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { home, io, parsed }: Pick<App, "home" | "io" | "parsed">
): Layer.Layer<Journal, JournalError | JournalDamaged | StoreUnusable> => {
  const breakLock = parsed.switches.get("break-lock") === true
  const durability = parsed.values.get("durability")?.[0] === "process" ? "process" : "power"
  const { store } = home
  return store._tag === "Files"
    ? JournalFile.layer({ home: home.folder, breakLock, durability })
    : Layer.scoped(
      Journal,
      Effect.gen(function*() {
        const [Installed, { withFolders }] = yield* Effect.promise(() =>
          Promise.all([import("../layers/Journal/Installed.ts"), import("../layers/Journal/withFolders.ts")])
        )
        const options = { cwd: io.cwd, where: store.where, breakLock }
        if (store._tag === "Postgres") {
          yield* Secrets.remember([store.passwords, Redacted.make(io.env.PGPASSWORD ?? "")])
        }
        const journal = store._tag === "Postgres"
          ? Installed.postgres(store.url, options)
          : Installed.sqlite(store.file, options)
        return yield* Effect.flatMap(journal, (journal) => withFolders(journal, { home: home.folder, runs: home.runs }))
      })
    )
}
