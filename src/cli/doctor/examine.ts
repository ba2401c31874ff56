/**
 * Looks at all that a run stands on.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import type { Call } from "../Command.ts"
import * as Manifest from "../manifest.ts"
import type { DefinitionRefused } from "../UsageError.ts"
import * as agents from "./agents.ts"
import type { Finding } from "./Finding.ts"
import * as packages from "./packages.ts"
import * as store from "./store.ts"

/** @category effects */
export const examine = (call: Call): Effect.Effect<ReadonlyArray<Finding>, DefinitionRefused> =>
  Effect.gen(function*() {
    const manifest = Manifest.read()
    return [
      ...Option.match(manifest, {
        onNone: () => [],
        onSome: (manifest) => [packages.node(manifest), ...packages.found(call.cwd, manifest, call.where)]
      }),
      yield* store.folder(call.home),
      ...(call.url === undefined ? [] : [yield* store.server(call.url, call)]),
      ...(call.where.startsWith("sqlite:")
        ? [yield* store.databaseFile(call.where.slice("sqlite:".length), call)]
        : []),
      agents.agent(call),
      ...agents.keys(call, yield* call.secrets),
      yield* agents.terminal
    ]
  })
