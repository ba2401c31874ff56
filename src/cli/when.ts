/**
 * Points in time, and spans of it, as people and programs read and write them.
 *
 * @since 0.1.0
 */
import { DateTime, Duration, Effect, Option } from "effect"
import type * as Run from "../pipeline/Run.ts"

/** The current time, in the time zone of this machine. */
export const now: Effect.Effect<DateTime.Zoned> = Effect.map(
  DateTime.now,
  // Asked for when it is needed, since it takes a while.
  (now) => DateTime.setZone(now, DateTime.zoneMakeLocal())
)

/**
 * `today 10:58`, `yesterday 17:02`, `2026-11-20 17:02`, in the zone of `now`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const short = (at: number, now: DateTime.Zoned): string => {
  const then = DateTime.setZone(DateTime.unsafeMake(at), now.zone)
  const [day = "", time = ""] = DateTime.formatIsoZoned(then).split("T")
  const dayOf = (time: DateTime.Zoned) => DateTime.formatIsoZoned(time).slice(0, 10)
  const named = day === dayOf(now) ? "today" : day === dayOf(DateTime.subtract(now, { days: 1 })) ? "yesterday" : day
  return `${named} ${time.slice(0, 5)}`
}

/**
 * ISO 8601 in UTC.
 *
 * @category rendering
 * @since 0.1.0
 */
export const iso = (at: Option.Option<number>): string | null =>
  Option.match(at, { onNone: () => null, onSome: (at) => DateTime.formatIso(DateTime.unsafeMake(at)) })

/**
 * When a run changed last.
 *
 * @category rendering
 * @since 0.1.0
 */
export const changed = ({ state: { at } }: Run.Info): string | null => iso(at === 0 ? Option.none() : Option.some(at))

/**
 * The time that a person means by `30d`, `12h`, `45m`, `2w` (so long ago) or by `2026-11-20`, `2026-11-20T17:02` (in the zone
 * of `now`).
 *
 * @category parsing
 * @since 0.1.0
 */
export const past = (text: string, now: DateTime.Zoned): Option.Option<number> => {
  const [, count, unit = ""] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  return count !== undefined
    ? Option.some(now.epochMillis - Number(count) * (units[unit] ?? 0))
    : /^\d{4}-\d\d-\d\d/.test(text)
    ? Option.map(
      DateTime.makeZoned(text, { timeZone: now.zone, adjustForTimeZone: !/(Z|[+-]\d\d:?\d\d)$/.test(text) }),
      ({ epochMillis }) => epochMillis
    )
    : Option.none()
}

/**
 * The span that a person means by `30s`, `1h30m`, `1.5 h`, or by what Effect takes: `2 hours`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const span = (text: string): Option.Option<Duration.Duration> =>
  Option.orElse(Duration.decodeUnknown(text.trim()).pipe(Option.filter(() => !text.trim().startsWith("-"))), () => {
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h|d|w)\s*/g)]
    return parts.length > 0 && parts.map(([part]) => part).join("") === text.trimStart()
      ? Option.all(parts.map(([, count, unit = ""]) => Duration.decodeUnknown(`${count} ${spans[unit]}`))).pipe(
        Option.map((all) => all.reduce((sum, one) => Duration.sum(sum, one)))
      )
      : Option.none()
  })

const spans: Readonly<Record<string, string>> = {
  ns: "nanos",
  us: "micros",
  µs: "micros",
  ms: "millis",
  s: "seconds",
  m: "minutes",
  h: "hours",
  d: "days",
  w: "weeks"
}

/**
 * A span as `span` reads it: `1h30m`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const ofSpan = (span: Duration.Duration): string =>
  Duration.isZero(span) ? "0s" : Duration.format(span).replaceAll(" ", "")

/**
 * Whether a text is a point in time as ISO 8601 writes it, and there is such a day.
 *
 * @category guards
 * @since 0.1.0
 */
export const isIso = (text: string): boolean => {
  const [, year, month, day] =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?:\[[\w/+-]+\])?)?$/.exec(text) ??
      []
  // A day that its month does not have leads into the next one.
  return Option.exists(
    DateTime.make({ year: Number(year), month: Number(month), day: Number(day) }),
    (date) => DateTime.formatIsoDateUtc(date) === `${year}-${month}-${day}`
  ) && Option.isSome(DateTime.make(text.replace(/\[.*/, "")))
}

const minute = 60_000
const units: Readonly<Record<string, number>> = {
  m: minute,
  h: 60 * minute,
  d: 24 * 60 * minute,
  w: 7 * 24 * 60 * minute
}
