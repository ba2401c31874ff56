/**
 * Failures are part of a step's type. Some are tried again, some have a way out, and where the run fails for good, what
 * was done is undone if that was asked for.
 *
 * Prints:
 *   booking a flight
 *   booking a flight
 *   booking a room
 *   cancelling the flight
 *   the trip failed: no room is free
 */
import { Console, Effect, Schedule, Schema } from "effect"
import { JournalMemory, Pipeline, Run, Step } from "effect-cairn"

class Busy extends Schema.TaggedError<Busy>()("Busy", {}) {}

class NoRoom extends Schema.TaggedError<NoRoom>()("NoRoom", {}) {
  override get message() {
    return "no room is free"
  }
}

let calls = 0

const bookFlight = Step.make("book-flight", {
  title: "Booking a flight",
  input: Schema.String,
  success: Schema.String,
  failure: Busy,
  retry: { schedule: Schedule.exponential("10 millis"), times: 3 },
  run: (day) =>
    Effect.zipRight(
      Console.log("booking a flight"),
      Effect.suspend(() => ++calls === 1 ? new Busy() : Effect.succeed(`flight of ${day}`))
    )
}).pipe(Step.compensate((flight) => Console.log(`cancelling the ${flight.split(" ")[0]}`)))

const bookRoom = Step.make("book-room", {
  title: "Booking a room",
  input: Schema.String,
  success: Schema.String,
  failure: NoRoom,
  run: () => Effect.zipRight(Console.log("booking a room"), new NoRoom())
})

const trip = Pipeline.make("trip", { input: Schema.String }).pipe(
  Pipeline.step("flight", bookFlight, ({ input }) => input),
  Pipeline.step("room", bookRoom, ({ input }) => input)
)

// Without this `catchTag` the type says that `NoRoom` and `Busy` are left.
const program = Run.start(trip, "Monday", { compensate: true }).pipe(
  Effect.catchTag("NoRoom", (error) => Console.log(`the trip failed: ${error.message}`))
)

await Effect.runPromise(Effect.provide(program, JournalMemory.layer))
