/** What is promised of the built command as a process, tried so many times. */
import { Effect, Either } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import { Journal } from "../../src/pipeline/Journal.ts"
import { chain, type Child, type Ended, notesIn, quietly, sizeOfNotes, start, until, wait, within } from "./child.ts"
import * as Notes from "./notes.ts"
import { seeded } from "./random.ts"
import * as Stores from "./stores.ts"

/** What was tried, and what was found broken. */
export interface Tried {
  readonly cases: number
  readonly violations: ReadonlyArray<string>
  /** Figures worth telling. */
  readonly note?: string
}

export interface Options {
  /** The folder that runs are made in. */
  readonly folder: string
  readonly seed: number
  readonly count: number
}

/** A store of its own for a run, as commands are told of it. */
export type Store = () => Record<string, string>

export const said = ({ stderr, stdout }: Ended): string => `${stdout}${stderr}`.slice(0, 1000)

const Output = (stdout: string): Readonly<Record<string, string>> =>
  (JSON.parse(stdout) as { readonly output: { readonly results: Readonly<Record<string, string>> } }).output.results

const notesOf = (cwd: string) => Notes.read(notesIn(cwd))

/** Killed after its last record, a run is done, and the same command would begin another. */
export const again = (cwd: string, command: ReadonlyArray<string>) =>
  notesOf(cwd).some(({ ev }) => ev === "final") ? ["resume", "@last", ...quietly] : command

const runsIn = (cwd: string) => fs.readdirSync(join(cwd, ".cairn/runs"))

/** What the end of a run and its notes say, taken together. */
export const concluded = (
  cwd: string,
  end: Ended,
  { runs = runsIn(cwd).length, stops, width }: {
    readonly stops: number
    readonly width: number
    readonly runs?: number
  }
): ReadonlyArray<string> => {
  if (end.code !== 0) return [`the last one ended with ${end.code}: ${said(end)}`]
  return [
    ...Notes.violations(notesOf(cwd), Output(end.stdout), { stops, width }),
    ...(runs === 1 ? [] : [`one command made ${runs} runs`])
  ]
}

/** Ends a process by force in the middle of what it does, and a few times where it does nothing yet. */
const anyInstant = async (child: Child, cwd: string, random: () => number, step: () => void): Promise<void> => {
  const before = sizeOfNotes(cwd)
  const bytes = random() * 2500
  const isEarly = random() < 0.1
  if (isEarly) await wait(random() * 400)
  else {
    await until(child, () => sizeOfNotes(cwd) > before + bytes)
    await wait(random() * 3)
  }
  if (!child.isOver()) step()
}

const shapes = [{ steps: 60, width: 1 }, { steps: 64, width: 4 }, { steps: 96, width: 16 }] as const

/** Which results `show` calls recorded, before a run goes on. */
const recordedNow = async (cwd: string, env: Record<string, string>): Promise<ReadonlySet<string>> => {
  const { code, stdout } = await start(cwd, ["show", "@last", "--json"], env).ended
  // Killed before there was anything to show.
  if (code !== 0) return new Set()
  const { steps } = JSON.parse(stdout) as {
    readonly steps: ReadonlyArray<{ readonly path: string; readonly status: string }>
  }
  return new Set(steps.filter(({ status }) => status === "done").map(({ path }) => path))
}

/** Ends of runs that were stopped until so many stops have been made altogether, each round on a run of its own. */
const stopped = async (
  { count, folder, seed }: Options,
  round: (
    cwd: string,
    command: ReadonlyArray<string>,
    width: number,
    most: number,
    found: Array<string>
  ) => Promise<number>
): Promise<Pick<Tried, "cases" | "violations">> => {
  const violations: Array<string> = []
  let cases = 0
  for (let n = 0; n < count * 2 && cases < count; n++) {
    const { steps, width } = shapes[n % shapes.length] ?? shapes[0]
    const found: Array<string> = []
    const most = Math.min(40, count - cases)
    cases += await within(folder, (cwd) => round(cwd, chain(steps, width), width, most, found))
    violations.push(...found.map((violation) => `seed ${seed}, round ${n}: ${violation}`))
  }
  return { cases, violations }
}

