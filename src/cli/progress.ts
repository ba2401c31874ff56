/**
 * Which reporter shows a run.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Option } from "effect"
import * as ReporterJson from "../layers/Reporter/Json.ts"
import * as ReporterLines from "../layers/Reporter/Lines.ts"
import * as ReporterLive from "../layers/Reporter/Live.ts"
import type * as Pipeline from "../pipeline/Pipeline.ts"
import * as Plan from "../pipeline/Plan.ts"
import { all, Reporter } from "../pipeline/Reporter.ts"
import type { App } from "./App.ts"
import * as Io from "./Io.ts"
import type { Parsed } from "./parse.ts"
import * as Watched from "./Watched.ts"

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
 * The reporter for that, for a run of a program, which is watched as well. All of them write to stderr.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { io, name, parsed, watched }: Pick<App, "io" | "name" | "parsed" | "watched">,
  pipeline: Option.Option<Pipeline.Any>,
  hint?: string
): Layer.Layer<never> => {
  const shown = {
    colors: Io.colors(io, io.stderr, parsed),
    summary: Watched.summary(watched),
    ...(hint === undefined ? {} : { hint })
  }
  switch (mode(io, parsed)) {
    case "json":
      return Layer.effect(
        Reporter,
        Effect.map(Reporter, (shown) => all(Watched.reporter(watched), shown))
      ).pipe(Layer.provide(ReporterJson.layer({ write: io.stderr.write, name })))
    case "live":
      return ReporterLive.layer({ ...io.stderr, ...shown, titles: titlesOf(pipeline) })
    case "lines":
      return ReporterLines.layer({ write: io.stderr.write, ...shown })
    case "none":
      return Layer.succeed(Reporter, Watched.reporter(watched))
  }
}

/** The titles of a program's steps, where they are known before it has its input. */
const titlesOf: (pipeline: Option.Option<Pipeline.Any>) => ReadonlyArray<string> = Option.match({
  onNone: () => [],
  onSome: (pipeline) => Plan.of(pipeline).nodes.filter(({ hidden }) => !hidden).map(({ title }) => title)
})
