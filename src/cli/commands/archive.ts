/**
 * `export` and `import`: a run as one file, whichever store it comes from and goes to.
 *
 * @since 0.1.0
 */
import { Effect, Option } from "effect"
import { resolve } from "node:path"
import * as Archive from "../../pipeline/Archive.ts"
import { bytesOf } from "../../pipeline/digest.ts"
import * as printable from "../../pipeline/printable.ts"
import { quote } from "../../pipeline/quote.ts"
import * as Run from "../../pipeline/Run.ts"
import type { App, Outcome } from "../App.ts"
import * as handOff from "../handOff.ts"
import * as known from "../known.ts"
import * as Spec from "../Spec.ts"
import { UsageError } from "../UsageError.ts"
import { writeWhole } from "../writeWhole.ts"
import * as runs from "./runs.ts"

/** @category constants */
export const exportSpec: Spec.Spec = {
  name: "export",
  description: "Writes a run as one file, for another store or another machine.",
  args: [{ ...Spec.aRun, required: true }],
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
  examples: [{ command: "export @last --output run.jsonl" }]
}

/** @category constants */
export const importSpec: Spec.Spec = {
  name: "import",
  description: "Makes a run of what export has written, unless there is one of its id.",
  args: [{ name: "file", description: "The file; - is stdin", required: true, completes: "files" }],
  flags: Spec.everywhere,
  examples: [{ command: "import run.jsonl" }, { command: "import run.jsonl --home ../other/.cairn" }]
}

/** @category running */
export const exportRun = Effect.fnUntraced(function*(app: App) {
  const [name = "@last"] = app.parsed.args
  const file = app.parsed.values.get("output")?.[0] ?? "-"
  if (file === "-" && app.json) {
    return yield* new UsageError({
      reason: "With --json, stdout is for what there is to say of the export, and not for the export.",
      fix: `${app.called} export ${quote(name)} --output FILE --json`
    })
  }
  const { header: { schema: _, ...header }, text } = yield* Archive.make(yield* Run.find(name))
  if (file !== "-") yield* writeWhole(resolve(app.io.cwd, file), text, 0o600)
  const bytes = bytesOf(text)
  return {
    json: { schema: "cairn.exported/1", file, bytes, ...header },
    text: file === "-"
      ? text
      : `Exported ${header.run} to ${printable.line(file)}: ${header.records} records, ${bytes} bytes\n`
  } satisfies Outcome
})

/** More than fits one text of JavaScript is no run that anybody made. */
const maxBytes = 500 * 1024 * 1024

/** @category running */
export const importRun = Effect.fnUntraced(function*(app: App) {
  const { io, parsed } = app
  const [file = "-"] = parsed.args
  const text = yield* handOff.readText(file, resolve(io.cwd, file), io.readStdin, maxBytes)
  const { records, run } = yield* Archive.restore(text, { where: handOff.nameOf(file) })
  const info = yield* Run.info(run)
  const next = known.nextOf(app, info)
  return {
    json: { schema: "cairn.imported/1", records, ...(yield* runs.toJson(app, info)) },
    text: `Imported ${run} (${info.status}): ${records} records\n${
      Option.match(next, { onNone: () => "", onSome: (command) => `\nGo on: ${command}\n` })
    }`
  } satisfies Outcome
})