/** `kill -9`, again and again, until the run is through; now and then `show` is asked what the next one will not repeat. */
export const kills = async (options: Options, store: Store = () => ({})): Promise<Tried> => {
  const random = seeded(options.seed)
  let looks = 0
  const tried = await stopped(options, async (cwd, command, width, most, found) => {
    const env = store()
    for (let stops = 0;;) {
      const isLooking = stops > 0 && random() < 0.1
      const shown = isLooking ? await recordedNow(cwd, env) : new Set<string>()
      if (isLooking) looks++
      const before = notesOf(cwd).length
      const child = start(cwd, again(cwd, command), env)
      if (stops < most) {
        await anyInstant(child, cwd, random, () => {
          stops++
          child.signal("SIGKILL")
        })
      }
      const end = await child.ended
      for (const note of notesOf(cwd).slice(before)) {
        if (note.ev === "start" && shown.has(note.step)) found.push(`${note.step} was shown as done, and ran again`)
      }
      if (end.signal !== "SIGKILL") {
        found.push(...concluded(cwd, end, { stops, width, runs: await Stores.count(cwd, env) }))
        return stops
      }
    }
  })
  return { ...tried, note: `${looks} times asked what is done` }
}

/** SIGINT or SIGTERM at any instant: it ends by itself, says that it was told to, and goes on when it is repeated. */
export const signals = async (options: Options): Promise<Tried> => {
  const random = seeded(options.seed)
  let slowest = 0
  const tried = await stopped(options, async (cwd, command, width, most, found) => {
    for (let stops = 0;;) {
      const child = start(cwd, again(cwd, command))
      const signal = stops % 2 === 0 ? "SIGINT" : "SIGTERM"
      let sent: number | undefined
      if (stops < most) {
        await anyInstant(child, cwd, random, () => {
          stops++
          sent = performance.now()
          child.signal(signal)
        })
      }
      const end = await child.ended
      const took = sent === undefined ? 0 : performance.now() - sent
      slowest = Math.max(slowest, took)
      if (took > 5000) found.push(`${signal} took ${took.toFixed(0)} ms`)
      // It may have been through just before.
      if (sent === undefined || end.code === 0) {
        found.push(...concluded(cwd, end, { stops, width }))
        return stops
      }
      if (end.code !== (signal === "SIGINT" ? 130 : 143)) {
        found.push(`${signal} ended it with ${end.code}: ${said(end)}`)
      }
    }
  })
  return { ...tried, note: `the slowest ended after ${slowest.toFixed(0)} ms` }
}

const scenes = ["new", "alive", "killed", "frozen"] as const

/** Two to five processes want one run, whose owner is not there yet, alive, killed, or stopped for a while. */
export const races = async ({ count, folder, seed }: Options): Promise<Tried> => {
  const random = seeded(seed)
  const violations: Array<string> = []
  let told = 0
  for (let round = 0; round < count; round++) {
    const scene = scenes[round % scenes.length] ?? "new"
    const found = await within(folder, async (cwd) => {
      const found: Array<string> = []
      const command = chain(150)
      const going = ["resume", "@last", ...quietly]
      const owner = scene === "new" ? undefined : start(cwd, command)
      if (owner !== undefined) {
        await until(owner, () => sizeOfNotes(cwd) > 0)
        await wait(random() * 20)
        if (scene === "killed") {
          owner.signal("SIGKILL")
          await owner.ended
        }
        if (scene === "frozen") owner.signal("SIGSTOP")
      }
      const rivals = Array.from(
        { length: 2 + Math.floor(random() * 4) },
        () => start(cwd, scene === "new" ? command : going)
      )
      const ends = await Promise.all(rivals.map(({ ended }) => ended))
      if (scene === "frozen") owner?.signal("SIGCONT")
      const all = owner === undefined ? rivals : [owner, ...rivals]
      const last = await owner?.ended
      const through = [...ends, ...(last === undefined ? [] : [last])].filter(({ code }) => code === 0)
      for (const end of ends) {
        if (end.code === 75) {
          told++
          if (!all.some(({ pid }) => said(end).includes(`process ${pid} `))) {
            found.push(`it does not say who holds the run: ${said(end)}`)
          }
        } else if (end.code !== 0) found.push(`a rival ended with ${end.code}: ${said(end)}`)
      }
      if ((scene === "alive" || scene === "frozen") && last?.code !== 0) {
        found.push(`the owner ended with ${last?.code}`)
      }
      // A frozen one is robbed of nothing, so nobody else can have come through.
      if (scene === "frozen" && ends.some(({ code }) => code !== 75)) found.push("a frozen owner was succeeded")
      const [first] = through
      if (first === undefined) return [...found, "nobody came through"]
      // One that comes when all is done is shown what is there, or begins anew, which is its right.
      if (runsIn(cwd).length > 1) return scene === "new" ? found : [...found, "one command made several runs"]
      return [...found, ...concluded(cwd, first, { stops: scene === "killed" ? 1 : 0, width: 1 })]
    })
    violations.push(...found.map((violation) => `seed ${seed}, race ${round} (${scene}): ${violation}`))
  }
  return { cases: count, violations, note: `${told} rivals were told who has it` }
}

