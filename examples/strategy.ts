/**
 * A strategy of your own beside those of somebody else. `shipped` stands for what a package gives: it names a release by
 * asking an agent, or by counting. `mine` leaves it as it is and adds `calendar`, and `careful`, which
 * falls back on counting where the calendar has no name: `name-release --day 2026-02-30 --strategy careful`.
 */
import { Context, DateTime, Effect, Layer, Option, Schema } from "effect"
import { Agent, AgentHandOff, Pipeline, Program, Step, Strategy, type Suspended } from "effect-cairn"
import { Cli } from "effect-cairn/cli"

class NoName extends Schema.TaggedError<NoName>()("NoName", { day: Schema.String }) {
  override get message() {
    return `There is no day ${this.day} in the calendar`
  }
  get fix() {
    return "Give a day of the calendar: --day 2026-02-28"
  }
}
const Failure = Schema.Union(NoName, Agent.Failure)
type Failure = typeof Failure.Type

class Namer extends Context.Tag("effect-cairn/examples/strategy/Namer")<Namer, {
  readonly nameFor: (day: string) => Effect.Effect<string, Failure | Suspended.Suspended>
}>() {}

const shipped = Strategy.make(
  {
    agent: Layer.effect(
      Namer,
      Effect.map(Agent.Agent, (agent) => ({
        nameFor: (day: string) =>
          agent.ask({ name: "name", prompt: `Name the release of ${day}.`, answer: Schema.NonEmptyTrimmedString })
      }))
    ).pipe(Layer.provide(AgentHandOff.layer())),
    counting: Layer.succeed(Namer, { nameFor: (day) => Effect.succeed(`release-${day.replaceAll("-", "")}`) })
  },
  { agent: "an agent is asked", counting: "after its day" }
)

const months = ["ice", "snow", "thaw", "rain", "leaf", "rose", "hay", "corn", "wine", "wind", "fog", "pine"]

const calendar = Layer.succeed(Namer, {
  nameFor: (day) =>
    DateTime.make(day).pipe(
      // The 30th of February would be a day in March.
      Option.filter((date) => DateTime.formatIsoDateUtc(date) === day),
      Option.map(DateTime.toPartsUtc),
      Option.match({
        onNone: () => new NoName({ day }),
        onSome: (date) => Effect.succeed(`${months[date.month - 1]}-${date.day}`)
      })
    )
})

const mine = Strategy.add(
  shipped,
  { calendar, careful: Strategy.fallback("calendar", "counting") },
  { calendar: "after the month" }
)

const name = Step.make("name", {
  title: "Naming the release",
  input: Schema.String,
  success: Schema.String,
  failure: Failure,
  run: (day) => Effect.flatMap(Namer, (namer) => namer.nameFor(day))
})

const Input = Schema.Struct({
  day: Schema.String,
  strategy: mine.Name
})

const program = Program.make(
  Pipeline.make("name-release", { input: Input }).pipe(
    Pipeline.step("name", name, ({ input }) => input.day),
    Pipeline.output(Schema.String, ({ name }) => name)
  ),
  {
    description: "Names a release after its day.",
    layer: (_, { strategy }) => mine.layer(strategy),
    print: (name) => name
  }
)

Cli.run({ name: "releases", version: "1.0.0", programs: [program] })
