/** What a command does to its files, as the system is asked for it: also by code that is no JavaScript. */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { resolve } from "node:path"
import { type Ended, start } from "./child.ts"
import type { Entry } from "./power.ts"

/** Why nothing can be recorded here; it is printed once by whoever skips. */
export const absence = (): string | undefined => {
  const { error, status, stderr } = spawnSync("strace", ["-o", "/dev/null", "true"], { encoding: "utf8" })
  return error !== undefined
    ? "no strace is installed here"
    : status !== 0
    ? `strace may not look at processes here: ${stderr.split("\n")[0]}`
    : undefined
}

/** Those with a question mark are no calls of every machine. */
const calls =
  "openat,write,pwrite64,writev,pwritev,ftruncate,fallocate,fsync,fdatasync,fchmod,?rename,?renameat,?renameat2" +
  ",?link,linkat,?unlink,unlinkat,?rmdir,?mkdir,mkdirat,?chmod,fchmodat"

/** Runs a command, and gives what it did to files in its folder, in order. */
export const recorded = async (
  cwd: string,
  command: ReadonlyArray<string>,
  env: Record<string, string>
): Promise<{ readonly end: Ended; readonly entries: ReadonlyArray<Entry> }> => {
  const file = `${cwd}.strace`
  const options = ["-f", "-y", "-xx", "-s", "10000000", "-e", `trace=${calls}`, "-o", file]
  const end = await start(cwd, command, env, ["strace", ...options]).ended
  const text = fs.readFileSync(file, "utf8")
  fs.rmSync(file)
  return { end, entries: entriesIn(cwd, text) }
}

const entriesIn = (cwd: string, text: string): ReadonlyArray<Entry> => {
  const begun = new Map<string, string>()
  /** Which descriptors are files of this folder. */
  const ours = new Set<number>()
  return text.split("\n").flatMap((line) => {
    const [, thread = "", said = ""] = /^(\d+) +(.*)$/.exec(line) ?? []
    // One thread was in a call while another one came to something: it counts where it ends.
    if (said.endsWith(" <unfinished ...>")) {
      begun.set(thread, said.slice(0, -" <unfinished ...>".length))
      return []
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(said)
    const entry = entryOf(cwd, ours, resumed === null ? said : `${begun.get(thread) ?? ""}${resumed[1] ?? ""}`)
    return entry === undefined ? [] : [entry]
  })
}

/** A call that did something, to a file that is ours. */
const entryOf = (cwd: string, ours: Set<number>, said: string): Entry | undefined => {
  const [, name = "", given = "", value = "", file = ""] = /^(\w+)\((.*)\) += (\d+)(?:<([^<]*)>)?$/.exec(said) ?? []
  const args = given.split(", ")
  const [first = "", second = "", third = "", fourth = ""] = args
  const isIn = (path: string) => path === cwd || path.startsWith(`${cwd}/`)
  if (name === "openat") {
    const descriptor = Number(value)
    const path = bytesIn(file).toString()
    ours.delete(descriptor)
    if (!isIn(path)) return undefined
    ours.add(descriptor)
    return {
      name: "open",
      path,
      flags: flagsOf(third),
      descriptor,
      ...(fourth === "" ? {} : { mode: parseInt(fourth, 8) })
    }
  }
  if (/^\d+</.test(first)) {
    const target = parseInt(first)
    if (!ours.has(target)) return undefined
    switch (name) {
      case "write":
      case "pwrite64": {
        const bytes = bytesIn(second).subarray(0, Number(value)).toString("base64")
        return { name: "write", target, bytes, position: name === "write" ? null : Number(fourth) }
      }
      case "ftruncate":
        return { name, target, second: Number(second) }
      case "fchmod":
        return { name, target, second: parseInt(second, 8) }
      case "fsync":
      case "fdatasync":
        return { name, target }
      default:
        throw new Error(`nobody knows here what ${said.slice(0, 200)} does`)
    }
  }
  // Paths are whole ones, or begin here.
  const [from = "", to = ""] = args.filter((argument) => !argument.startsWith("AT_FDCWD<"))
  if (!from.startsWith("\"")) return undefined
  const path = resolve(cwd, bytesIn(from).toString())
  if (!isIn(path)) return undefined
  switch (name.replace(/at2?$/, "")) {
    case "mkdir":
      return { name: "mkdir", target: path }
    case "rmdir":
    case "unlink":
      return { name: name === "rmdir" || to === "AT_REMOVEDIR" ? "rm" : "unlink", target: path }
    case "chmod":
    case "fchmod":
      return { name: "chmod", target: path, second: parseInt(to, 8) }
    case "rename":
      return { name: "rename", target: path, second: resolve(cwd, bytesIn(to).toString()) }
    case "link":
      return { name: "link", target: path, second: resolve(cwd, bytesIn(to).toString()) }
    default:
      throw new Error(`nobody knows here what ${said.slice(0, 200)} does`)
  }
}

/** `"\x2f\x74"`, all of it. */
const bytesIn = (text: string): Buffer => {
  if (text.endsWith("...")) throw new Error("strace has left something out")
  return Buffer.from(text.replace(/"|\\x/g, ""), "hex")
}

/** `O_RDWR|O_CREAT` */
const flagsOf = (names: string): number =>
  names.split("|").reduce(
    (flags, name) => flags | (Object.entries(fs.constants).find(([known]) => known === name)?.[1] ?? 0),
    0
  )
