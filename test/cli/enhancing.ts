/** Enhancing an agent in a folder of its own. */
import { Effect, type Scope } from "effect"
import { agentEnhance } from "effect-cairn/programs"
import * as fs from "node:fs"
import { join } from "node:path"
import { readJson } from "../steps/agents/corpus.ts"
import { at, type Ended, run, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const corpus = at("test/corpus/agent-enhance")

/** Content that keeps every rule, and can be told from what keywords say. */
export const content: string = readJson(join(corpus, "responses", "valid-envelope.json")).response

/** A rule of that content. */
export const rule = "- ✅ Parse every inbound payload"

export const agent =
  "---\nname: api-tester\ndescription: Checks the state of forms\n---\n\n# Tester\n\n## Purpose\n\nTests.\n\n## Notes\n\nText.\n"

interface Options {
  readonly cwd: string
  readonly input?: string
  readonly env?: Record<string, string>
}

export interface Place {
  readonly cwd: string
  /** What is in the agent's file. */
  readonly core: () => string
  /** Calls the command with words and more words. */
  readonly call: (
    args: string,
    more?: ReadonlyArray<string>,
    options?: Omit<Options, "cwd">
  ) => Effect.Effect<Ended>
  readonly enhance: Place["call"]
}

/** The built command, as a process. */
export const built = (script: string) => (args: ReadonlyArray<string>, options: Options): Effect.Effect<Ended> =>
  Effect.promise(() => run(script, args, options))

/** The same within this process, which is faster. */
export const within = (args: ReadonlyArray<string>, options: Options): Effect.Effect<Ended> =>
  callOf({ name: "cairn", version: "0.0.0", programs: [agentEnhance] }, args, options)

/** A template's folder with one agent in it, which is gone in the end. */
export const place = (caller: typeof within): Effect.Effect<Place, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(temporary),
      (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
    ),
    (folder) => {
      const cwd = fs.realpathSync(folder)
      const file = join(cwd, "template/agents/api-tester.md")
      fs.cpSync(join(corpus, "templates/fastapi-python/templates"), join(cwd, "template/templates"), {
        recursive: true
      })
      fs.mkdirSync(join(file, ".."))
      fs.writeFileSync(file, agent)
      const call: Place["call"] = (args, more = [], options = {}) =>
        caller([...args.split(" "), ...more], { cwd, ...options })
      return {
        cwd,
        core: () => fs.readFileSync(file, "utf8"),
        call,
        enhance: (args, more, options) => call(`agent-enhance template/agents/api-tester.md ${args}`, more, options)
      }
    }
  )
