/**
 * Whether a coding agent calls: it cannot answer a prompt, and what redraws itself only fills its context. That
 * changes how something is shown and whether somebody is asked here, never what is done or written.
 *
 * @since 0.1.0
 */
import { Option } from "effect"

/** What agents put into the environment of the commands that they run; some leave a name, some a session, some `1`. */
const variables: ReadonlyArray<readonly [variable: string, agent: string]> = [
  ["CLAUDECODE", "Claude Code"],
  ["CODEX_THREAD_ID", "Codex"],
  ["CODEX_SANDBOX", "Codex"],
  ["CODEX_SANDBOX_NETWORK_DISABLED", "Codex"],
  ["CODEX_CI", "Codex"],
  ["OPENCODE", "opencode"],
  ["OPENCODE_CLIENT", "opencode"],
  ["GEMINI_CLI", "Gemini CLI"],
  ["CURSOR_AGENT", "Cursor"],
  ["COPILOT_CLI", "Copilot"],
  ["AMP_CURRENT_THREAD_ID", "Amp"],
  ["AUGMENT_AGENT", "Augment"],
  ["CLINE_ACTIVE", "Cline"],
  ["GOOSE_TERMINAL", "Goose"],
  ["ANTIGRAVITY_AGENT", "Antigravity"]
]

/** What any agent may say of itself. */
const general = ["AI_AGENT", "AGENT"]

/**
 * The agent that an environment tells of.
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = (env: Environment): Option.Option<string> =>
  Option.map(found(env), ([variable, agent]) => agent ?? env[variable] ?? "")

/**
 * The variable by which it tells.
 *
 * @category accessors
 * @since 0.1.0
 */
export const variableOf = (env: Environment): Option.Option<string> => Option.map(found(env), ([variable]) => variable)

type Environment = Readonly<Record<string, string | undefined>>

const found = (env: Environment): Option.Option<readonly [variable: string, agent?: string]> =>
  Option.fromNullable(
    [...variables, ...general.map((variable) => [variable] as const)].find(([variable]) =>
      !["", "0", "false", undefined].includes(env[variable])
    )
  )
