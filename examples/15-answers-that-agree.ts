/**
 * Answers that have to agree with each other: they are checked together, and what does not fit is asked again below the
 * reason, at most three times. `stay` asks on a terminal; `stay --answer arrival=2026-05-02 …` asks for the rest.
 *
 * Prints, with `stay --answer arrival=2026-05-02 --answer departure=2026-05-20 --answer dog=yes --answer room=large`:
 *   The large room until 2026-05-20
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Layer, Schema } from "effect"
import { Pipeline, Program, Validation } from "effect-cairn"
import { Cli } from "effect-cairn/cli"
import { InterviewerChoice } from "effect-cairn/people"
import { Interview, InterviewAgreeing, Interviewing, InterviewRules } from "effect-cairn/steps"

/** Rules of your own are checks with a few words for whoever answers. */
const isDay = InterviewRules.must("day", (text) => /^\d{4}-\d{2}-\d{2}$/.test(text), "It is no day such as 2026-05-02")
const day = { says: "a day such as 2026-05-02", check: Validation.chain(isDay) }

const stay = Interview.make("stay", {
  title: "A stay",
  sections: [{
    title: "A stay",
    questions: [
      Interview.text("arrival", { text: "When do you arrive?", rule: day }),
      Interview.text("departure", { text: "When do you leave?", rule: day }),
      Interview.confirm("dog", { text: "Do you bring a dog?" }),
      Interview.choice("room", { text: "Which room?", choices: { small: "The small one", large: "The large one" } })
    ]
  }]
})
type Answers = Interview.AnswersOf<typeof stay>

/** All errors are found at once. */
const agree = Validation.all(
  Validation.check(
    "order",
    ({ arrival, departure }: Answers) =>
      issues(`${departure}` > `${arrival}`, "departure", "You would leave before you arrive")
  ),
  Validation.check(
    "room",
    ({ dog, room }: Answers) => issues(!(dog === true && room === "small"), "room", "There is a cat in the small room")
  )
)
const issues = (isFine: boolean, id: string, words: string) =>
  isFine ? [] : [Validation.error(id, words, { path: `/${id}` })]

const book = Pipeline.make("stay", { input: Schema.Struct({}) }).pipe(
  Pipeline.step("booking", InterviewAgreeing.toPipeline(stay, { check: agree, times: 3 }), () => Interviewing.nothing),
  Pipeline.output(Schema.String, ({ booking: { answers } }) => `The ${answers.room} room until ${answers.departure}`)
)

const program = Program.make(book, {
  description: "Books a room.",
  settings: Schema.Struct(InterviewerChoice.fields),
  layer: (settings) => Layer.provide(InterviewerChoice.layer(settings), NodeFileSystem.layer),
  print: (text) => text
})
Cli.run({ name: "inn", version: "1.0.0", programs: [program] })
