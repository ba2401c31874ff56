/**
 * Answers that have to agree with each other: they are checked together, and what does not fit is asked again below the
 * reason, at most three times. `stay` asks on a terminal; `stay --answer arrival=2026-05-02 …` asks for the rest.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Layer, Schema } from "effect"
import { Pipeline, Program, Validation } from "effect-cairn"
import { Cli } from "effect-cairn/cli"
import { InterviewerChoice } from "effect-cairn/people"
import { Interview, InterviewAgreeing, Interviewing, InterviewRules } from "effect-cairn/steps"

/** Rules of one's own are checks with a few words for whoever answers. */
const day = {
  says: "a day such as 2026-05-02",
  check: Validation.chain(
    InterviewRules.must("day", (text) => /^\d{4}-\d{2}-\d{2}$/.test(text), "It is no day such as 2026-05-02")
  )
}

const stay = Interview.make("stay", {
  title: "A stay",
  sections: [{
    title: "A stay",
    questions: [
      Interview.text("arrival", { text: "When do you arrive?", rule: day }),
      Interview.text("departure", { text: "When do you leave?", rule: day }),
      Interview.many("beds", {
        text: "Who sleeps there?",
        choices: { adult: "An adult", child: "A child", dog: "A dog" }
      }),
      Interview.choice("room", { text: "Which room?", choices: { small: "The small one", large: "The large one" } })
    ]
  }]
})

type Answers = Interview.AnswersOf<typeof stay>

const nights = ({ arrival, departure }: Answers) =>
  (Date.parse(departure ?? "") - Date.parse(arrival ?? "")) / (24 * 60 * 60 * 1000)

/** All errors are found at once; how long the stay is can only be said once the days are in order. */
const agree = Validation.all(
  Validation.chain(
    Validation.check(
      "order",
      (answers: Answers) =>
        nights(answers) > 0
          ? []
          : [Validation.error("order", "You would leave before you arrive", { path: "/departure" })]
    ),
    Validation.check(
      "length",
      (answers: Answers) =>
        nights(answers) <= 14 ? [] : [Validation.warning("long", "After two weeks the linen is changed")]
    )
  ),
  Validation.check("room", ({ beds, room }: Answers) =>
    room === "small" && (beds?.length ?? 0) > 1
      ? [Validation.error("room", "The small room has one bed", { path: "/room", hint: "The large one has three." })]
      : [])
)

const book = Pipeline.make("stay", { input: Schema.Struct({}) }).pipe(
  Pipeline.step("booking", InterviewAgreeing.toPipeline(stay, { check: agree, times: 3 }), () => Interviewing.nothing),
  Pipeline.output(Schema.String, ({ booking: { answers, report } }) =>
    [
      `The ${answers.room} room for ${nights(answers)} nights`,
      ...report.warnings.map(({ message }) => message)
    ].join(". "))
)

Cli.run({
  name: "inn",
  version: "1.0.0",
  programs: [
    Program.make(book, {
      description: "Books a room.",
      settings: Schema.Struct(InterviewerChoice.fields),
      layer: (settings) => Layer.provide(InterviewerChoice.layer(settings), NodeFileSystem.layer),
      print: (text) => text
    })
  ]
})
