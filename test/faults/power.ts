/**
 * The power goes while the built command runs: what it did to its files is written down, and done once more, up to some call,
 * to a disk that forgets. What is left there is put in the place of the real files, and the same command goes on.
 */
import * as fs from "node:fs"
import { dirname, join, relative } from "node:path"
import { chain, notesIn, start, within } from "./child.ts"
import { again, concluded, type Options, type Tried } from "./processes.ts"
import { seeded } from "./random.ts"
import * as SimulatedDisk from "./SimulatedDisk.ts"

/** What `preload.mjs` has written down of a call. */
type Entry =
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
  for (const name of fs.readdirSync(cwd)) fs.rmSync(join(cwd, name), { recursive: true })
  for (const [path, { content, mode }] of SimulatedDisk.files(disk)) {
    if (relative(cwd, path).startsWith("..") || path === notesIn(cwd)) continue
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    fs.writeFileSync(path, content, { mode: mode & 0o777 })
  }
  if (notes.length > 0) fs.writeFileSync(notesIn(cwd), notes)
}

/** Calls that a command with a bug would not have made. */
export const planted: ReadonlyArray<{ readonly bug: string; readonly without: ReadonlyArray<Entry["name"]> }> = [
  { bug: "records are not synced", without: ["fdatasync"] },
  { bug: "nothing is synced", without: ["fdatasync", "fsync"] }
]

/**
 * Behind each call of a run, or so many of them, under the rules of both kinds of file system; `without` some calls,
 * as if they had not been made.
 */
export const cuts = async (
  { count, folder, seed, without = [] }: Options & { readonly without?: ReadonlyArray<Entry["name"]> }
): Promise<Tried> => {
  const random = seeded(seed)
  const violations: Array<string> = []
  let cases = 0
  let calls = 0
  for (const { steps, width } of [{ steps: 12, width: 1 }, { steps: 24, width: 4 }]) {
    await within(folder, async (cwd) => {
      const file = join(folder, "trace.json")
      const command = chain(steps, width)
      const end = await start(cwd, command, { TRACE: JSON.stringify({ under: cwd, file }) }).ended
      if (end.code !== 0) return void violations.push(`the run that is cut ended with ${end.code}: ${end.stderr}`)
      const made = JSON.parse(fs.readFileSync(file, "utf8")) as ReadonlyArray<Entry>
      const entries = made.filter(({ name }) => !without.includes(name))
      calls += entries.length
      const all = entries.flatMap((_, index) => (["posix", "ext4"] as const).map((rules) => ({ at: index + 1, rules })))
      // A bug shows where there is something to lose.
      const chosen = all.slice(without.length > 0 ? all.length / 2 : 0).map((cut) => ({ ...cut, lot: random() })).sort((
        a,
        b
      ) => a.lot - b.lot).slice(0, count / 2)
      for (const { at, rules } of chosen) {
        const { disk, notes } = replayed(cwd, entries.slice(0, at), rules, random)
        SimulatedDisk.cutPower(disk)
        put(cwd, disk, notes)
        const end = await start(cwd, again(cwd, command)).ended
        cases++
        const found = concluded(cwd, end, { stops: 1, width })
        violations.push(...found.map((violation) => `seed ${seed}, ${rules}, cut behind call ${at}: ${violation}`))
      }
    })
  }
  return { cases, violations, note: `behind each of ${calls} calls of two runs` }
}
