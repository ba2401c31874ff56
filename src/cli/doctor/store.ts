/**
 * Whether what is finished would be kept: by doing, in the folder of the checkpoints, what a checkpoint does.
 *
 * @since 0.1.0
 */
import { Effect, type Redacted } from "effect"
import * as fs from "node:fs"
import { connect } from "node:net"
import { dirname, join } from "node:path"
import * as Installed from "../../layers/Journal/Installed.ts"
import type { Look } from "../../layers/Journal/Tables.ts"
import { messageOf } from "../../pipeline/messageOf.ts"
import type { Call } from "../Command.ts"
import { type Finding, ok, problem, warning } from "./Finding.ts"

/**
 * Makes a file in a folder, makes it durable, reads it again, and removes it and every folder that it had to make.
 *
 * @category effects
 * @since 0.1.0
 */
export const folder = (path: string): Effect.Effect<Finding> =>
  Effect.sync(() => {
    try {
      const kind = tried(path)
      return kind === undefined
        ? ok("store", `${path}: files are made, kept and removed`)
        : warning("store", `${path} is on ${kind}`, "Name a folder on a disk of this machine with --home.")
    } catch (error) {
      const reason = messageOf(error)
      return problem("store", `${path} cannot keep anything: ${reason}`, "Name another folder with --home DIR.")
    }
  })

/** Throws what the system says; gives what kind of file system it is, where that keeps no promise. */
const tried = (path: string): string | undefined => {
  const missing: Array<string> = []
  for (let at = path; !fs.existsSync(at); at = dirname(at)) missing.push(at)
  const made: Array<string> = []
  const file = join(path, `.doctor-${process.pid}-${process.hrtime.bigint()}`)
  try {
    for (const folder of missing.reverse()) {
      fs.mkdirSync(folder, { mode: 0o700 })
      made.push(folder)
    }
    durably(file, "kept")
    if (fs.readFileSync(file, "utf8") !== "kept") throw new Error("what was written is not what is read")
    return process.platform === "linux" ? unreliable.get(fs.statfsSync(path).type) : undefined
  } finally {
    fs.rmSync(file, { force: true })
    for (const folder of made.reverse()) fs.rmdirSync(folder)
  }
}

/** With its name: the folder is made durable, too. */
const durably = (file: string, text: string): void => {
  const descriptor = fs.openSync(file, "wx", 0o600)
  try {
    fs.writeSync(descriptor, text)
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
  if (process.platform === "win32") return
  const folder = fs.openSync(dirname(file), "r")
  try {
    fs.fsyncSync(folder)
  } finally {
    fs.closeSync(folder)
  }
}

/** File systems by the number that Linux has for them (statfs(2)). */
const unreliable: ReadonlyMap<number, string> = new Map([
  [0x6969, "a network file system (NFS), which may lose what it acknowledged, and locks"],
  [0x517b, "a network file system (SMB), which may lose what it acknowledged, and locks"],
  [0xff534d42, "a network file system (CIFS), which may lose what it acknowledged, and locks"],
  [0xfe534d42, "a network file system (SMB), which may lose what it acknowledged, and locks"],
  [0x5346414f, "a network file system (AFS), which may lose what it acknowledged, and locks"],
  [0x01021997, "a file system of another machine (9P), which may lose what it acknowledged, and locks"],
  [0x00c36400, "a network file system (Ceph), which may lose what it acknowledged, and locks"],
  [0x65735546, "a file system of a program (FUSE), which may lose what it acknowledged"],
  [0x01021994, "memory (tmpfs), which is gone when this machine stops"],
  [0x858458f6, "memory (ramfs), which is gone when this machine stops"]
])

/**
 * What a run would find on a server. Nothing is made there.
 *
 * @category effects
 * @since 0.1.0
 */
export const server = (url: Redacted.Redacted, { cwd, where }: Call): Effect.Effect<Finding> =>
  Installed.lookAtPostgres(url, { cwd, where }).pipe(
    Effect.map((look) => told(`${where} answers`, look)),
    Effect.catchTags({
      // That is said of the driver. Whether somebody is there can be seen without it.
      StoreUnusable: () => answers(where),
      JournalDamaged: ({ fix, message }) => Effect.succeed(problem("database", message, fix)),
      JournalError: ({ reason }) => Effect.succeed(unreached(where, reason))
    })
  )

const unreached = (where: string, reason: string): Finding =>
  problem("database", `${where} cannot be reached: ${reason}`, "Start it, or correct --store (CAIRN_STORE).")

const answers = (where: string): Effect.Effect<Finding> =>
  Effect.async<Finding>((resume) => {
    const { hostname, port } = new URL(where.replace(/ .*/, ""))
    const socket = connect({ host: decodeURIComponent(hostname), port: Number(port) || 5432 })
    socket.setTimeout(5000, () => {
      socket.destroy()
      resume(Effect.succeed(unreached(where, "nobody answers")))
    })
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed(ok("database", `${where} answers`)))
    })
    socket.once("error", (error) => resume(Effect.succeed(unreached(where, error.message))))
    return Effect.sync(() => void socket.destroy())
  })

/**
 * Whether the file of a database can be written, and the folder that it is in, and what a run would find in it. Nothing
 * is made in it.
 *
 * @category effects
 * @since 0.1.0
 */
export const databaseFile = (file: string, { cwd, where }: Call): Effect.Effect<Finding> =>
  Effect.flatMap(folder(dirname(file)), (beside) => {
    const finding: Finding = { ...beside, name: "database" }
    if (finding.status === "problem") return Effect.succeed(finding)
    const fine: Finding = { ...finding, message: finding.message.replace(dirname(file), file) }
    const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size === 0) return Effect.succeed({ ...fine, message: `${fine.message}; ${unmade}` })
    try {
      fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK)
    } catch {
      return Effect.succeed(
        problem("database", `${file} cannot be written`, "Become its owner, or name another one with --store.")
      )
    }
    return Effect.match(Installed.lookAtSqlite(file, { cwd, where }), {
      onFailure: (error) => error._tag === "StoreUnusable" ? fine : problem("database", error.message, error.fix),
      onSuccess: (look) => {
        const seen = told(fine.message, look)
        return seen.status === "ok" ? { ...fine, message: seen.message } : seen
      }
    })
  })

const unmade = "the first run makes its tables"

const told = (beginning: string, { doubts, format, isNewer, lacking }: Look): Finding =>
  isNewer
    ? problem(
      "database",
      `${beginning}; its tables have format ${format}, which is newer than this program`,
      "Update this program, or name another database with --store."
    )
    : lacking.length > 0
    ? problem(
      "database",
      `${beginning}; there is ${lacking.join(", ")}`,
      "Let its owner grant that, or name another database with --store."
    )
    : doubts.length > 0
    ? warning("database", `${beginning}; ${doubts.join(", ")}`, "Change that where the server is set up.")
    : ok(
      "database",
      `${beginning}; ${format === undefined ? unmade : `its tables have format ${format}, and can be used`}`
    )
