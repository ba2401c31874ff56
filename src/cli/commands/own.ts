// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes commands that fail with anything
/**
 * A command that somebody made for their command line.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import type { Journal } from "../../pipeline/Journal.ts"
import * as Secrets from "../../pipeline/Secrets.ts"
import type { App, Outcome } from "../App.ts"
import * as fields from "../fields.ts"
import * as Io from "../Io.ts"
import { surrounding } from "../perform.ts"
import * as Programs from "../programs.ts"
import * as Spec from "../Spec.ts"
import * as values from "../values.ts"

/** @category constructors */
export const spec = (command: App["commands"][number]): Spec.Spec => ({
  name: command.name,
  description: command.description,
  args: fields.argsOf(command.options),
  flags: [...fields.flagsOf(command.options, "Options"), ...Spec.everywhere],
  variables: fields.variablesOf(command.options),
  examples: command.examples
})

/** @category running */
export const run = (app: App, command: App["commands"][number]): Effect.Effect<Outcome, unknown, Journal> =>
  Effect.gen(function*() {
    const { called, home, io, name, parsed, version, watched } = app
    watched.summary = { ...watched.summary, program: Option.some(command.name) }
    const record = values.withPaths(command.options, yield* values.given(command.options, parsed, io), io.cwd)
    const options = yield* values.decoded(command.options, record, { fix: Spec.hint(name, spec(command)) })
    yield* Secrets.remember(options)
    const { code, document, text } = yield* command.run(options as never, {
      name,
      called,
      version,
      cwd: io.cwd,
      env: io.env,
      home: home.folder,
      where: home.where,
      url: home.store._tag === "Postgres" ? home.store.url : undefined,
      secrets: Effect.map(Programs.all(app), (programs) =>
        [
          ...programs.flatMap(({ input, settings }) => [input, settings]),
          ...app.commands.map(({ options }) => options),
          app.options
        ].flatMap(fields.variablesOf).map(({ name }) => name)),
      columns: Io.columnsOf(io.stdout),
      colors: Io.colors(io, io.stdout, parsed)
    })
    return { text, json: document, code }
  }).pipe(Effect.provide(surrounding(app)))
