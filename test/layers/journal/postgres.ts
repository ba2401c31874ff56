/** A PostgreSQL of a test's own: the installed one, in a temporary folder, as a user without privileges. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import * as NodeFs from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { fastFolder } from "../../fastFolder.ts"

export interface Server {
  /** The URL of a schema that nothing is in yet. */
  readonly empty: () => string
  /** What errors call the database. */
  readonly where: string
  /** Ends it as a crash does, and starts it again on what is left. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** It stands in every URL, and must stand nowhere else. */
export const password = "canary-p4ssw0rd-of-postgres"

const programs = (): string | undefined => {
  const root = "/usr/lib/postgresql"
  const found = NodeFs.existsSync(root) ? NodeFs.readdirSync(root).map((version) => join(root, version, "bin")) : []
  return [...found.sort().reverse(), ...(process.env.PATH ?? "").split(":")].find((folder) =>
    ["initdb", "postgres"].every((name) => NodeFs.existsSync(join(folder, name)))
  )
}

/** Why there is none; it is printed once by whoever skips. */
export const absence = (): string | undefined =>
  programs() === undefined
    ? "no PostgreSQL is installed here (neither in /usr/lib/postgresql nor on the PATH)"
    : undefined

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** A server does not run as root. */
const identity = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** Its folder is made in `where`: in memory, unless its disk is measured. So many times it is asked for an empty schema. */
export const start = async (where = fastFolder, schemas = 100): Promise<Server> => {
  const bin = programs()
  if (bin === undefined) throw new Error(absence())
  const folder = NodeFs.realpathSync(NodeFs.mkdtempSync(join(where, "postgres-")))
  const data = join(folder, "data")
  const secret = join(folder, "password")
  NodeFs.writeFileSync(secret, password)
  if (identity.uid !== undefined) {
    for (const path of [folder, secret]) NodeFs.chownSync(path, identity.uid, identity.gid)
  }
  const options = { ...identity, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" } }
  execFileSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "cairn", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...options, stdio: "pipe" }
  )
  const port = await freePort()
  let server: ChildProcess
  let ended: Promise<unknown>

  const run = async () => {
    const said: Array<string> = []
    const words = `-D ${data} -p ${port} -h 127.0.0.1 -k ${folder} -c max_connections=60 -c shared_buffers=16MB`
    const child = spawn(join(bin, "postgres"), words.split(" "), { ...options, stdio: ["ignore", "ignore", "pipe"] })
    server = child
    ended = new Promise((resolve) => child.on("exit", resolve))
    child.stderr.setEncoding("utf8")
    await new Promise<void>((resolve, reject) => {
      child.stderr.on("data", (text: string) => {
        said.push(text)
        if (said.join("").includes("ready to accept connections")) resolve()
      })
      child.on("exit", () => reject(new Error(said.join(""))))
    })
  }
  const stop = async (signal: NodeJS.Signals) => {
    server.kill(signal)
    await ended
  }
  process.on("exit", () => server.kill("SIGQUIT"))
  await run()

  execFileSync(
    join(bin, "psql"),
    ["-q", "-h", "127.0.0.1", "-p", String(port), "-U", "cairn", "-d", "postgres"],
    {
      ...options,
      env: { ...options.env, PGPASSWORD: password },
      input: Array.from({ length: schemas }, (_, index) => `CREATE SCHEMA s${index};`).join("\n")
    }
  )

  let used = 0
  return {
    empty: () => {
      if (used === schemas) throw new Error("Make more schemas")
      return `postgres://cairn:${password}@127.0.0.1:${port}/postgres?options=-csearch_path%3Ds${used++}`
    },
    where: `postgres://127.0.0.1:${port}/postgres`,
    crash: async () => {
      await stop("SIGQUIT")
      await run()
    },
    stop: async () => {
      await stop("SIGINT")
      NodeFs.rmSync(folder, { recursive: true, force: true })
    }
  }
}
