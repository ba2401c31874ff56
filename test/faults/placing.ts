/**
 * A tree of files that is placed into a user's on a simulated disk, stopped anywhere and placed again: whatever stops
 * it, each file is the old or the new one, what the user wrote stays, and the last placing is as if it were the first.
 *
 * Everything follows from the seed.
 */
import { Cause, Effect, Exit, Option } from "effect"
import { type Tree, Workspace } from "../../src/layers/Workspace.ts"
import * as Fs from "../../src/layers/Workspace/Fs.ts"
import * as WorkspaceRooted from "../../src/layers/Workspace/Rooted.ts"
import { Crash } from "../layers/journal/faulty.ts"
import { inRun } from "../layers/stepInRun.ts"
import { seeded } from "./random.ts"
import * as SimulatedDisk from "./SimulatedDisk.ts"

export type Plant = (operations: Fs.Operations) => Fs.Operations

export interface Options {
  readonly seed: number
  readonly plant?: Plant
}

const root = "/home/project"
const owner = "tasks/demo"
const plan = ".claude/plan.md"

const tree = (content: string): Tree => ({
  owner,
  replace: true,
  files: [
    { path: `${owner}/README.md`, content: `${content}\n`.repeat(40) },
    { path: `${owner}/DEM-1.md`, content: "the same in each\n" },
    { path: `${owner}/deeper/DEM-2.md`, content: `${content} deeper\n` },
    ...(content === "one" ? [{ path: `${owner}/only-in-one.md`, content: "one\n" }] : []),
    { path: plan, content: `plan ${content}\n` }
  ]
})

const users = { [`${root}/README.md`]: "mine\n", [`${root}/tasks/other.md`]: "mine, too\n" }

const contentsIn = (disk: SimulatedDisk.SimulatedDisk) =>
  new Map(SimulatedDisk.files(disk).map(([path, { content }]) => [path, content.toString()]))

const isOwn = (path: string) => path.includes("/.cairn-")

export const run = ({ plant = (operations) => operations, seed }: Options): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function*() {
    const random = seeded(seed)
    const disk = SimulatedDisk.make(random() < 0.5 ? "posix" : "ext4", random)
    const real = SimulatedDisk.operations(disk)
    for (const path of ["/home", root, `${root}/tasks`, "/home/runs"]) real.mkdir(path, 0o755)
    for (const [path, content] of Object.entries(users)) {
      SimulatedDisk.write(disk, path, content)
    }
    SimulatedDisk.settleAll(disk)
    const violations: Array<string> = []

    /** One process that places a tree; it may be stopped at one of its operations, or be refused it. */
    const session = (content: string, fault: "none" | "kill" | "power cut" | "EIO" | "ENOSPC", at: number) =>
      Effect.gen(function*() {
        let operation = 0
        let isCrashed = false
        const judge = (): string | undefined => {
          operation++
          if ((fault === "kill" || fault === "power cut") && operation >= at) {
            isCrashed = true
            throw new Crash()
          }
          return (fault === "EIO" || fault === "ENOSPC") && operation === at ? fault : undefined
        }
        const exit = yield* Effect.flatMap(Workspace, (workspace) => workspace.place(tree(content))).pipe(
          inRun("demo-1"),
          Effect.provide(WorkspaceRooted.layer({ root, runs: "/home/runs" })),
          Effect.provideService(Fs.Fs, plant(SimulatedDisk.workspaceOperations(disk, judge))),
          Effect.exit
        )
        if (isCrashed && fault === "power cut") SimulatedDisk.cutPower(disk)
        SimulatedDisk.endProcess(disk)
        if (Exit.isFailure(exit) && !isCrashed) {
          const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
          if (error?._tag !== "WriteFailed") {
            violations.push(`${fault} at ${at}: ${Cause.pretty(exit.cause)}`)
          }
          if (fault === "none") violations.push(`it fails without a reason: ${Cause.pretty(exit.cause)}`)
        }
        const now = contentsIn(disk)
        const allowed = ["one", "two"].map((content) =>
          new Map(tree(content).files.map(({ content, path }) => [`${root}/${path}`, content]))
        )
        for (const [path, content] of Object.entries(users)) {
          if (now.get(path) !== content) violations.push(`${fault} at ${at}: the user's ${path} is gone`)
        }
        for (const [path, content] of now) {
          if (isOwn(path) || path in users || !path.startsWith(root)) continue
          if (!allowed.some((files) => files.get(path) === content)) {
            violations.push(
              `${fault} at ${at}: ${path} is neither old nor new: ${JSON.stringify(content.slice(0, 40))}`
            )
          }
        }
        return operation
      })

    yield* session("one", "none", 0)
    // Whoever made the project has long been done with it.
    SimulatedDisk.settleAll(disk)
    const faults = ["kill", "power cut", "EIO", "ENOSPC"] as const
    const sessions = 1 + Math.floor(random() * 3)
    for (let n = 0; n < sessions && violations.length === 0; n++) {
      const fault = faults[Math.floor(random() * faults.length)] ?? "kill"
      yield* session("two", fault, 1 + Math.floor(random() * 220))
    }
    if (violations.length > 0) return violations

    yield* session("two", "none", 0)
    const now = contentsIn(disk)
    const expected = new Map([
      ...Object.entries(users),
      ...tree("two").files.map(({ content, path }) => [`${root}/${path}`, content] as const)
    ])
    for (const [path, content] of expected) {
      if (now.get(path) !== content) violations.push(`in the end, ${path} is not there`)
    }
    for (const path of now.keys()) {
      if (path.startsWith(root) && !expected.has(path) && !path.endsWith("/.cairn-manifest.json")) {
        violations.push(`in the end, ${path} is left`)
      }
    }
    return violations
  })

/** Bugs of a file that is replaced, each as a change of what the workspace gets from its disk. */
export const planted: ReadonlyArray<{ readonly bug: string; readonly plant: Plant }> = [
  {
    bug: "a file is not synced before it is given its name",
    plant: (operations) => ({ ...operations, fsync: () => Effect.void })
  },
  {
    bug: "the names in folders are not synced, and what was there before is taken away",
    plant: (operations) => ({
      ...operations,
      fsync: (descriptor, path) => /\.\w+$/.test(path) ? operations.fsync(descriptor, path) : Effect.void
    })
  }
]
