/** Runs the built commands as processes, each in a folder of its own. */
import { build } from "esbuild"
import { spawn, type SpawnOptions } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

export const at = (path: string): string => join(root, path)

export const temporary = (): string => fs.mkdtempSync(join(tmpdir(), "cairn-test-"))

/** Bundles an entry the way the package's own command is bundled, and gives the path of the bundle. */
export const bundle = async (entry: string, folder: string): Promise<string> => {
  const outfile = join(folder, `${entry.replace(/^.*\/|\.ts$/g, "")}.mjs`)
  await build({
    entryPoints: [at(entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    logLevel: "error",
    alias: {
      "effect-cairn/agents": at("src/agents.ts"),
      "effect-cairn/cli": at("src/cli.ts"),
      "effect-cairn/programs": at("src/programs.ts"),
      "effect-cairn": at("src/index.ts")
    },
    banner: { js: "import{createRequire as cr}from\"node:module\";const require=cr(import.meta.url);" }
  })
  return outfile
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  readonly cwd: string
  readonly input?: string
  readonly env?: Record<string, string>
  /** Called with the process once it has started. */
  readonly started?: (child: { readonly kill: (signal: NodeJS.Signals) => void; readonly stderr: () => string }) => void
}

const { CAIRN_HOME: _, CI: __, FORCE_COLOR: ___, NO_COLOR: ____, ...environment } = process.env

/** Runs a command to its end; it gets no terminal, and nothing on stdin unless it is given. */
export const run = (script: string, args: ReadonlyArray<string>, options: Options): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const settings: SpawnOptions = { cwd: options.cwd, env: { ...environment, ...options.env }, stdio: "pipe" }
    const child = spawn(process.execPath, [script, ...args], settings)
    let stdout = ""
    let stderr = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, stdout, stderr }))
    child.stdin?.on("error", () => {})
    child.stdin?.end(options.input ?? "")
    options.started?.({ kill: (signal) => child.kill(signal), stderr: () => stderr })
  })

export const isJson = (text: string): unknown => JSON.parse(text)
