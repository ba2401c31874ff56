/**
 * From questions to the saved settings of a template.
 *
 * @since 0.1.0
 */
import { Option, Schema } from "effect"
import * as Field from "../pipeline/Field.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import type { Finished } from "../pipeline/Program.ts"
import type { Announcement } from "../pipeline/RunEvent.ts"
import { answersFile } from "../steps/interview/answersFile.ts"
import { catalogue } from "../steps/interview/catalogue.ts"
import * as ConfigFile from "../steps/interview/ConfigFile.ts"
import * as Interview from "../steps/interview/Interview.ts"
import * as interviewing from "../steps/interview/interviewing.ts"
import {
  askResume,
  findEarlier,
  type Found,
  keepSession,
  resumeId,
  saveConfig,
  type Saved
} from "../steps/interview/steps.ts"
import * as stored from "../steps/interview/stored.ts"
import { Warning } from "../steps/review/Draft.ts"

const About = {
  path: Schema.optionalWith(
    Schema.String.annotations({ description: "The folder of the settings; made if missing" }).pipe(Field.path),
    { default: () => "." }
  )
}

const Given = Schema.Struct({
  ...About,
  fromConfig: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "Begin from the settings that are saved there" }),
    { default: () => false }
  ),
  resume: Schema.optionalWith(Schema.Boolean.annotations({ description: "The same as --from-config" }), {
    default: () => false
  })
})

/**
 * What a run of `template-qa` is about.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Input = Schema.transform(
  Given,
  Schema.typeSchema(Schema.Struct({ ...About, fromConfig: Schema.Boolean })),
  {
    strict: true,
    decode: ({ fromConfig, path, resume }) => ({ path, fromConfig: fromConfig || resume }),
    encode: ({ fromConfig, path }) => ({ path, fromConfig, resume: false })
  }
)
export type Input = typeof Input.Type

/**
 * How it is done this time, beside how a person is asked.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Settings = Schema.Struct({
  printQuestions: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "Print a file to fill in for --answers, and do nothing else" }),
    { default: () => false }
  )
})

/**
 * What `template-qa` was told and saved. The settings are those in the file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Output = Schema.Struct({
  configFile: Schema.String,
  config: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  /** The questions that were answered, in their order. */
  asked: Schema.Array(Schema.String),
  notAsked: Schema.Array(Schema.String),
  warnings: Schema.Array(Warning)
})
export type Output = typeof Output.Type

/**
 * The pipeline: what was saved before, the interview, and saving; each goes on only where the one before it came to
 * something.
 *
 * @category pipelines
 * @since 0.1.0
 */
export const templateQa = Pipeline.make("template-qa", { input: Input }).pipe(
  Pipeline.step("earlier", findEarlier, ({ input }) => ({ folder: input.path, fromConfig: input.fromConfig })),
  Pipeline.when(
    "session",
    askResume,
    ({ earlier }) =>
      Option.map(Option.fromNullable(earlier.session), ({ savedAt, stored }) => ({
        savedAt,
        count: Object.values(stored).filter((answer) => answer !== null).length
      }))
  ),
  Pipeline.step(
    "interview",
    interviewing.toPipeline(catalogue, { besides: [resumeId], keep: keepSession }),
    ({ earlier, session }) => ({
      given: isResumed(session) ? answersIn(earlier.session?.stored) : {},
      suggested: answersIn(earlier.saved?.config)
    })
  ),
  Pipeline.validate("settings", ConfigFile.rules, ({ earlier, interview }) => settingsOf(earlier, interview.answers)),
  Pipeline.step("saved", saveConfig, ({ earlier, interview }) => ({
    config: settingsOf(earlier, interview.answers),
    createdAt: earlier.saved?.createdAt || null,
    rest: earlier.saved?.rest ?? {},
    replaces: earlier.replaces
  })),
  Pipeline.announce((state) => savedAs(state, settingsOf(state.earlier, state.interview.answers))),
  Pipeline.output(Output, (state) => ({
    configFile: `${state.input.path}/${ConfigFile.fileName}`,
    config: settingsOf(state.earlier, state.interview.answers),
    asked: state.interview.asked,
    notAsked: Object.entries(state.interview.answers).filter(([, answer]) => answer === null).map(([id]) => id),
    warnings: warningsOf(state)
  }))
)

interface State {
  readonly input: Input
  readonly earlier: Found
  readonly session: Option.Option<boolean>
}

const isResumed = (session: Option.Option<boolean>): boolean => Option.getOrElse(session, () => false)

/** The answers that led to what was stored. */
const answersIn = (settings: Readonly<Record<string, unknown>> = {}) =>
  stored.fromStored(catalogue, ConfigFile.toStored(settings)).answers

const settingsOf = ({ saved }: Found, answers: Parameters<typeof stored.toStored>[1]) =>
  ConfigFile.fromStored(stored.toStored(catalogue, answers), Option.fromNullable(saved))

/** What was found before, and what was not used of it. */
const warningsOf = ({ earlier: { session, warnings }, session: answer }: State): ReadonlyArray<Warning> => [
  ...warnings,
  ...(session === null || isResumed(answer) ? [] : [{
    code: "session-not-used",
    message: "The answers of an interrupted interview were not used"
  }])
]

const savedAs = (
  state: State & { readonly saved: Saved },
  config: Readonly<Record<string, unknown>>
): Announcement => ({
  title: "The settings are saved",
  rows: [
    ["File", `${state.input.path}/${ConfigFile.fileName} (${state.saved.config.bytes} bytes)`],
    ["Template", String(config.template_name)],
    ["Language", String(config.primary_language)],
    ["Framework", String(config.framework)],
    ...warningsOf(state).map(({ message }): readonly [string, string] => ["Warning", message])
  ],
  next: ["Give the file to the template creator", "Change it: cairn template-qa --from-config"]
})

/** What stands on stdout: the path of the file. */
export const print = ({ configFile }: Output): string => configFile

/**
 * What is given in place of a run: the questions as a file to fill in.
 *
 * @category rendering
 * @since 0.1.0
 */
export const instead = ({ printQuestions }: typeof Settings.Type): Option.Option<Finished> =>
  printQuestions
    ? Option.some({
      output: { questions: Interview.placed(catalogue).map(Interview.possible) },
      text: answersFile(catalogue)
    })
    : Option.none()
