/** Processes that own journals, and what they answer. */
import { build } from "esbuild"
import { type ChildProcess, spawn } from "node:child_process"
import * as NodeFs from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import { afterAll, assert, beforeAll, onTestFinished } from "vitest"

/** Builds what the processes run, for the tests of a file. */
export const owners = () => {
  const folder = NodeFs.mkdtempSync(join(tmpdir(), "journal-owner-"))
  const script = join(folder, "owner.mjs")

  beforeAll(() =>
    build({
      entryPoints: [join(import.meta.dirname, "owner.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: script,
      logLevel: "error"
    })
  )
  afterAll(() => NodeFs.rmSync(folder, { recursive: true }))

  const started = async (): Promise<Process> => {
    const owner = new Process(process.execPath, script)
    assert.strictEqual(await owner.next(), "ready")
    return owner
  }

  const several = (count: number) => Promise.all(Array.from({ length: count }, started))

  return { script, started, several }
}

/** A process that is asked line by line. It does not outlive its test. */
export class Process {
  readonly child: ChildProcess
  readonly lines: Interface
  readonly ended: Promise<unknown>
  readonly #waiting: Array<(line: string) => void> = []
  readonly #said: Array<string> = []

  constructor(command: string, ...options: ReadonlyArray<string>) {
    this.child = spawn(command, options, { stdio: ["pipe", "pipe", "inherit"] })
    if (this.child.stdout === null) throw new Error("It has no output")
    this.lines = createInterface({ input: this.child.stdout })
    this.lines.on("line", (line) => {
      const next = this.#waiting.shift()
      if (next === undefined) this.#said.push(line)
      else next(line)
    })
    // A process closes its files a moment before it is gone.
    this.ended = Promise.all([
      new Promise((resolve) => this.lines.on("close", resolve)),
      new Promise((resolve) => this.child.on("exit", resolve))
    ])
    onTestFinished(async () => {
      this.child.stdin?.destroy()
      await this.kill("SIGKILL")
    })
  }
  get pid(): number {
    return this.child.pid ?? -1
  }
  next(): Promise<string> {
    const line = this.#said.shift()
    return line === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(line)
  }
  /** All that was said and not asked for. */
  get rest(): ReadonlyArray<string> {
    return this.#said
  }
  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }
  ask(line: string): Promise<string> {
    this.tell(line)
    return this.next()
  }
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal)
    await this.ended
  }
}

/** The one that could open it. */
export const settled = (rivals: ReadonlyArray<Process>, answers: ReadonlyArray<string>) => {
  const winner = rivals.find((_, index) => answers[index]?.includes(" opened "))
  return { winner, pid: winner?.pid }
}
export const withoutNew = (answer: string) => answer.replace(/^(true|false) /, "")
export const fourTimes = (answer: string) => [answer, answer, answer, answer]
export const held = (pid: number | undefined) => `RunHeld Run "demo-1" is held by process ${pid} on ${hostname()}`
