/**
 * `report`: a run as one file of HTML, to look at and to hand on.
 *
 * @since 0.1.0
 */
import { Effect, Either, Option } from "effect"
import * as fs from "node:fs"
import { join, resolve } from "node:path"
import { bytesOf } from "../../pipeline/digest.ts"
import * as printable from "../../pipeline/printable.ts"
import { quote } from "../../pipeline/quote.ts"
import * as Run from "../../pipeline/Run.ts"
import * as RunState from "../../pipeline/RunState.ts"
import * as Summary from "../../pipeline/Summary.ts"
import type { App, Outcome } from "../App.ts"
import * as Asides from "../Asides.ts"
import * as handOff from "../handOff.ts"
import * as Io from "../Io.ts"
import * as known from "../known.ts"
import * as Spec from "../Spec.ts"
import { UsageError } from "../UsageError.ts"
import * as when from "../when.ts"
import { writeWhole } from "../writeWhole.ts"

/** @category constants */
export const spec: Spec.Spec = {
  name: "report",
  description: "Writes a run as one page of HTML, to look at and to hand on.",
  args: [{ ...Spec.aRun, required: false }],
  flags: [
    {
      name: "output",
      alias: "o",
      kind: "value",
      meta: "FILE",
      description: "Where to; - is stdout",
      fallback: "-",
      group: "Options"
    },
    ...Spec.everywhere
  ],
  examples: [{ command: "report @last --output run.html" }, { command: "report > run.html" }]
}

/** @category running */
export const run = Effect.fnUntraced(function*(app: App) {
  const { called, home, io, parsed } = app
  const file = parsed.values.get("output")?.[0] ?? "-"
  const path = resolve(io.cwd, file)
  const id = yield* Run.find(parsed.args[0] ?? "@last")
  const again = (file: string) => `${called} report ${quote(id)} --output ${quote(file)}${home.option}`
  if (file === "-" && io.stdout.isTerminal && !app.json) {
    return yield* new UsageError({
      reason: "A page of HTML is nothing to read on a terminal.",
      fix: again(`${id}.html`)
    })
  }
  if (file !== "-" && isFolder(path)) {
    return yield* new UsageError({
      reason: `${printable.line(file)} is a folder, and the page is one file.`,
      fix: again(join(file, `${id}.html`))
    })
  }
  const info = yield* Run.info(id)
  if (Option.isSome(info.damage)) return yield* info.damage.value
  const events = yield* Run.events(id)
  const pipeline = yield* known.pipelineOf(app, info)
  const summary = yield* known.summaryOf(info, events, pipeline)
  // Loaded where it is asked for alone.
  const { render } = yield* Effect.promise(() => import("../report/page.ts"))
  const plainly = { ...app, json: false }
  const open = RunState.openRequests(info.state)
  const html = Io.secrets.scrub(render({
    info,
    events,
    summary,
    executions: Summary.executions(events, pipeline),
    asides: Asides.of(info, events),
    now: yield* when.now,
    by: `${app.name} ${app.version}`,
    commands: {
      next: known.nextOf(plainly, info),
      show: (step) => `${called} show ${quote(id)} --step ${quote(step)}${home.option}`,
      export: `${called} export ${quote(id)}${home.option}`,
      answer: (request) => handOff.command(plainly, id, handOff.pathOrId(request, open), "FILE")
    }
  }))
  if (file !== "-") yield* writeWhole(path, html, 0o666)
  return {
    json: {
      schema: "cairn.report/1",
      run: id,
      program: info.program,
      status: info.status,
      ...(file === "-" ? { file: null, html } : { file: path }),
      bytes: bytesOf(html)
    },
    text: file === "-" ? html : `${printable.line(file)}\n`
  } satisfies Outcome
})

/** What cannot be looked at is told of where it is written. */
const isFolder = (path: string): boolean =>
  Either.getOrElse(Either.try(() => fs.statSync(path).isDirectory()), () => false)