/** How long it takes from the kill of an owner until somebody who waits for it has the run. */
export const takeovers = async ({ count, folder }: Options): Promise<Tried> => {
  const violations: Array<string> = []
  const times: Array<number> = []
  for (let round = 0; round < count; round++) {
    await within(folder, async (cwd) => {
      const owner = start(cwd, chain(400))
      await until(owner, () => sizeOfNotes(cwd) > 300)
      const [id = ""] = runsIn(cwd)
      const open = Effect.flatMap(Journal, (journal) => journal.open(id)).pipe(
        Effect.scoped,
        Effect.provide(JournalFile.layer({ home: join(cwd, ".cairn") })),
        Effect.either
      )
      if (Either.isRight(await Effect.runPromise(open))) violations.push("it was taken from a living owner")
      const killed = performance.now()
      owner.signal("SIGKILL")
      while (Either.isLeft(await Effect.runPromise(open)) && performance.now() - killed < 5000) await wait(1)
      times.push(performance.now() - killed)
      await owner.ended
    })
  }
  const [median = 0] = times.sort((a, b) => a - b).slice(Math.floor(times.length / 2))
  const slowest = times.at(-1) ?? 0
  if (slowest > 100) violations.push(`one took ${slowest.toFixed(0)} ms`)
  return { cases: count, violations, note: `median ${median.toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms` }
}

const codes = ["EIO", "ENOSPC", "EACCES", "EMFILE"] as const

/** One call that changes a file fails, once or from then on, in a run or in one that goes on; or the process ends there. */
export const calls = async ({ count, folder, seed }: Options): Promise<Tried> => {
  const random = seeded(seed)
  const violations: Array<string> = []
  const command = chain(5, 2)
  let refused = 0
  // Always at the same place, since that is what makes it the same run.
  const goingOn = join(folder, "going-on")
  const halfDone = join(folder, "half-done")
  const inPlace = async <A>(isResumed: boolean, use: (cwd: string) => Promise<A>): Promise<A> => {
    if (!isResumed) return within(folder, use)
    fs.cpSync(halfDone, goingOn, { recursive: true })
    try {
      return await use(goingOn)
    } finally {
      fs.rmSync(goingOn, { recursive: true })
    }
  }
  const home = (cwd: string) => join(cwd, ".cairn")
  const lengthOf = (isResumed: boolean) =>
    inPlace(isResumed, async (cwd) => {
      const file = join(cwd, "calls.json")
      const fault = JSON.stringify({ under: home(cwd), at: -1 })
      const end = await start(cwd, command, { FAULT: fault, FAULT_CALLS: file }).ended
      // Without it there would be no call to try, and nothing found.
      if (end.code !== 0) throw new Error(`undisturbed, it ended with ${end.code}: ${said(end)}`)
      return (JSON.parse(fs.readFileSync(file, "utf8")) as ReadonlyArray<string>).length
    })
  fs.mkdirSync(goingOn)
  const whole = await lengthOf(false)
  const kill = { under: home(goingOn), at: Math.floor(whole * 0.7), code: "kill" }
  await start(goingOn, command, { FAULT: JSON.stringify(kill) }).ended
  fs.renameSync(goingOn, halfDone)
  const lengths = [whole, await lengthOf(true)] as const
  const cases: Array<
    { readonly isResumed: boolean; readonly at: number; readonly code: string; readonly isSticky: boolean }
  > = []
  for (const isResumed of [false, true]) {
    for (let at = 1; at <= lengths[isResumed ? 1 : 0]; at++) {
      for (const code of codes) for (const isSticky of [false, true]) cases.push({ isResumed, at, code, isSticky })
      for (const code of ["kill", "short"]) cases.push({ isResumed, at, code, isSticky: false })
    }
  }
  const chosen = count >= cases.length
    ? cases
    : Array.from({ length: count }, () => cases[Math.floor(random() * cases.length)])
  for (const one of chosen) {
    if (one === undefined) continue
    const { at, code, isResumed, isSticky } = one
    const found = await inPlace(isResumed, async (cwd) => {
      const found: Array<string> = []
      const end = await start(cwd, command, { FAULT: JSON.stringify({ under: home(cwd), at, code, isSticky }) }).ended
      if (end.code === 74) refused++
      const isRight = code === "kill"
        ? end.code === 137 || end.code === 0
        : code === "short"
        ? end.code === 0
        : end.code === 74 || end.code === 0
      if (!isRight) found.push(`it ended with ${end.code}: ${said(end)}`)
      if (end.code === 74 && !said(end).includes(code)) found.push(`it does not say ${code}: ${said(end)}`)
      if (/^\s+at .*:\d+:\d+/m.test(end.stderr)) found.push(`it shows a trace: ${said(end)}`)
      const next = start(cwd, end.code === 0 ? ["resume", "@last", ...quietly] : again(cwd, command))
      return [...found, ...concluded(cwd, await next.ended, { stops: isResumed ? 2 : 1, width: 2 })]
    })
    const where = `${code} at call ${at}${isSticky ? " and after" : ""}${isResumed ? ", going on" : ""}`
    violations.push(...found.map((violation) => `${where}: ${violation}`))
  }
  fs.rmSync(halfDone, { recursive: true })
  return { cases: chosen.length, violations, note: `${refused} ended with 74; ${lengths.join(" and ")} calls` }
}

