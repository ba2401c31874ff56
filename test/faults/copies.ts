/**
 * `import` and `fork` are ended by force, or refused something, at each call that changes a file or each statement of a
 * database, and at any instant: then there is the whole run or none, the one that it is made of is as it was, and the
 * same command can be given again.
 */
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Archive from "../../src/pipeline/Archive.ts"
import * as Run from "../../src/pipeline/Run.ts"
import { chain, start, wait, within } from "./child.ts"
import { type Options, said, type Store, type Tried } from "./processes.ts"
import { seeded } from "./random.ts"
import * as Stores from "./stores.ts"

/** A store that runs are made in. */
interface Kind {
  readonly name: string
  /** What a command is told of a new one. */
  readonly empty: Store
  /** What counts as a call. */
  readonly counted: (cwd: string) =>
    | { readonly under: string }
    | { readonly statements: true; readonly unhidden?: true }
  /** What a call may be refused with. */
  readonly refusals: ReadonlyArray<string>
  /** What else may become of it. */
  readonly ends: ReadonlyArray<string>
  /** How often each command is killed at any instant. */
  readonly instants: number
}

const inFiles: Kind = {
  name: "files",
  empty: () => ({}),
  counted: (cwd) => ({ under: join(cwd, ".cairn") }),
  refusals: ["EIO", "ENOSPC"],
  ends: ["kill"],
  instants: 0
}

const inDatabase = { counted: () => ({ statements: true } as const), ends: ["kill", "sent"], instants: 50 }

const inSqlite = { ...inDatabase, name: "SQLite", refusals: ["SQLITE_IOERR", "SQLITE_FULL"] }

const inPostgres = { ...inDatabase, name: "PostgreSQL", refusals: ["57P01", "53100"] }

/** The texts of all runs that are listed, as they would be exported, by their ids; or why one could not be. */
const exported = (cwd: string, env: Record<string, string>): Promise<ReadonlyMap<string, string>> =>
  Effect.flatMap(
    Run.list,
    Effect.forEach(({ id }) =>
      Effect.match(Archive.make(id), {
        onFailure: ({ message }) => [id, message] as const,
        onSuccess: ({ text }) => [id, text] as const
      })
    )
  )
    .pipe(
      Effect.map((texts) => new Map(texts)),
      Effect.provide(Stores.layer(cwd, env)),
      Effect.runPromise
    )

const restored = (cwd: string, env: Record<string, string>, text: string): Promise<unknown> =>
  Effect.runPromise(Effect.provide(Archive.restore(text, { where: "the run" }), Stores.layer(cwd, env)))

/** A fork has its own first and last record; what is between is what it is made of. */
const stepsIn = (text: string) =>
  text.split("\n").filter((line) => line.startsWith("{\"k\":\"StepSucceeded\"")).sort().join("\n")

/** A run that was killed in the middle, as a text. */
const halfDone = (folder: string): Promise<readonly [run: string, text: string]> =>
  within(folder, async (cwd) => {
    const FAULT = JSON.stringify({ under: join(cwd, "notes.jsonl"), at: 9, code: "kill" })
    await start(cwd, chain(6, 2), { FAULT }).ended
    const [first] = await exported(cwd, {})
    if (first === undefined) throw new Error("there is no run to copy")
    return first
  })

const anyInstant = "a kill at any instant"

