/**
 * A strategy of your own: layers of one service by name, and a fallback between two of them. `names` stands for what a
 * package gives; `mine` leaves it as it is and adds a calendar. What a fallback took, and why, is recorded with the step.
 *
 * Prints:
 *   counting: after its day; calendar; careful: calendar, and counting where that fails
 *   counting: done
 *   calendar: nothing happens on 2026-02-28
 *   counting was chosen: NoName: nothing happens on 2026-02-28
 *   careful: done
 */
import { Console, Context, Effect, Layer, Schema } from "effect"
import { JournalMemory, Pipeline, Run, Step, Strategy } from "effect-cairn"

class NoName extends Schema.TaggedError<NoName>()("NoName", { day: Schema.String }) {
  override get message() {
    return `nothing happens on ${this.day}`
  }
}

class Namer extends Context.Tag("effect-cairn/examples/05-strategy/Namer")<Namer, {
  readonly nameFor: (day: string) => Effect.Effect<string, NoName>
}>() {}

const counting = Layer.succeed(Namer, { nameFor: (day) => Effect.succeed(`release-${day.replaceAll("-", "")}`) })
const names = Strategy.make({ counting }, { counting: "after its day" })

const festivals = new Map([["2026-06-24", "midsummer"], ["2026-12-24", "holly"]])
const calendar = Layer.succeed(Namer, {
  nameFor: (day) => Effect.mapError(Effect.fromNullable(festivals.get(day)), () => new NoName({ day }))
})
const mine = Strategy.add(names, { calendar, careful: Strategy.fallback("calendar", "counting") })

const told = Effect.flatten(Strategy.chosen(Namer, "nameFor")).pipe(
  Effect.flatMap(({ chose, reason }) => Console.log(`${chose} was chosen: ${reason}`)),
  Effect.ignore
)

const name = Step.make("name", {
  title: "Naming the release",
  input: Schema.String,
  success: Schema.String,
  failure: NoName,
  run: (day) => Effect.zipLeft(Effect.flatMap(Namer, (namer) => namer.nameFor(day)), told)
})
const release = Pipeline.make("release", { input: Schema.String }).pipe(
  Pipeline.step("name", name, ({ input }) => input)
)

const program = Effect.forEach(mine.names, (strategy) =>
  Run.start(release, "2026-02-28").pipe(
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => "done" }),
    Effect.flatMap((words) => Console.log(`${strategy}: ${words}`)),
    Effect.provide(mine.layer(strategy))
  ))

await Effect.runPromise(Effect.provide(Effect.zipRight(Console.log(mine.help), program), JournalMemory.layer))
