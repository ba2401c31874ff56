import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Either } from "effect"
import * as fs from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import * as Home from "../../src/cli/home.ts"
import { UsageError } from "../../src/cli/UsageError.ts"
import * as Postgres from "../layers/journal/postgres.ts"
import { bundle, type Child, contents, type Ended, projectIn, run, temporary } from "./command.ts"

const folder = temporary()
let command = ""
const absence = Postgres.absence()
if (absence !== undefined) console.warn(`Skipped, --store postgres: ${absence}`)
const server = absence === undefined ? await Postgres.start() : undefined
beforeAll(async () => {
  command = await bundle("src/main.ts")
})
afterAll(async () => {
  await server?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

const project = () => projectIn(folder)

/** How often each step was begun. */
const begun = (cwd: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const line of fs.readFileSync(join(cwd, "notes"), "utf8").split("\n").slice(0, -1)) {
    const { ev, step } = JSON.parse(line) as { readonly ev: string; readonly step: string }
    if (ev === "start") counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  return counts
}

const document = ({ stderr, stdout }: Ended) => {
  assert.notStrictEqual(stdout, "", stderr)
  return JSON.parse(stdout) as {
    readonly status: string
    readonly run: string
    readonly error: { readonly tag: string; readonly message: string; readonly fix: string }
    readonly requests: ReadonlyArray<{ readonly answer: { readonly command: string; readonly file: string } }>
  }
}

/** The options and the environment that name a store. */
interface Named {
  readonly options: ReadonlyArray<string>
  readonly env: Record<string, string>
}

const stores: ReadonlyArray<{ readonly name: string; readonly isThere: boolean; readonly fresh: () => Named }> = [
  { name: "sqlite:", isThere: true, fresh: () => ({ options: ["--store", "sqlite:data/runs.db"], env: {} }) },
  {
    name: "postgres:",
    isThere: server !== undefined,
    fresh: () => ({ options: ["--store", server?.empty() ?? ""], env: {} })
  },
  {
    name: "postgres: in CAIRN_STORE",
    isThere: server !== undefined,
    fresh: () => ({ options: [], env: { CAIRN_STORE: server?.empty() ?? "" } })
  }
]

for (const { fresh, isThere, name } of stores) {
  describe.skipIf(!isThere)(`--store ${name}`, { timeout: 120_000 }, () => {
    it("keeps a run that waits, is answered through a file, moves to another store and ends; the password is nowhere", async () => {
      const cwd = project()
      const { env, options } = fresh()
      const said: Array<Ended> = []
      const call = async (words: string, expected: number, more: ReadonlyArray<string> = options) => {
        const ended = await run(command, [...words.split(" "), ...more], { cwd, env })
        said.push(ended)
        assert.strictEqual(ended.code, expected, `${ended.stdout}\n${ended.stderr}`)
        return ended
      }

      const waiting = document(await call("selftest chain --steps 4 --ask 3 --effects notes --json", 42))
      const [request] = waiting.requests
      assert.isFalse(fs.existsSync(join(cwd, ".cairn/runs")))
      assert.isTrue(request?.answer.file.startsWith(join(fs.realpathSync(cwd), ".cairn/stores/")))
      await call(`export ${waiting.run} --output run.jsonl`, 0)
      fs.writeFileSync(request?.answer.file ?? "", "\"from a file\"", { mode: 0o600 })
      assert.strictEqual(document(await call(`resume ${waiting.run} --json`, 0)).status, "done")
      await call("runs --verbose", 0)
      await call(`rm ${waiting.run}`, 0)
      assert.deepStrictEqual(fs.readdirSync(join(request?.answer.file ?? "", "../../..")), [])
      // From the database into files, and into an empty database again.
      await call("import run.jsonl", 0, ["--store", "file:files"])
      assert.include((await call("import run.jsonl", 0)).stdout, `Imported ${waiting.run} (waiting)`)
      assert.deepStrictEqual([...begun(cwd)], [["s1", 1], ["s2", 1], ["s3", 2], ["s4", 1]])

      const all = said.map(({ stderr, stdout }) => stdout + stderr).join("\n") + contents(cwd)
      assert.notInclude(all, Postgres.password)
    })

    it.skipIf(name.endsWith("CAIRN_STORE"))(
      "tells a second process who holds the run, and is the next one's at once when that is killed",
      async () => {
        const cwd = project()
        const { env, options } = fresh()
        const words = ["selftest", "chain", "--steps", "200", "--effects", "notes", "--json", "-q", ...options]
        let first: Child | undefined
        const killed = run(command, words, {
          cwd,
          env,
          started: (child) => {
            first = child
          }
        })
        while (!fs.existsSync(join(cwd, "notes"))) await new Promise((resolve) => setTimeout(resolve, 1))
        // However long it is stopped.
        first?.kill("SIGSTOP")

        const second = await run(command, words, { cwd, env })
        assert.strictEqual(second.code, 75, second.stderr)
        assert.match(
          document(second).error.message,
          new RegExp(`^Run "selftest-\\w{8}-1" is held by process \\d+ on ${hostname()}$`)
        )
        first?.kill("SIGKILL")
        await killed
        const third = await run(command, words, { cwd, env })

        assert.strictEqual(third.code, 0, third.stderr)
        const counts = [...begun(cwd).values()]
        assert.strictEqual(counts.length, 200)
        assert.isAtMost(counts.filter((count) => count > 1).length, 1)
      }
    )
  })
}

describe("--store", { timeout: 120_000 }, () => {
  const said = async (cwd: string, ...words: ReadonlyArray<string>) => {
    const ended = await run(command, ["runs", ...words, "--json"], { cwd })
    return [ended.code, document(ended).error] as const
  }

  it("keeps a SQLite file to its owner, whatever the umask, and refuses one that others can write", async () => {
    const cwd = project()
    const words = ["runs", "--store", "sqlite:made/for it/runs.db"]
    assert.strictEqual((await run(command, words, { cwd, shell: "umask 0;" })).code, 0)
    const file = join(cwd, "made/for it/runs.db")
    const modes = [join(cwd, "made"), file, `${file}-wal`].map((path) => fs.statSync(path).mode & 0o777)
    assert.deepStrictEqual(modes, [0o700, 0o600, 0o600])

    fs.chmodSync(file, 0o666)
    const [code, error] = await said(cwd, "--store", "sqlite:made/for it/runs.db")

    assert.deepStrictEqual([code, error.tag], [65, "JournalDamaged"])
    assert.include(error.message, "users other than its owner may write it (chmod go-w)")
  })

  it("says that a file is no database", async () => {
    const cwd = project()
    fs.writeFileSync(join(cwd, "runs.db"), "This is not a database, however long it is.".repeat(100), { mode: 0o600 })

    const [code, error] = await said(cwd, "--store", "sqlite:runs.db")

    assert.deepStrictEqual([code, error.tag], [65, "JournalDamaged"])
    assert.include(error.message, "file is not a database")
    assert.include(error.fix, "or name another place with --store.")
  })

  it("says how to install a driver that is not there, or not the one for this Effect", async () => {
    const cwd = fs.mkdtempSync(join(folder, "bare-"))
    const url = "postgres://me:canary-p4ss@127.0.0.1:1/runs"
    assert.deepStrictEqual(
      [await said(cwd, "--store", "sqlite:runs.db"), await said(cwd, "--store", url)].map(([code, { fix, tag }]) => [
        code,
        tag,
        fix
      ]),
      [
        [2, "StoreUnusable", "npm install @effect/sql-libsql@0.42"],
        [2, "StoreUnusable", "npm install @effect/sql-pg@0.53"]
      ]
    )

    const installed = join(cwd, "node_modules/@effect/sql-pg")
    fs.mkdirSync(installed, { recursive: true })
    fs.writeFileSync(join(installed, "package.json"), JSON.stringify({ name: "@effect/sql-pg", version: "4.0.5" }))
    fs.writeFileSync(join(installed, "PgClient.js"), "")
    const [code, error] = await said(cwd, "--store", url)

    assert.strictEqual(code, 2)
    assert.strictEqual(error.message, "The driver @effect/sql-pg cannot be used: it is 4.0.5, and has to be 0.53")
    assert.isFalse(fs.existsSync(join(cwd, "runs.db")))
  })

  it("refuses what names no store, without repeating it", () => {
    const refused = [
      "postgress://me:canary-p4ss@h/d",
      "postgres://me:canary-p4ss@h:port/d",
      "postgres:/me:canary-p4ss@h/d",
      "postgres:me:canary-p4ss@h/d",
      "postgres:///me:canary-p4ss@h/d",
      "postgres://me:12/canary@h/d",
      "postgres://me:12?canary@h/d",
      "postgres://me:12#canary@h/d",
      "sqlite:",
      "sqlite::memory:",
      "file:",
      "nowhere"
    ]
    for (const store of refused) {
      const error = Either.getOrThrow(Either.flip(Home.find("/here", {}, { values: new Map([["store", [store]]]) })))

      assert.instanceOf(error, UsageError, store)
      assert.notInclude(JSON.stringify(error), "canary")
    }
  })

  it("is not asked to sync less, since only files can be", () => {
    const found = (store: string) =>
      Home.find("/here", {}, { values: new Map([["store", [store]], ["durability", ["process"]]]) })

    assert.instanceOf(Either.getOrThrow(Either.flip(found("sqlite:runs.db"))), UsageError)
    assert.isTrue(Either.isRight(found("file:kept")))
  })

  it("is named to whoever pastes a command, without a password", () => {
    const option = (store: string | undefined, env: Record<string, string> = {}) =>
      Either.getOrThrow(
        Home.find("/here", env, { values: new Map(store === undefined ? [] : [["store", [store]]]) })
      ).option

    assert.strictEqual(option("sqlite:runs.db"), " --store sqlite:/here/runs.db")
    assert.strictEqual(option(undefined, { CAIRN_STORE: "sqlite:///var/runs.db" }), " --store sqlite:/var/runs.db")
    assert.strictEqual(option("file:kept"), " --home /here/kept")
    assert.strictEqual(option("postgres://me@h/d"), " --store postgres://me@h/d")
    assert.strictEqual(
      option("postgres://me:canary@h/d?sslmode=require"),
      " --store 'postgres://me@h/d?sslmode=require'"
    )
    assert.strictEqual(
      option("postgres://me@/d?host=/run&password=canary"),
      " --store 'postgres://me@localhost/d?host=%2Frun'"
    )
    // It alone has all of it.
    assert.strictEqual(option(undefined, { CAIRN_STORE: "postgres://me:canary@h/d" }), "")
    assert.strictEqual(option(undefined, { CAIRN_STORE: "postgres://me@h/d" }), " --store postgres://me@h/d")
    assert.strictEqual(
      option("sqlite:runs.db", { CAIRN_HOME: "kept" }),
      " --home /here/kept --store sqlite:/here/runs.db"
    )
    assert.strictEqual(option(undefined, { CAIRN_STORE: "" }), "")
    // Nor is the folder named, which would win over it.
    assert.strictEqual(option(undefined, { CAIRN_STORE: "postgres://me:canary@h/d", CAIRN_HOME: "kept" }), "")
  })

  it("is named by options before the environment, and --home alone means files", () => {
    const where = (options: Record<string, string>, env: Record<string, string>) =>
      Either.getOrThrow(
        Home.find("/here", env, { values: new Map(Object.entries(options).map(([name, value]) => [name, [value]])) })
      ).where
    const env = { CAIRN_STORE: "sqlite:runs.db", CAIRN_HOME: "there" }

    assert.strictEqual(where({}, env), "sqlite:/here/runs.db")
    assert.strictEqual(where({ home: "kept" }, env), "/here/kept")
    assert.strictEqual(where({ home: "kept" }, { CAIRN_STORE: "no store at all" }), "/here/kept")
    assert.strictEqual(where({ home: "kept", store: "sqlite:other.db" }, env), "sqlite:/here/other.db")
    assert.strictEqual(where({ store: "file:kept" }, env), "/here/kept")
    assert.strictEqual(where({}, { CAIRN_STORE: "file:kept", CAIRN_HOME: "there" }), "/here/kept")
  })

  it("is a home where it is file:, and one of the two is enough", async () => {
    const cwd = project()
    const ended = await run(command, [
      "selftest",
      "chain",
      "--steps",
      "1",
      "--effects",
      "notes",
      "--store",
      "file:kept"
    ], {
      cwd
    })

    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.strictEqual(fs.readdirSync(join(cwd, "kept/runs")).length, 1)
    assert.strictEqual((await said(cwd, "--store", "file:kept", "--home", "other"))[0], 2)
    assert.strictEqual((await said(cwd, "--home", ""))[0], 2)
  })

  it("is not asked for by a command that is not about runs", async () => {
    const env = { CAIRN_STORE: "postgres://me@127.0.0.1:1/runs" }
    assert.strictEqual((await run(command, ["graph", "implement"], { cwd: project(), env })).code, 0)
    const { code, stdout } = await run(command, ["runs", "--json"], { cwd: project(), env })

    assert.strictEqual(code, 74)
    assert.include(stdout, "ECONNREFUSED")
  })
})