const hour = 3_600_000
const clocks = [
  { offset: hour, jump: 0 },
  { offset: -hour, jump: 0 },
  { offset: 365 * 24 * hour, jump: 0 },
  { offset: 0, jump: -hour },
  { offset: 0, jump: hour },
  { offset: 0, jump: 365 * 24 * hour }
] as const

/** The clock of the wall is wrong, or jumps while the run is under way and killed. */
export const clockJumps = async ({ count, folder, seed }: Options): Promise<Tried> => {
  const random = seeded(seed)
  const violations: Array<string> = []
  for (let round = 0; round < count; round++) {
    const found = await within(folder, async (cwd) => {
      const command = chain(40, 2)
      let stops = 0
      for (let n = 0;; n++) {
        const clock = clocks[Math.floor(random() * clocks.length)] ?? clocks[0]
        const CLOCK = JSON.stringify({ ...clock, after: 200 + random() * 300 })
        const child = start(cwd, again(cwd, command), { CLOCK })
        if (n < 3) {
          await anyInstant(child, cwd, random, () => {
            stops++
            child.signal("SIGKILL")
          })
        }
        const end = await child.ended
        if (end.signal !== "SIGKILL") return concluded(cwd, end, { stops, width: 2 })
      }
    })
    violations.push(...found.map((violation) => `seed ${seed}, round ${round}: ${violation}`))
  }
  return { cases: count, violations }
}

/** Any bit of the journal is another one: the command names the place and a way out, and leaves the file as it is. */
export const damages = async ({ count, folder, seed }: Options): Promise<Tried> => {
  const random = seeded(seed)
  const violations: Array<string> = []
  await within(folder, async (cwd) => {
    await start(cwd, chain(6, 2)).ended
    const [id = ""] = runsIn(cwd)
    const journal = join(cwd, ".cairn/runs", id, "journal")
    const whole = fs.readFileSync(journal)
    for (let n = 0; n < count; n++) {
      const bit = Math.floor(random() * whole.length * 8)
      const flipped = Buffer.from(whole)
      flipped[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      fs.writeFileSync(journal, flipped)
      const end = await start(cwd, ["resume", id, ...quietly]).ended
      const isTold = /journal, record \d+, byte \d+/.test(said(end)) && said(end).includes("--new")
      if (end.code !== 65 || !isTold) violations.push(`bit ${bit}: it ended with ${end.code}: ${said(end)}`)
      if (!fs.readFileSync(journal).equals(flipped)) violations.push(`bit ${bit}: the file was changed`)
    }
  })
  return { cases: count, violations }
}
