/**
 * The power goes while the built command runs: what it did to its files is written down, and done once more, up to some call,
 * to a disk that forgets. What is left there is put in the place of the real files, and the same command goes on.
 */
import * as fs from "node:fs"
import { dirname, join, relative } from "node:path"
import { chain, type Ended, notesIn, start, within } from "./child.ts"
import { again, concluded, type Options, type Tried } from "./processes.ts"
import { seeded } from "./random.ts"
import * as SimulatedDisk from "./SimulatedDisk.ts"
import * as Stores from "./stores.ts"
import * as Strace from "./strace.ts"

/** What is written down of a call. */
export type Entry =
  | {
    readonly name: "open"
    readonly path: string
    readonly flags: number | string
    readonly mode?: number
    readonly descriptor: number
  }
  | { readonly name: "write"; readonly target: number; readonly bytes: string; readonly position: number | null }
  | { readonly name: "ftruncate" | "fchmod"; readonly target: number; readonly second: number }
  | { readonly name: "fsync" | "fdatasync"; readonly target: number }
  | { readonly name: "mkdir" | "unlink" | "rm" | "chmod"; readonly target: string; readonly second?: unknown }
  | { readonly name: "rename" | "link"; readonly target: string; readonly second: string }

const { O_APPEND, O_CREAT, O_RDONLY } = fs.constants

const flagsOf = (flags: number | string): number =>
  typeof flags === "number" ? flags : flags.startsWith("a") ? O_APPEND | O_CREAT : flags === "r" ? O_RDONLY : O_CREAT

/** Does the calls once more. The notes of the steps are the world: what is in them has been seen. */
const replayed = (cwd: string, entries: ReadonlyArray<Entry>, rules: SimulatedDisk.Rules, random: () => number) => {
  const disk = SimulatedDisk.make(rules, random)
  const on = SimulatedDisk.operations(disk)
  for (const [index, part] of cwd.split("/").entries()) {
    if (part !== "") on.mkdir(cwd.split("/").slice(0, index + 1).join("/"), 0o755)
  }
  SimulatedDisk.settleAll(disk)
  const opened = new Map<number, { readonly descriptor: number; readonly isNotes: boolean; end: number }>()
  let notes = Buffer.alloc(0)
  for (const entry of entries) {
    if (entry.name === "open") {
      const descriptor = on.open(entry.path, flagsOf(entry.flags), entry.mode)
      opened.set(entry.descriptor, { descriptor, isNotes: entry.path === notesIn(cwd), end: 0 })
      continue
    }
    if (typeof entry.target === "number") {
      const file = opened.get(entry.target)
      if (file === undefined) throw new Error(`${entry.name} on what was not opened`)
      if (entry.name === "write") {
        const bytes = Buffer.from(entry.bytes, "base64")
        if (file.isNotes) notes = Buffer.concat([notes, bytes])
        else on.write(file.descriptor, bytes, 0, entry.position ?? file.end)
        file.end = (entry.position ?? file.end) + bytes.length
      } else if (entry.name === "ftruncate") on.truncate(file.descriptor, entry.second)
      else if (entry.name === "fchmod") on.chmodOpen(file.descriptor, entry.second)
      else on.sync(file.descriptor)
      continue
    }
    switch (entry.name) {
      case "mkdir":
        on.mkdir(entry.target, 0o700)
        break
      case "chmod":
        on.chmod(entry.target, Number(entry.second))
        break
      case "rename":
        on.rename(entry.target, entry.second)
        break
      case "link":
        on.link(entry.target, entry.second)
        break
      case "unlink":
        on.unlink(entry.target)
        break
      case "rm":
        on.removeAll(entry.target)
        break
    }
  }
  return { disk, notes }
}

/** Puts what is on a disk where the real files were. */
const put = (cwd: string, disk: SimulatedDisk.SimulatedDisk, notes: Buffer): void => {
  // What SQLite's processes share is mapped, and never synced: of it anything may be left.
  const mapped = new Map(
    fs.readdirSync(cwd).filter((name) => name.endsWith("-shm")).map((name) =>
      [join(cwd, name), fs.readFileSync(join(cwd, name))] as const
    )
  )
  for (const name of fs.readdirSync(cwd)) fs.rmSync(join(cwd, name), { recursive: true })
  for (const [path, { content, mode }] of SimulatedDisk.files(disk)) {
    if (relative(cwd, path).startsWith("..") || path === notesIn(cwd)) continue
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const left = disk.random() < 0.5 ? mapped.get(path) : undefined
    fs.writeFileSync(path, left ?? content, { mode: mode & 0o777 })
  }
  if (notes.length > 0) fs.writeFileSync(notesIn(cwd), notes)
}

/** Calls that a command with a bug would not have made. */
export const planted: ReadonlyArray<{ readonly bug: string; readonly without: ReadonlyArray<Entry["name"]> }> = [
  { bug: "records are not synced", without: ["fdatasync"] },
  { bug: "nothing is synced", without: ["fdatasync", "fsync"] }
]

