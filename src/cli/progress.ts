/**
 * Which reporter shows a run.
 *
 * @since 0.1.0
 */
import { Layer, Option } from "effect"
import * as ReporterJson from "../layers/Reporter/Json.ts"
import * as ReporterLines from "../layers/Reporter/Lines.ts"
import * as ReporterLive from "../layers/Reporter/Live.ts"
import type * as Pipeline from "../pipeline/Pipeline.ts"
import * as Plan from "../pipeline/Plan.ts"
import { Reporter, silent } from "../pipeline/Reporter.ts"
import type { App } from "./App.ts"
import * as Io from "./Io.ts"
import type { Parsed } from "./parse.ts"

/**
 * How progress is shown: as `--progress` says, and without it as `--quiet` and the terminal lead to.
 *
 * @category accessors
 * @since 0.1.0
 */
export const mode = (io: Io.Io, parsed: Parsed): "live" | "lines" | "json" | "none" => {
  const asked = parsed.values.get("progress")?.[0]
  return asked === "live" || asked === "lines" || asked === "json" || asked === "none"
    ? asked
    : parsed.switches.get("quiet") === true
    ? "none"
    : Io.isLive(io)
    ? "live"
    : "lines"
}

/**
 * The reporter for that, for a run of a program. All of them write to stderr.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { io, name, parsed }: Pick<App, "io" | "name" | "parsed">,
  pipeline: Option.Option<Pipeline.Any>,
  hint?: string
): Layer.Layer<never> => {
  const shown = { colors: Io.colors(io, io.stderr, parsed), ...(hint === undefined ? {} : { hint }) }
  switch (mode(io, parsed)) {
    case "json":
      return ReporterJson.layer({ write: io.stderr.write, name })
    case "live":
      return ReporterLive.layer({ ...io.stderr, ...shown, titles: titlesOf(pipeline) })
    case "lines":
      return ReporterLines.layer({ write: io.stderr.write, ...shown })
    case "none":
      return Layer.succeed(Reporter, silent)
  }
}

/** The titles of a program's steps, where they are known before it has its input. */
const titlesOf: (pipeline: Option.Option<Pipeline.Any>) => ReadonlyArray<string> = Option.match({
  onNone: () => [],
  onSome: (pipeline) => Plan.of(pipeline).nodes.filter(({ hidden }) => !hidden).map(({ title }) => title)
})
