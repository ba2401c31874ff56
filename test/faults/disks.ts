/** Real file systems that are full, read-only, or of somebody else, under the built command. */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { chain, type Ended, notesIn, quietly, sizeOfNotes, start, until, within } from "./child.ts"
import * as Notes from "./notes.ts"
import type { Options, Tried } from "./processes.ts"
import { seeded } from "./random.ts"

const said = ({ code, stderr, stdout }: Ended): string => `${code}: ${`${stdout}${stderr}`.slice(0, 600)}`

const mount = (...args: ReadonlyArray<string>): boolean => {
  try {
    execFileSync("mount", args, { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** A folder with a home that is a file system of 1 MB of its own; `undefined` where that is not permitted. */
const onSmallDisk = <A>(folder: string, use: (cwd: string, home: string) => Promise<A>): Promise<A | undefined> =>
  within(folder, async (cwd) => {
    const home = join(cwd, ".cairn")
    fs.mkdirSync(home, { mode: 0o700 })
    if (!mount("-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", home)) return undefined
    try {
      return await use(cwd, home)
    } finally {
      execFileSync("umount", [home])
    }
  })

const finished = (cwd: string, end: Ended): ReadonlyArray<string> => {
  if (end.code !== 0) return [`it did not go on: ${said(end)}`]
  const { output } = JSON.parse(end.stdout) as { readonly output: { readonly results: Record<string, string> } }
  return Notes.violations(Notes.read(notesIn(cwd)), output.results, { stops: 1, width: 2 })
}

const unpermitted = "skipped: mounting is not permitted here"

/** The disk has room for some records, and then for none; it is given more, and the same command goes on. */
export const full = async ({ count, folder, seed }: Options): Promise<Tried> => {
  const random = seeded(seed)
  const violations: Array<string> = []
  let cases = 0
  let refused = 0
  for (let round = 0; round < count; round++) {
    const found = await onSmallDisk(folder, async (cwd, home) => {
      const room = Math.floor(random() * 30_000)
      const { bavail, bsize } = fs.statfsSync(home)
      fs.writeFileSync(join(home, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - room)))
      const command = chain(200, 2)
      const end = await start(cwd, command).ended
      if (end.code === 74) refused++
      const isNamed = end.code === 74 && said(end).includes("ENOSPC")
      const found = end.code === 0 || isNamed ? [] : [`with ${room} bytes free it ended with ${said(end)}`]
      fs.rmSync(join(home, "filler"))
      const next = end.code === 0 ? ["resume", "@last", ...quietly] : command
      return [...found, ...finished(cwd, await start(cwd, next).ended)]
    })
    if (found === undefined) return { cases, violations, note: unpermitted }
    cases++
    violations.push(...found.map((violation) => `seed ${seed}, round ${round}: ${violation}`))
  }
  return { cases, violations, note: `${refused} ended with 74` }
}

/** A run that was killed half-way. */
const halfWay = async (cwd: string, command: ReadonlyArray<string>): Promise<void> => {
  const child = start(cwd, command)
  await until(child, () => sizeOfNotes(cwd) > 1500)
  child.signal("SIGKILL")
  await child.ended
}

/** The disk may only be read by now: that is said, looking still works, and later the run goes on. */
export const readOnly = async ({ folder }: Options): Promise<Tried> => {
  const violations = await onSmallDisk(folder, async (cwd, home) => {
    const command = chain(200, 2)
    await halfWay(cwd, command)
    mount("-o", "remount,ro", home)
    const end = await start(cwd, command).ended
    const found = end.code === 74 && said(end).includes("EROFS") ? [] : [`it ended with ${said(end)}`]
    const shown = await start(cwd, ["show", "@last", "--json"]).ended
    if (shown.code !== 0) found.push(`it cannot be shown: ${said(shown)}`)
    mount("-o", "remount,rw", home)
    return [...found, ...finished(cwd, await start(cwd, command).ended)]
  })
  return violations === undefined ? { cases: 0, violations: [], note: unpermitted } : { cases: 1, violations }
}

/** The journal, or the folder of the run, belongs to somebody else: it is refused and left as it is. */
export const foreign = async ({ folder }: Options): Promise<Tried> => {
  if (process.geteuid?.() !== 0) return { cases: 0, violations: [], note: "skipped: only root can give a file away" }
  const violations: Array<string> = []
  let cases = 0
  for (const what of ["journal", "."]) {
    await within(folder, async (cwd) => {
      const command = chain(200, 2)
      await halfWay(cwd, command)
      const [id = ""] = fs.readdirSync(join(cwd, ".cairn/runs"))
      const path = join(cwd, ".cairn/runs", id, what)
      const journal = join(cwd, ".cairn/runs", id, "journal")
      const before = fs.readFileSync(journal)
      fs.chownSync(path, 12_345, 12_345)
      const end = await start(cwd, command).ended
      cases++
      const isRefused = end.code === 65 && said(end).includes("belongs to user 12345")
      if (!isRefused) violations.push(`${what}: it ended with ${said(end)}`)
      if (!fs.readFileSync(journal).equals(before)) violations.push(`${what}: the journal was changed`)
      fs.chownSync(path, 0, 0)
      violations.push(...finished(cwd, await start(cwd, command).ended))
    })
  }
  return { cases, violations }
}
