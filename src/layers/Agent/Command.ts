/**
 * Any program as an agent: it reads the prompt on stdin and writes the answer on stdout.
 *
 * @since 0.1.0
 */
import { Effect, Either, Layer, Option, Redacted, Schema } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { foreignJson } from "../../pipeline/foreignJson.ts"
import * as Secrets from "../../pipeline/Secrets.ts"
import { Agent } from "../Agent.ts"
import * as child from "./child.ts"
import * as completing from "./completing.ts"
import { Trouble } from "./trouble.ts"
import type { Wire } from "./wire.ts"

/**
 * A coding agent that gives one answer: how it is called, and what it needs of our environment to know who it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Preset {
  readonly words: (model: string | undefined, form: Option.Option<Form>) => child.Words
  readonly env: RegExp
  /** Whether it says what an answer cost. */
  readonly isPriced: boolean
}

/**
 * The form of an answer, and a file that holds its schema.
 *
 * @category models
 * @since 0.1.0
 */
export interface Form {
  readonly wire: Wire
  readonly file: string
}

const presets: Readonly<Record<string, Preset>> = {
  claude: {
    words: (model, form) => [
      "claude",
      "-p",
      "--output-format",
      "json",
      ...(model === undefined ? [] : ["--model", model]),
      ...Option.match(form, {
        onNone: () => [],
        onSome: ({ wire }) => ["--json-schema", JSON.stringify(wire.schema)]
      })
    ],
    env:
      /^(ANTHROPIC_\w+|CLAUDE_CONFIG_DIR|CLAUDE_CODE_(OAUTH_TOKEN|USE_\w+)|AWS_\w+|CLOUD_ML_REGION|GOOGLE_APPLICATION_CREDENTIALS)$/,
    isPriced: true
  },
  codex: {
    words: (model, form) => [
      "codex",
      "exec",
      "--sandbox",
      "read-only",
      "--skip-git-repo-check",
      ...(model === undefined ? [] : ["--model", model]),
      ...Option.match(Option.filter(form, ({ wire }) => wire.isStrict), {
        onNone: () => [],
        onSome: ({ file }) => ["--output-schema", file]
      }),
      "-"
    ],
    env: /^(OPENAI|CODEX)_\w+$/,
    isPriced: false
  },
  opencode: {
    words: (model) => ["opencode", "run", ...(model === undefined ? [] : ["--model", model])],
    env: /^(OPENCODE_\w+|(ANTHROPIC|OPENAI|GEMINI|OPENROUTER)_API_KEY)$/,
    isPriced: false
  }
}

/**
 * How a coding agent is called that is known by its name: claude, codex, opencode. None of them may change anything: they
 * are asked, not set to work.
 *
 * @category accessors
 * @since 0.1.0
 */
export const presetOf = (name: string): Option.Option<Preset> =>
  Object.hasOwn(presets, name) ? Option.fromNullable(presets[name]) : Option.none()

export {
  /**
   * The words of a command line, as a shell would split them.
   *
   * @category constructors
   * @since 0.1.0
   */
  words
} from "./child.ts"

/** No answer is longer: 16 MiB. */
const mostOutput = 16 * 1024 * 1024

/** What any program may know of our environment; no key of ours is in it. */
const harmless =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TERM|TMPDIR|TZ|XDG_\w+|(https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i

/**
 * Runs a program for each question. It is ended with all its children when the run is interrupted, when it takes too
 * long or writes too much.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: completing.Options & {
    readonly command: child.Words | Preset
    /** For a preset: which of its models. */
    readonly model?: string | undefined
    /** Variables of our environment that it needs beside the harmless ones. */
    readonly env?: ReadonlyArray<string> | undefined
    /** How many bytes it may write: 16 MiB unless given. */
    readonly maxOutput?: number | undefined
  }
): Layer.Layer<Agent> => {
  const { command, maxOutput = mostOutput, model, root = "." } = options
  const wordsFor = (form: Option.Option<Form>) => "env" in command ? command.words(model, form) : command
  const env = environment("env" in command ? command.env : /^$/, options.env ?? [])
  const answered = (prompt: completing.Prompt, form: Option.Option<Form>) =>
    child.run({ words: wordsFor(form), cwd: root, env, input: completing.withForm(prompt), most: maxOutput }).pipe(
      Effect.flatMap(completionOf),
      Effect.mapError((reason) => new Trouble({ reason, help: "none" }))
    )
  return Layer.effect(
    Agent,
    Effect.zipRight(
      Secrets.remember(secretsIn(env)),
      completing.agentOf(
        model ?? wordsFor(Option.none())[0],
        options,
        (prompt) =>
          "env" in command && Option.isSome(prompt.wire)
            ? withFile(prompt.wire.value, (form) => answered(prompt, Option.some(form)))
            : answered(prompt, Option.none())
      )
    )
  )
}

const environment = (known: RegExp, named: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && (harmless.test(name) || known.test(name) || named.includes(name)) ? [[name, value]] : []
    )
  )

/** What looks like a secret is taken for one: the program may tell it when it fails. */
const secretsIn = (env: Readonly<Record<string, string>>) =>
  Object.entries(env).flatMap(([name, value]) => /KEY|TOKEN|SECRET|PASSWORD/i.test(name) ? [Redacted.make(value)] : [])

/** A schema in a file that is there for as long as it is used. */
const withFile = <A>(wire: Wire, use: (form: Form) => Effect.Effect<A, Trouble>): Effect.Effect<A, Trouble> =>
  Effect.acquireUseRelease(
    attempt(() => mkdtempSync(join(tmpdir(), "cairn-form-"))),
    (folder) =>
      Effect.flatMap(
        attempt(() => {
          const file = join(folder, "schema.json")
          writeFileSync(file, JSON.stringify(wire.schema))
          return file
        }),
        (file) => use({ wire, file })
      ),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )

const attempt = <A>(make: () => A): Effect.Effect<A, Trouble> =>
  Effect.try({
    try: make,
    catch: (error) =>
      new Trouble({ help: "none", reason: `the schema of its answer cannot be put into a file: ${String(error)}` })
  })

/** How `claude -p --output-format json` wraps an answer, with what it took; any other text is the answer. */
const Envelope = Schema.Struct({
  type: Schema.Literal("result"),
  is_error: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  result: Schema.optionalWith(Schema.String, { default: () => "" }),
  structured_output: Schema.optional(Schema.Unknown),
  total_cost_usd: Schema.optional(Schema.Number),
  usage: Schema.optional(Schema.Struct({
    input_tokens: Schema.optional(Schema.Number),
    cache_creation_input_tokens: Schema.optional(Schema.Number),
    cache_read_input_tokens: Schema.optional(Schema.Number),
    output_tokens: Schema.optional(Schema.Number)
  }))
})

const completionOf = (stdout: string): Either.Either<completing.Completion, string> => {
  const envelope = Option.flatMap(Either.getRight(foreignJson(stdout)), Schema.decodeUnknownOption(Envelope))
  if (Option.isNone(envelope)) return Either.right({ text: stdout, end: "done" })
  const { is_error, result, structured_output, total_cost_usd, usage } = envelope.value
  if (is_error) return Either.left(`it says: ${result.slice(0, 500)}`)
  return Either.right({
    text: structured_output === undefined || structured_output === null ? result : JSON.stringify(structured_output),
    end: "done",
    usd: total_cost_usd,
    outputTokens: usage?.output_tokens,
    inputTokens: usage?.input_tokens === undefined
      ? undefined
      : usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0)
  })
}
