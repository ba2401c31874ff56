/**
 * Who holds a journal, told apart from every other process that there is or was, without a clock.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"

/**
 * What cannot be found out on a system is `null`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Owner = Schema.Struct({
  pid: Schema.Int,
  /** When the process started, in the words of its system: a pid is used again, with another start. */
  start: Schema.NullOr(Schema.String),
  /** The start of the machine. */
  boot: Schema.NullOr(Schema.String),
  /** The pid namespace: the same pid is another process in another one. */
  pids: Schema.NullOr(Schema.String),
  /** The time namespace, in which `start` was read. */
  times: Schema.NullOr(Schema.String),
  host: Schema.String
})

/**
 * @category models
 * @since 0.1.0
 */
export type Owner = typeof Owner.Type

/**
 * What can be known of an owner from here. Nobody here can see those that are `unreachable`.
 *
 * @category models
 * @since 0.1.0
 */
export type Life = "alive" | "dead" | "unreachable"

/**
 * This process.
 *
 * @category constructors
 * @since 0.1.0
 */
export const self = (): Owner => known ??= identify()

let known: Owner | undefined

/**
 * Says whether an owner still runs, as `here` can see it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const life = (owner: Owner, here: Owner): Life => {
  const sameHost = owner.host === here.host
  if (owner.boot === null || here.boot === null) {
    if (!sameHost) return "unreachable"
  } else if (owner.boot !== here.boot) {
    // One machine starts again with its name; two with one name that share a disk are not told apart.
    return sameHost ? "dead" : "unreachable"
  }
  if (owner.pids !== here.pids) return "unreachable"
  const process = look(owner.pid)
  if (process === "gone") return "dead"
  if (owner.times !== here.times) return "unreachable"
  return owner.start === null || process.start === null || process.start === owner.start ? "alive" : "dead"
}

/**
 * @category accessors
 * @since 0.1.0
 */
export const show = (owner: Owner): string => `process ${owner.pid} on ${owner.host}`

interface Seen {
  readonly start: string | null
}

const identify = (): Owner => {
  const process = look(pid)
  return {
    pid,
    start: process === "gone" ? null : process.start,
    boot: isMac ? run("sysctl", "-n", "kern.bootsessionuuid") : read("/proc/sys/kernel/random/boot_id"),
    pids: namespace("/proc/self/ns/pid"),
    times: namespace("/proc/self/ns/time"),
    host: hostname()
  }
}

const look = (pid: number): Seen | "gone" => {
  if (isMac) {
    const start = run("ps", "-o", "lstart=", "-p", String(pid))
    return start === null || start === "" ? lookBySignal(pid) : { start }
  }
  const stat = isProcOurs() ? read(`/proc/${pid}/stat`) : null
  if (stat === null) return lookBySignal(pid)
  // "4711 (a name) with) anything) S 1 …": the fields are counted from behind the name.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const [state] = fields
  // Killed, and only its parent has not asked yet; but a thread of it may still be in a call to the disk.
  if ((state === "Z" || state === "X") && Number(fields[17]) <= 1) return "gone"
  return { start: fields[19] ?? null }
}

const lookBySignal = (pid: number): Seen | "gone" => {
  try {
    process.kill(pid, 0)
    return { start: null }
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "ESRCH" ? "gone" : { start: null }
  }
}

const { pid, platform } = process
const isMac = platform === "darwin"

/** False in a pid namespace that was given no `/proc` of its own: the numbers in there are others. */
const isProcOurs = (): boolean => namespace("/proc/self") === String(pid)

const namespace = (path: string): string | null => {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8").trim()
  } catch {
    return null
  }
}

const run = (command: string, ...args: ReadonlyArray<string>): string | null => {
  try {
    const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" }
    return execFileSync(command, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] }).trim()
  } catch {
    return null
  }
}
