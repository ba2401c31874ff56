/** Runs the built commands as processes, each in a folder of its own. */
import { build } from "esbuild"
import { spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundling } from "../../scripts/bundling.mjs"
import { doors } from "../../scripts/doors.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))

export const at = (path: string): string => join(root, path)

export const temporary = (): string => fs.mkdtempSync(join(tmpdir(), "cairn-test-"))

/** Makes a folder in which the drivers of databases are installed. */
export const projectIn = (folder: string): string => {
  const path = fs.mkdtempSync(join(folder, "project-"))
  fs.symlinkSync(at("node_modules"), join(path, "node_modules"))
  return path
}

/** The doors of the package, by the names that users know; the narrow ones first, since a name stands for what is below it. */
const sources = Object.fromEntries(Array.from(doors, ([name, path]) => [name, at(`src/${path}.ts`)]).reverse())

/** A folder of this worker's, in which bundles stay until they are made anew. */
const bundles = at(join("test/.built", process.env["VITEST_POOL_ID"] ?? "0"))
const made = new Map<string, Promise<string>>()

/** Bundles an entry the way the package's own command is bundled, once a worker, and gives the path of the bundle. */
export const bundle = (entry: string): Promise<string> => {
  const path = made.get(entry) ?? bundled(entry)
  made.set(entry, path)
  return path
}

const bundled = async (entry: string): Promise<string> => {
  const name = entry.replace(/^.*\/|\.ts$/g, "")
  const outdir = join(bundles, name)
  fs.rmSync(outdir, { recursive: true, force: true })
  await build({
    ...bundling,
    entryPoints: { [name]: at(entry) },
    outdir,
    logLevel: "error",
    alias: { ...bundling.alias, ...sources }
  })
  return join(outdir, `${name}.mjs`)
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Child {
  readonly kill: (signal: NodeJS.Signals) => void
  readonly write: (text: string) => void
  /** Closes its stdin. */
  readonly end: () => void
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves once something is so; it is asked whenever the process has said something, and now and then. */
  readonly until: (isSo: () => boolean) => Promise<void>
}

export interface Options {
  readonly cwd: string
  /** What is on stdin; with `null` it stays open. */
  readonly input?: string | null
  readonly env?: Record<string, string>
  /** Called with the process once it has started. */
  readonly started?: (child: Child) => void | Promise<void>
  /** Words of a shell that come before the command, such as `ulimit -f 8;`. */
  readonly shell?: string
}

/** Ours without what changes how a command shows itself, here or to a coding agent. */
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    !/^(CAIRN_HOME|CAIRN_STORE|CI|FORCE_COLOR|NO_COLOR|(AI_)?AGENT)$/.test(name) &&
    !/^(AMP|ANTIGRAVITY|AUGMENT|CLAUDE|CLINE|CODEX|COPILOT|CURSOR|GEMINI|GOOSE|OPENCODE)/.test(name)
  )
)

/** Runs a command to its end; it gets no terminal, and nothing on stdin unless it is given. */
export const run = (script: string, args: ReadonlyArray<string>, options: Options): Promise<Ended> => {
  const words = [process.execPath, script, ...args]
  return ended(
    options.shell === undefined ? words : ["bash", "-c", `${options.shell} exec "$@"`, "bash", ...words],
    options
  )
}

const ended = ([command = "", ...args]: ReadonlyArray<string>, options: Options): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...environment, ...options.env }, stdio: "pipe" })
    let stdout = ""
    let stderr = ""
    const heard = new Set<() => void>()
    const hear = () => {
      for (const listener of heard) listener()
    }
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      hear()
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
      hear()
    })
    const now = setInterval(hear, 20)
    child.on("error", reject)
    child.on("close", (code) => {
      clearInterval(now)
      resolve({ code, stdout, stderr })
    })
    child.stdin.on("error", () => {})
    if (options.input !== null) child.stdin.end(options.input ?? "")
    void Promise.resolve(
      options.started?.({
        kill: (signal) => child.kill(signal),
        write: (text) => child.stdin.write(text),
        end: () => child.stdin.end(),
        stdout: () => stdout,
        stderr: () => stderr,
        until: (isSo) =>
          new Promise((resolve) => {
            const look = () => {
              if (!isSo()) return
              heard.delete(look)
              resolve()
            }
            heard.add(look)
            look()
          })
      })
    ).catch((error: unknown) => {
      child.kill("SIGKILL")
      reject(error)
    })
  })

const { error: noScript, stdout: scriptVersion } = spawnSync("script", ["--version"], { encoding: "utf8" })

/** Why there is no pseudo-terminal to be had here, if there is none. */
export const noTerminal: string | undefined = noScript === undefined && scriptVersion.includes("util-linux")
  ? undefined
  : "skipped: there is no `script` of util-linux here"

/**
 * Runs a command on a pseudo-terminal of a size, where stdout and stderr are one. What is written to its stdin is typed
 * there.
 */
export const onTerminal = (
  script: string,
  args: ReadonlyArray<string>,
  options: Options & { readonly columns: number; readonly rows: number }
): Promise<Ended> => {
  const { columns, rows, shell = "" } = options
  const quoted = [process.execPath, script, ...args].map((word) => `'${word}'`).join(" ")
  return ended(
    ["script", "-qefc", `stty cols ${columns} rows ${rows}; ${shell} exec ${quoted}`, "/dev/null"],
    { input: null, ...options, env: { TERM: "xterm-256color", SHELL: "/bin/sh", ...options.env } }
  )
}

export const isJson = (text: string): unknown => JSON.parse(text)

/** Everything in the files of a folder, those of its links aside: a `recursive` reading goes into them from Node 22 on. */
export const contents = (path: string): string =>
  fs.readdirSync(path, { withFileTypes: true })
    .map((entry) => {
      const at = join(path, entry.name)
      return entry.isDirectory() ? contents(at) : entry.isFile() ? fs.readFileSync(at, "utf8") : ""
    })
    .join("\n")
