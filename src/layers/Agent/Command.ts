/**
 * Any program as an agent: it reads the prompt on stdin and writes the answer on stdout.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Either, Layer, Option, Schema } from "effect"
import { spawn } from "node:child_process"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import * as printable from "../../pipeline/printable.ts"
import { Agent, AgentFailed } from "../Agent.ts"
import * as completing from "./completing.ts"

/**
 * A program and its arguments; no shell reads them.
 *
 * @category models
 * @since 0.1.0
 */
export type Words = readonly [program: string, ...args: ReadonlyArray<string>]

/**
 * How coding agents are called for one answer.
 *
 * @category constants
 * @since 0.1.0
 */
export const presets: Readonly<Record<string, Words>> = {
  claude: ["claude", "-p", "--output-format", "json"],
  codex: ["codex", "exec", "-"],
  opencode: ["opencode", "run"]
}

/** No answer is longer: 16 MiB. */
const maxOutput = 16 * 1024 * 1024

/** What a program may know of our environment, so that no key of ours reaches it unless it is its own. */
const allowed =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TERM|TMPDIR|TZ|XDG_\w+|(HTTPS?|NO)_PROXY|(https?|no)_proxy|NODE_EXTRA_CA_CERTS)$/

/**
 * Runs the program for each question, in `cwd`. `env` names variables that it needs beside the harmless ones. It is
 * ended with all its children when the run is interrupted, takes too long or says too much.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: completing.Options & {
    readonly words: Words
    readonly cwd?: string | undefined
    readonly env?: ReadonlyArray<string> | undefined
  }
): Layer.Layer<Agent, never, FileSystem.FileSystem> => {
  const [program] = options.words
  return Layer.effect(
    Agent,
    completing.agentOf(program, options, ({ question, text }) =>
      Effect.matchEffect(said(options, text), {
        onFailure: (reason) => new AgentFailed({ agent: program, question, reason, isTransient: false }),
        onSuccess: (stdout) => Effect.succeed(unwrapped(stdout))
      }))
  )
}

/**
 * The words of a command line, as a shell would split them: quotes and backslashes keep words together, and nothing is
 * expanded. Nothing where a quote is not closed or no word is there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const words = (line: string): Option.Option<Words> => {
  const found: Array<string> = []
  let word: string | undefined
  let quote: string | undefined
  for (let index = 0; index < line.length; index++) {
    const char = line.charAt(index)
    if (char === "\\" && quote !== "'" && index + 1 < line.length) {
      word = (word ?? "") + line.charAt(++index)
    } else if (quote === undefined && (char === "'" || char === "\"")) {
      quote = char
      word ??= ""
    } else if (char === quote) {
      quote = undefined
    } else if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) found.push(word)
      word = undefined
    } else {
      word = (word ?? "") + char
    }
  }
  if (word !== undefined) found.push(word)
  const [program, ...args] = found
  return quote !== undefined || program === undefined ? Option.none() : Option.some([program, ...args])
}

/** What the program writes on stdout, or why there is nothing to be had of it. */
const said = (
  { cwd, env = [], words: [program, ...args] }: {
    readonly words: Words
    readonly cwd?: string | undefined
    readonly env?: ReadonlyArray<string> | undefined
  },
  prompt: string
): Effect.Effect<string, string> =>
  Effect.async((resume) => {
    const known = Object.entries(process.env).filter(([name]) => allowed.test(name) || env.includes(name))
    // A group of its own, so that its children can be ended with it.
    const child = spawn(program, args, {
      cwd,
      env: Object.fromEntries(known),
      detached: true,
      stdio: ["pipe", "pipe", "pipe"]
    })
    const chunks: Array<Buffer> = []
    let length = 0
    let complaint = ""
    const kill = () => {
      if (child.pid === undefined) return
      try {
        process.kill(-child.pid, "SIGKILL")
      } catch {
        // The whole group has ended.
      }
    }
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxOutput) return void chunks.push(chunk)
      kill()
      resume(Effect.fail(`it wrote more than ${maxOutput / 1024 / 1024} MiB`))
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-2000)
    })
    child.stdin.on("error", () => {})
    child.stdin.end(prompt)
    child.on("error", (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(error.code === "ENOENT" ? `there is no program "${program}"` : error.message)))
    child.on("close", (code, signal) => {
      kill()
      if (code === 0) {
        return resume(text(Buffer.concat(chunks)))
      }
      const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with ${code}`
      const words = printable.line(complaint.trim().slice(-500))
      resume(Effect.fail(`it ${how}${words === "" ? "" : `: ${words}`}`))
    })
    return Effect.sync(kill)
  })

const text = (bytes: Uint8Array): Effect.Effect<string, string> =>
  Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => "what it wrote is not UTF-8 text"
  })

/** The answer in the envelope of `claude -p --output-format json`, with what it took; any other text is the answer. */
const Envelope = Schema.Struct({
  type: Schema.Literal("result"),
  result: Schema.String,
  usage: Schema.optional(Schema.Struct({
    input_tokens: Schema.optional(Schema.Number),
    output_tokens: Schema.optional(Schema.Number)
  }))
})

const unwrapped = (stdout: string): completing.Completion =>
  Option.match(Option.flatMap(Either.getRight(foreignJson(stdout)), Schema.decodeUnknownOption(Envelope)), {
    onNone: () => ({ text: stdout, inputTokens: Option.none(), outputTokens: Option.none() }),
    onSome: ({ result, usage }) => ({
      text: result,
      inputTokens: Option.fromNullable(usage?.input_tokens),
      outputTokens: Option.fromNullable(usage?.output_tokens)
    })
  })