const tried = async ({ count, folder, seed }: Options, kind: Kind): Promise<Tried> => {
  const random = seeded(seed)
  const violations: Array<string> = []
  const [source, file] = await halfDone(folder)
  const archive = join(folder, "run.jsonl")
  fs.writeFileSync(archive, file)
  const commands = { import: ["import", archive, "--json"], fork: ["fork", source, "--json"] } as const
  const names = ["import", "fork"] as const

  /** In a store of its own, with what the command needs. */
  const inStore = <A>(
    name: keyof typeof commands,
    use: (cwd: string, env: Record<string, string>) => Promise<A>
  ): Promise<A> =>
    within(folder, async (cwd) => {
      const env = kind.empty()
      if (name === "fork") await restored(cwd, env, file)
      return use(cwd, env)
    })

  const measured = (name: keyof typeof commands) =>
    inStore(name, async (cwd, env) => {
      const calls = join(cwd, "calls.json")
      const began = performance.now()
      const FAULT = JSON.stringify({ ...kind.counted(cwd), at: -1 })
      const end = await start(cwd, commands[name], { ...env, FAULT, FAULT_CALLS: calls }).ended
      // Without it there would be no call to try, and nothing found.
      if (end.code !== 0) throw new Error(`undisturbed, ${name} ended with ${end.code}: ${said(end)}`)
      const { length } = JSON.parse(fs.readFileSync(calls, "utf8")) as ReadonlyArray<string>
      return { length, ms: performance.now() - began }
    })
  const undisturbed = { import: await measured("import"), fork: await measured("fork") }

  const cases = names.flatMap((name) => [
    ...Array.from({ length: undisturbed[name].length }, (_, index) => index + 1).flatMap((at) =>
      [...kind.ends, ...kind.refusals].map((code) => ({ name, at, code }))
    ),
    ...Array.from({ length: kind.instants }, () => ({ name, at: 0, code: anyInstant }))
  ])
  const chosen = count >= cases.length
    ? cases
    : Array.from({ length: count }, () => cases[Math.floor(random() * cases.length)])
  for (const one of chosen) {
    if (one === undefined) continue
    const { at, code, name } = one
    const found = await inStore(name, async (cwd, env) => {
      const found: Array<string> = []
      const FAULT = JSON.stringify({ ...kind.counted(cwd), at, code })
      const child = start(cwd, commands[name], code === anyInstant ? env : { ...env, FAULT })
      if (code === anyInstant) {
        await wait(random() * undisturbed[name].ms)
        child.signal("SIGKILL")
      }
      const end = await child.ended
      const isRight = end.code === 0 || end.code === (kind.refusals.includes(code) ? 74 : 137)
      if (!isRight) found.push(`it ended with ${end.code}: ${said(end)}`)
      /** The runs that are made now; none of them is only a part. */
      const made = async (when: string) => {
        const all = await exported(cwd, env)
        const runs = [...all].filter(([run]) => name === "import" || run !== source)
        for (const [run, text] of runs) {
          const isWhole = name === "import" ? text === file : stepsIn(text) === stepsIn(file)
          if (!isWhole) found.push(`${when} there is a part of ${run}`)
        }
        if (name === "fork" && all.get(source) !== file) found.push(`${when} the run that is forked is another`)
        return runs.length
      }
      const before = await made("then")
      if (end.code === 0 && before === 0) found.push("it ended with 0 and made no run")
      const next = await start(cwd, commands[name], env).ended
      const isThere = name === "import" && next.code === 65 && next.stdout.includes("RunExists")
      if (next.code !== 0 && !isThere) found.push(`once more it ended with ${next.code}: ${said(next)}`)
      if ((await made("in the end")) === 0) found.push("once more it made no run")
      return found
    })
    const where = code === anyInstant ? code : `${code} at call ${at}`
    violations.push(...found.map((violation) => `seed ${seed}, ${kind.name}, ${name}, ${where}: ${violation}`))
  }
  const { fork, import: imported } = undisturbed
  return { cases: chosen.length, violations, note: `${imported.length} calls of import, ${fork.length} of fork` }
}

export const copies = (options: Options): Promise<Tried> => tried(options, inFiles)

export const copiesInSqlite = (options: Options): Promise<Tried> =>
  Stores.inSqlite(options, (options, empty) => tried(options, { ...inSqlite, empty }))

/** As if what is half made were called what a run is called. */
export const copiesUnhidden = (options: Options): Promise<Tried> => {
  const counted = () => ({ statements: true, unhidden: true } as const)
  return Stores.inSqlite(
    options,
    (options, empty) => tried(options, { ...inSqlite, empty, counted, refusals: [], ends: ["kill"], instants: 0 })
  )
}

export const copiesInPostgres = (options: Options): Promise<Tried> =>
  Stores.inPostgres(options, (options, empty) => tried(options, { ...inPostgres, empty }))
