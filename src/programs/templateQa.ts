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
import * as agreeing from "../steps/interview/agreeing.ts"
import { answersFile } from "../steps/interview/answersFile.ts"
import { catalogue } from "../steps/interview/catalogue.ts"
import * as ConfigFile from "../steps/interview/ConfigFile.ts"
import * as Interview from "../steps/interview/Interview.ts"
import { rulesOf } from "../steps/interview/judge.ts"
import {
  askResume,
  findEarlier,
  Found,
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

const Session = Schema.Struct({
  settings: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  asked: Schema.Array(Schema.String),
  notAsked: Schema.Array(Schema.String),
  /** Whether the answers of an interrupted interview were used; nothing, where there were none. */
  goesOn: Schema.NullOr(Schema.Boolean)
})

/**
 * The second phase: every answer keeps the rule of its question, also at the end, or is asked for again; the settings that
 * come of them are checked before they are saved.
 */
const session = Pipeline.make("The interview", { input: Found }).pipe(
  Pipeline.when(
    "interrupted",
    askResume,
    ({ input: { session } }) =>
      Option.map(Option.fromNullable(session), ({ savedAt, stored }) => ({
        savedAt,
        count: Object.values(stored).filter((answer) => answer !== null).length
      }))
  ),
  Pipeline.step(
    "interview",
    agreeing.toPipeline(catalogue, {
      check: rulesOf(catalogue),
      times: 3,
      besides: [resumeId],
      keep: keepSession
    }),
    ({ input: { saved, session }, interrupted }) => ({
      given: Option.contains(interrupted, true) ? answersIn(session?.stored) : {},
      suggested: answersIn(saved?.config)
    })
  ),
  Pipeline.validate("settings", ConfigFile.rules, ({ input, interview }) => settingsOf(input, interview.answers)),
  Pipeline.output(Session, ({ input, interrupted, interview: { answers, asked } }) => ({
    settings: settingsOf(input, answers),
    asked,
    notAsked: Object.entries(answers).filter(([, answer]) => answer === null).map(([id]) => id),
    goesOn: Option.getOrNull(interrupted)
  }))
)

/**
 * The pipeline: a validation chain of three phases, each of which is passed before the next begins. What was saved, the
 * interview, saving.
 *
 * @category pipelines
 * @since 0.1.0
 */
export const templateQa = Pipeline.chain("template-qa", { input: Input }).pipe(
  Pipeline.step("resume", findEarlier, ({ input }) => ({ folder: input.path, fromConfig: input.fromConfig })),
  Pipeline.step("session", session, ({ resume }) => resume),
  Pipeline.step("save", saveConfig, ({ resume: { replaces, saved }, session }) => ({
    config: session.settings,
    createdAt: saved?.createdAt || null,
    rest: saved?.rest ?? {},
    replaces
  })),
  Pipeline.announce(savedAs),
  Pipeline.output(Output, (state) => ({
    configFile: `${state.input.path}/${ConfigFile.fileName}`,
    config: state.session.settings,
    asked: state.session.asked,
    notAsked: state.session.notAsked,
    warnings: warningsOf(state)
  }))
)

/** The answers that led to what was stored. */
const answersIn = (settings: Readonly<Record<string, unknown>> = {}) =>
  stored.fromStored(catalogue, ConfigFile.toStored(settings)).answers

const settingsOf = ({ saved }: Found, answers: Parameters<typeof stored.toStored>[1]) =>
  ConfigFile.fromStored(stored.toStored(catalogue, answers), Option.fromNullable(saved))

interface State {
  readonly input: Input
  readonly resume: Found
  readonly session: typeof Session.Type
  readonly save: Saved
}

/** What was found before, and what was not used of it. */
const warningsOf = ({ resume, session }: Pick<State, "resume" | "session">): ReadonlyArray<Warning> => [
  ...resume.warnings,
  ...(resume.session === null || session.goesOn === true ? [] : [{
    code: "session-not-used",
    message: "The answers of an interrupted interview were not used"
  }])
]

function savedAs(state: State): Announcement {
  const { input, save, session: { settings } } = state
  return {
    title: "The settings are saved",
    rows: [
      ["File", `${input.path}/${ConfigFile.fileName} (${save.config.bytes} bytes)`],
      ["Template", String(settings.template_name)],
      ["Language", String(settings.primary_language)],
      ["Framework", String(settings.framework)],
      ...warningsOf(state).map(({ message }): readonly [string, string] => ["Warning", message])
    ],
    next: ["Give the file to the template creator", "Change it: cairn template-qa --from-config"]
  }
}

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
