/**
 * `mcp`: the programs as tools of the Model Context Protocol, for agents that start this command as a server.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import type { App } from "../App.ts"
import * as Programs from "../programs.ts"
import * as Spec from "../Spec.ts"
import { UsageError } from "../UsageError.ts"

/** @category constants */
export const spec: Spec.Spec = {
  name: "mcp",
  description: "Serves the programs as tools of the Model Context Protocol, on stdin and stdout.",
  args: [],
  // What it says on stdout is the protocol, and nothing else.
  flags: Spec.everywhere.filter(({ name }) => ["home", "quiet", "verbose", "help"].includes(name)),
  examples: [{ command: "mcp" }]
}

/** What it is made of is loaded by whoever serves. */
export const run = (app: App) =>
  Effect.tryPromise({
    try: () => import("../mcp/serve.ts"),
    catch: () =>
      new UsageError({
        reason: "mcp needs packages that are not installed.",
        fix: "npm install @effect/ai@^0.37.0 @effect/rpc@^0.76.2"
      })
  }).pipe(Effect.flatMap(({ serve }) => Effect.flatMap(Programs.all(app), (programs) => serve({ ...app, programs }))))