/** What SQLite would be told by a program with a bug. */
export const plantedInSqlite = [
  { bug: "SQLite syncs its log before it is written over, and no commit", synchronous: "NORMAL" },
  { bug: "SQLite syncs nothing", synchronous: "OFF" }
] as const

/** One run that is cut, and behind which of its calls. */
interface Scene {
  readonly steps: number
  readonly width: number
  readonly env?: Record<string, string>
  readonly record: (cwd: string, command: ReadonlyArray<string>) => Promise<{
    readonly end: Ended
    readonly entries: ReadonlyArray<Entry>
  }>
  readonly where?: (entries: ReadonlyArray<Entry>) => readonly [from: number, to: number]
}

/** Behind each call of each of these runs, or so many of them, under the rules of both kinds of file system. */
const cutsOf = async ({ count, folder, seed }: Options, scenes: ReadonlyArray<Scene>): Promise<Tried> => {
  const random = seeded(seed)
  const violations: Array<string> = []
  let cases = 0
  let calls = 0
  for (const { env = {}, record, steps, where, width } of scenes) {
    await within(folder, async (cwd) => {
      const command = chain(steps, width)
      const { end, entries } = await record(cwd, command)
      if (end.code !== 0) return void violations.push(`the run that is cut ended with ${end.code}: ${end.stderr}`)
      const [from, to] = where?.(entries) ?? [0, entries.length]
      calls += to - from
      const all = Array.from({ length: to - from }, (_, index) => from + index + 1).flatMap((at) =>
        (["posix", "ext4"] as const).map((rules) => ({ at, rules, lot: random() }))
      )
      const chosen = all.sort((a, b) => a.lot - b.lot).slice(0, Math.ceil(count / scenes.length))
      for (const { at, rules } of chosen) {
        const { disk, notes } = replayed(cwd, entries.slice(0, at), rules, random)
        SimulatedDisk.cutPower(disk)
        put(cwd, disk, notes)
        const end = await start(cwd, again(cwd, command), env).ended
        cases++
        const found = concluded(cwd, end, { stops: 1, width, runs: await Stores.count(cwd, env) })
        violations.push(...found.map((violation) => `seed ${seed}, ${rules}, cut behind call ${at}: ${violation}`))
      }
    })
  }
  return { cases, violations, note: `behind each of ${calls} calls of ${scenes.length} runs` }
}

/** Files; `without` some calls, as if they had not been made. */
export const cuts = (
  { without = [], ...options }: Options & { readonly without?: ReadonlyArray<Entry["name"]> }
): Promise<Tried> => {
  const record: Scene["record"] = async (cwd, command) => {
    const file = `${cwd}.trace`
    const end = await start(cwd, command, { TRACE: JSON.stringify({ under: cwd, file }) }).ended
    const made = end.code === 0 ? JSON.parse(fs.readFileSync(file, "utf8")) as ReadonlyArray<Entry> : []
    fs.rmSync(file, { force: true })
    return { end, entries: made.filter(({ name }) => !without.includes(name)) }
  }
  // A bug shows where there is something to lose.
  const where: Scene["where"] = ({ length }) => [without.length > 0 ? length >> 1 : 0, length]
  return cutsOf(options, [{ steps: 12, width: 1, record, where }, { steps: 24, width: 4, record, where }])
}

/** A SQLite file, whose driver is no JavaScript: all that it does is seen from outside. `synchronous` in place of FULL. */
export const cutsInSqlite = (
  { synchronous, ...options }: Options & { readonly synchronous?: "NORMAL" | "OFF" }
): Promise<Tried> => {
  Stores.linkDrivers(options.folder)
  const env = { CAIRN_STORE: "sqlite:runs.db" }
  const record: Scene["record"] = (cwd, command) =>
    Strace.recorded(cwd, command, { ...env, ...(synchronous === undefined ? {} : { SYNCHRONOUS: synchronous }) })
  if (synchronous !== undefined) {
    const where: Scene["where"] = ({ length }) => [length >> 1, length]
    return cutsOf(options, [{ steps: 24, width: 1, env, record, where }])
  }
  return cutsOf(options, [
    { steps: 12, width: 1, env, record },
    { steps: 24, width: 4, env, record },
    // So long that the log is copied into the file, and written from its beginning again.
    { steps: 120, width: 1, env, record, where: aroundCopy }
  ])
}

const aroundCopy = (entries: ReadonlyArray<Entry>): readonly [number, number] => {
  const paths = new Map<number, string>()
  const written = entries.map((entry) => {
    if (entry.name === "open") paths.set(entry.descriptor, entry.path)
    return entry.name === "write" ? paths.get(entry.target) ?? "" : ""
  })
  const logged = written.findIndex((path) => path.endsWith("/runs.db-wal"))
  const copied = written.findIndex((path, index) => index > logged && path.endsWith("/runs.db"))
  if (copied < 0) throw new Error("the log was never copied")
  return [copied - 20, Math.min(entries.length, copied + 60)]
}
