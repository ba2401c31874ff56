/**
 * `agent-setup`: a skill and a part of AGENTS.md from which coding agents learn to use this command line.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option, Schema } from "effect"
import { type PlacedFile, Workspace } from "../../layers/Workspace.ts"
import * as WorkspaceDryRun from "../../layers/Workspace/DryRun.ts"
import * as WorkspaceRooted from "../../layers/Workspace/Rooted.ts"
import type { App, Outcome } from "../App.ts"
import * as marked from "../marked.ts"
import * as skill from "../skill.ts"
import * as Spec from "../Spec.ts"
import type { Specs } from "./help.ts"

/** @category constants */
export const spec: Spec.Spec = {
  name: "agent-setup",
  description: "Teaches coding agents in this folder to use the command: a skill, and a part of AGENTS.md.",
  args: [],
  flags: [
    { name: "claude", kind: "switch", description: "Only what Claude Code reads", group: "Options" },
    { name: "codex", kind: "switch", description: "Only what Codex reads", group: "Options" },
    { name: "opencode", kind: "switch", description: "Only what opencode reads", group: "Options" },
    { name: "print", kind: "switch", description: "Show what would change, and write nothing", group: "Options" },
    {
      name: "check",
      kind: "switch",
      description: "Fail if anything would change, and write nothing",
      group: "Options"
    },
    ...Spec.everywhere
  ],
  examples: [{ command: "agent-setup" }, { command: "agent-setup --check", description: "in CI" }]
}

/**
 * What agents learn from is not what this command line would teach them now.
 *
 * @category errors
 * @since 0.1.0
 */
export class AgentSetupStale extends Schema.TaggedError<AgentSetupStale>()("AgentSetupStale", {
  files: Schema.Array(Schema.String),
  /** The command that brings them up to date. */
  command: Schema.String
}) {
  override get message(): string {
    return `Not up to date: ${this.files.join(", ")}`
  }
  get fix(): string {
    return this.command
  }
}

/**
 * A file has a part of ours that cannot be told from what is not ours.
 *
 * @category errors
 * @since 0.1.0
 */
export class MarksUnclear extends Schema.TaggedError<MarksUnclear>()("MarksUnclear", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.file}: ${this.reason}`
  }
  get fix(): string {
    return "Remove the marks and what is between them, then repeat the command. Nothing was written."
  }
}

/** @category running */
export const run = Effect.fnUntraced(function*<E>(app: App, specs: Effect.Effect<Specs, E>) {
  const isOn = (name: string) => app.parsed.switches.get(name) === true
  const layer = isOn("print") || isOn("check") ? WorkspaceDryRun.layer : WorkspaceRooted.layer
  const files = yield* Effect.provide(write(app, yield* specs), layer({ root: app.io.cwd }))
  const changed = files.filter(({ change }) => change !== "unchanged")
  if (isOn("check") && changed.length > 0) {
    const agents = agentNames.filter(isOn).map((name) => ` --${name}`).join("")
    return yield* new AgentSetupStale({
      files: changed.map(({ path }) => path),
      command: `${app.called} agent-setup${agents}`
    })
  }
  return {
    json: {
      schema: "cairn.agent-setup/1",
      files: files.map(({ change, path }) => ({ path, change })),
      ...(isOn("print") ? { diff: diffOf(files) } : {})
    },
    text: isOn("print")
      ? diffOf(files)
      : files.map(({ change, path }) => `${change.padEnd(9)}  ${path}\n`).join("")
  } satisfies Outcome
})

const agentNames = ["claude", "codex", "opencode"]

const diffOf = (files: ReadonlyArray<PlacedFile>): string => files.map(({ diff }) => diff ?? "").join("")

const write = Effect.fnUntraced(function*(app: App, specs: Specs) {
  const workspace = yield* Workspace
  const revisions = yield* Effect.forEach(
    targets(app, specs),
    ({ path, render }) =>
      workspace.read(path, { limit: 1024 * 1024 }).pipe(
        Effect.asSome,
        Effect.catchTag("FileNotFound", () => Effect.succeedNone),
        Effect.flatMap((file) =>
          Effect.mapBoth(Effect.flatMap(Effect.transposeMapOption(file, ({ bytes }) => textOf(bytes)), render), {
            onFailure: (reason) => new MarksUnclear({ file: path, reason }),
            onSuccess: (content) => ({
              path,
              content,
              ...Option.match(file, { onNone: () => ({}), onSome: ({ sha256 }) => ({ expected: sha256 }) })
            })
          })
        )
      )
  )
  return yield* workspace.write(revisions)
})

/** Its byte order mark is not ours to remove. */
const textOf = (bytes: Uint8Array): Either.Either<string, string> =>
  Either.try({
    try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    catch: () => "it is not UTF-8 text"
  })

interface Target {
  readonly path: string
  /** The new content of the file that has this one, or is not there. */
  readonly render: (before: Option.Option<string>) => Either.Either<string, string>
}

/** Claude Code reads skills of its own; Codex and opencode share theirs, and read AGENTS.md. */
const targets = (app: App, specs: Specs): ReadonlyArray<Target> => {
  const asked = agentNames.filter((name) => app.parsed.switches.get(name) === true)
  const isFor = (...names: ReadonlyArray<string>) => asked.length === 0 || names.some((name) => asked.includes(name))
  const name = skill.nameOf(app)
  const inYaml = marked.yaml(name)
  const inMarkdown = marked.markdown(name)
  const front = skill.frontMatter(app, specs.programs)
  const body = skill.body(app, specs)
  const whole = [
    "---",
    ...marked.render(inYaml, front),
    "---",
    ...marked.render(inMarkdown, body),
    ""
  ].join("\n")

  const skillFile: Target["render"] = Option.match({
    onNone: () => Either.right(whole),
    onSome: (text) =>
      // Front matter that somebody wrote in its place is theirs.
      Either.flatMap(marked.replace(text, inYaml, front, () => text), (text) =>
        marked.replace(text, inMarkdown, body, below(text)))
  })
  const section = [`## ${name}`, "", ...body]
  const agents: Target["render"] = Option.match({
    onNone: () => Either.right([...marked.render(inMarkdown, section), ""].join("\n")),
    onSome: (text) => marked.replace(text, inMarkdown, section, below(text))
  })
  return [
    ...(isFor("claude") ? [{ path: `.claude/skills/${name}/SKILL.md`, render: skillFile }] : []),
    ...(isFor("codex", "opencode")
      ? [{ path: `.agents/skills/${name}/SKILL.md`, render: skillFile }, { path: "AGENTS.md", render: agents }]
      : [])
  ]
}

/** A text with a part added at its end. */
const below = (text: string) => (part: string, newline: string): string => {
  const gap = text === "" || text.endsWith(newline + newline) ? "" : text.endsWith("\n") ? newline : newline + newline
  return `${text}${gap}${part}${newline}`
}
