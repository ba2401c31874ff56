/**
 * What steps log: on stderr, as lines for people, unless details or JSON were asked for.
 *
 * @since 0.1.0
 */
import { Array, Cause, Inspectable, Layer, Logger, LogLevel } from "effect"
import * as paint from "../layers/Reporter/paint.ts"
import * as printable from "../pipeline/printable.ts"
import * as Io from "./Io.ts"
import type { Parsed } from "./parse.ts"

/**
 * Chatty levels are shown with `--verbose` only, and with `--quiet` nothing but errors.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (io: Io.Io, parsed: Parsed): Layer.Layer<never> => {
  const isVerbose = parsed.switches.get("verbose") === true
  const isQuiet = parsed.switches.get("quiet") === true
  const logger = parsed.values.get("progress")?.[0] === "json"
    ? json
    : isVerbose
    ? Logger.map(Logger.logfmtLogger, printable.text)
    : plain(paint.make(Io.colors(io, io.stderr, parsed)), () => Io.columnsOf(io.stderr))
  return Layer.merge(
    Logger.replace(Logger.defaultLogger, Logger.map(logger, (text) => io.stderr.write(`${text}\n`))),
    Logger.minimumLogLevel(isVerbose ? LogLevel.Debug : isQuiet ? LogLevel.Error : LogLevel.Info)
  )
}

/** The words alone, below what they are where that is no mere information. */
const plain = (paint: paint.Paint, columns: () => number): Logger.Logger<unknown, string> =>
  Logger.make(({ cause, logLevel, message }) => {
    const text = printable.text([messageOf(message), firstOf(cause)].filter((part) => part !== "").join(": "))
    const [label, painted] = LogLevel.greaterThanEqual(logLevel, LogLevel.Error)
      ? ["Error: ", paint.red] as const
      : LogLevel.greaterThanEqual(logLevel, LogLevel.Warning)
      ? ["Warning: ", paint.yellow] as const
      : ["", String] as const
    const lines = `${label}${text}`.split("\n").flatMap((line) => printable.wrap(line, columns()))
    return painted(label) + lines.join("\n").slice(label.length)
  })

/** A line among the events. */
const json: Logger.Logger<unknown, string> = Logger.make(({ cause, date, logLevel, message }) =>
  JSON.stringify({
    _tag: "Logged",
    at: date.getTime(),
    level: logLevel.label,
    message: messageOf(message),
    ...(Cause.isEmpty(cause) ? {} : { cause: Cause.pretty(cause) })
  })
)

const messageOf = (message: unknown): string =>
  Array.ensure(message).map((part) => Inspectable.toStringUnknown(part, 0)).join(" ")

const firstOf = (cause: Cause.Cause<unknown>): string =>
  Cause.isEmpty(cause) ? "" : Cause.prettyErrors(cause)[0]?.message ?? ""
