/** The built command as a process that may be stopped, killed, or given a bad disk or a bad clock. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import { join } from "node:path"
import { at } from "../cli/command.ts"

export interface Ended {
  /** As a shell would say it: 128 and the number of the signal, where one ended it. */
  readonly code: number
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Child {
  readonly pid: number
  readonly signal: (signal: NodeJS.Signals) => void
  readonly isOver: () => boolean
  readonly ended: Promise<Ended>
}

const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }

/** `under` is what it is a word of the command line of, such as `strace`. */
export const start = (
  cwd: string,
  args: ReadonlyArray<string>,
  env: Record<string, string> = {},
  under: ReadonlyArray<string> = []
): Child => {
  const isPreloaded = ["FAULT", "CLOCK", "TRACE", "SYNCHRONOUS"].some((name) => env[name] !== undefined)
  const preload = isPreloaded ? ["--import", at("test/faults/preload.mjs")] : []
  const [program = "", ...words] = [...under, process.execPath, ...preload, at("dist/bin/cairn.mjs"), ...args]
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, CAIRN_HOME: join(cwd, ".cairn"), ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  const ended = once(child, "close").then((): Ended => ({
    code: child.exitCode ?? numbers[child.signalCode ?? "SIGKILL"] ?? 128,
    signal: child.signalCode,
    stdout,
    stderr
  }))
  return {
    pid: child.pid ?? -1,
    signal: (signal) => void child.kill(signal),
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    ended
  }
}

/** What the steps of a run in this folder have written down. */
export const notesIn = (cwd: string): string => join(cwd, "notes.jsonl")

export const sizeOfNotes = (cwd: string): number => fs.statSync(notesIn(cwd), { throwIfNoEntry: false })?.size ?? 0

export const chain = (steps: number, width = 1): ReadonlyArray<string> => [
  "selftest",
  "chain",
  "--steps",
  String(steps),
  ...(width === 1 ? [] : ["--width", String(width)]),
  "--effects",
  "notes.jsonl",
  ...quietly
]

export const quietly = ["--json", "--progress", "none"]

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until something is so, or the process is over. */
export const until = async (child: Child, isSo: () => boolean): Promise<void> => {
  while (!child.isOver() && !isSo()) await wait(1)
}

/** A folder for one run, which goes with what is in it. */
export const within = async <A>(parent: string, use: (cwd: string) => Promise<A>): Promise<A> => {
  const cwd = fs.realpathSync(fs.mkdtempSync(join(parent, "run-")))
  try {
    return await use(cwd)
  } finally {
    fs.rmSync(cwd, { recursive: true, force: true })
  }
}
