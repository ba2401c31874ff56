import { assert, describe, it } from "@effect/vitest"
import { DateTime, Option } from "effect"
import * as when from "../../src/cli/when.ts"

describe("a time", () => {
  const now = DateTime.unsafeMakeZoned("2026-03-10T12:00:00Z", { timeZone: "Europe/Berlin" })
  const past = (text: string) =>
    Option.match(when.past(text, now), {
      onNone: () => "none",
      onSome: (at) => DateTime.formatIso(DateTime.unsafeMake(at))
    })

  it.each([
    ["45m", "2026-03-10T11:15:00.000Z"],
    ["12h", "2026-03-10T00:00:00.000Z"],
    ["30d", "2026-02-08T12:00:00.000Z"],
    ["2w", "2026-02-24T12:00:00.000Z"],
    ["2026-03-01", "2026-02-28T23:00:00.000Z"],
    ["2026-03-01T08:30", "2026-03-01T07:30:00.000Z"],
    ["2026-03-01T08:30:00Z", "2026-03-01T08:30:00.000Z"],
    ["2026-03-01T08:30+02:00", "2026-03-01T06:30:00.000Z"]
  ])("is meant by %s", (text, meant) => assert.strictEqual(past(text), meant))

  it.each(["", "d", "3", "3y", "-3d", "yesterday", "2026-13-01", "2026-03", "10d "])(
    "is not meant by %j",
    (text) => assert.strictEqual(past(text), "none")
  )
})
