/**
 * Whether what is finished would be kept: by doing, in the folder of the checkpoints, what a checkpoint does.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import * as fs from "node:fs"
import { connect } from "node:net"
import { dirname, join } from "node:path"
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
      const reason = error instanceof Error ? error.message : String(error)
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
 * Whether somebody answers where a database should be. It is not logged in to: that would make its tables.
 *
 * @category effects
 * @since 0.1.0
 */
export const server = (where: string): Effect.Effect<Finding> =>
  Effect.async<Finding>((resume) => {
    const { hostname, port } = new URL(where.replace(/ .*/, ""))
    const failed = (reason: string) =>
      resume(Effect.succeed(
        problem("database", `${where} cannot be reached: ${reason}`, "Start it, or correct --store (CAIRN_STORE).")
      ))
    const socket = connect({ host: decodeURIComponent(hostname), port: Number(port) || 5432 })
    socket.setTimeout(5000, () => {
      socket.destroy()
      failed("nobody answers")
    })
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed(ok("database", `${where} answers`)))
    })
    socket.once("error", (error) => failed(error.message))
    return Effect.sync(() => void socket.destroy())
  })

/**
 * Whether the file of a database can be written, and the folder that it is in.
 *
 * @category effects
 * @since 0.1.0
 */
export const databaseFile = (file: string): Effect.Effect<Finding> =>
  Effect.map(folder(dirname(file)), (beside) => {
    if (beside.status === "problem") return { ...beside, name: "database" }
    try {
      if (fs.existsSync(file)) fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK)
      return { ...beside, name: "database", message: beside.message.replace(dirname(file), file) }
    } catch {
      return problem("database", `${file} cannot be written`, "Become its owner, or name another one with --store.")
    }
  })
