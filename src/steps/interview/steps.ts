/**
 * The steps around the interview of a template: what was saved before, and saving.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { DateTime, Effect, Either, Option, Schema } from "effect"
import type { Answer } from "../../layers/Asked.ts"
import * as Interviewer from "../../layers/Interviewer.ts"
import {
  FileChanged,
  type FileNotFound,
  type FileNotRegular,
  type FileTooLarge,
  type FileUnreadable,
  PlacedFile,
  UnsafePath,
  Workspace
} from "../../layers/Workspace.ts"
import { CurrentStep } from "../../pipeline/CurrentStep.ts"
import { Journal } from "../../pipeline/Journal.ts"
import * as Run from "../../pipeline/Run.ts"
import * as Step from "../../pipeline/Step.ts"
import * as Validation from "../../pipeline/Validation.ts"
import { Warning } from "../review/Draft.ts"
import { catalogue } from "./catalogue.ts"
import * as ConfigFile from "./ConfigFile.ts"
import { ConfigCorrupt, ConfigInvalid, ConfigNotFound, SaveFailed } from "./errors.ts"
import { rulesOf } from "./judge.ts"
import * as rules from "./rules.ts"
import * as SessionFile from "./SessionFile.ts"
import * as stored from "./stored.ts"

const Settings = Schema.Record({ key: Schema.String, value: Schema.Unknown })

/**
 * What was there before the interview.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Found = Schema.Struct({
  /** The settings to begin from, if that was asked for. */
  saved: Schema.NullOr(Schema.Struct({
    createdAt: Schema.String,
    updatedAt: Schema.String,
    config: Settings,
    rest: Settings
  })),
  /** The hash of the file of settings that is there. */
  replaces: Schema.NullOr(Schema.String),
  /** An interview that was interrupted. */
  session: Schema.NullOr(Schema.Struct({ stored: Settings, savedAt: Schema.String })),
  warnings: Schema.Array(Warning)
})
export type Found = typeof Found.Type

/** No file of settings or of a session is longer, in bytes. */
const limit = 16 * 1024 * 1024

type Unread = FileNotFound | FileNotRegular | FileTooLarge | FileUnreadable

/** A file as text, with its hash; nothing where there is none. */
const read = (
  name: string
): Effect.Effect<
  Option.Option<{ readonly text: string; readonly sha256: string }>,
  Exclude<Unread, FileNotFound>,
  Workspace
> =>
  Effect.gen(function*() {
    const workspace = yield* Workspace
    const { bytes, sha256 } = yield* workspace.read(name, { limit })
    return Option.some({ text: new TextDecoder().decode(bytes), sha256 })
  }).pipe(Effect.catchTag("FileNotFound", () => Effect.succeedNone))

/**
 * Reads the saved settings, where the interview begins from them, and looks for one that was interrupted. A file of a
 * session that cannot be read is set aside.
 *
 * @category steps
 * @since 0.1.0
 */
export const findEarlier = Step.make("find-earlier", {
  title: "Looking for saved settings",
  input: Schema.Struct({ folder: Schema.String, fromConfig: Schema.Boolean }),
  success: Found,
  failure: Schema.Union(ConfigNotFound, ConfigCorrupt, ConfigInvalid),
  fingerprint: () => Effect.flatMap(Workspace, ({ fingerprint }) => fingerprint(ConfigFile.fileName)),
  run: ({ folder, fromConfig }) =>
    Effect.gen(function*() {
      const path = `${folder}/${ConfigFile.fileName}`
      const file = yield* Effect.mapError(
        read(ConfigFile.fileName),
        ({ message }) => new ConfigCorrupt({ path, reason: message })
      )
      if (fromConfig && Option.isNone(file)) return yield* new ConfigNotFound({ path })
      const parsed = fromConfig && Option.isSome(file)
        ? Option.some(yield* ConfigFile.parse(path, file.value.text))
        : Option.none()
      const broken = yield* Option.match(parsed, {
        onNone: () => Effect.succeed([]),
        onSome: ({ saved }) => brokenIn(saved.config)
      })
      const { session, warnings } = yield* findSession(folder)
      return {
        saved: Option.getOrNull(Option.map(parsed, ({ saved }) => saved)),
        replaces: Option.getOrNull(Option.map(file, ({ sha256 }) => sha256)),
        session,
        warnings: [
          ...[...Option.match(parsed, { onNone: () => [], onSome: ({ warnings }) => warnings }), ...broken]
            .map(({ code, message, path: setting }) => ({
              code,
              message: setting === undefined ? message : `${setting} is not offered as it was saved: ${message}`,
              where: path
            })),
          ...warnings
        ]
      }
    }),
  summary: ({ replaces, saved, session, warnings }) =>
    [
      saved === null
        ? replaces === null ? "none, new settings" : "new settings, in place of those that are there"
        : `${
          ["template_name", "primary_language", "framework", "architecture_pattern"]
            .map((name) => String(saved.config[name])).join(", ")
        }, saved ${saved.updatedAt}`,
      ...(session === null ? [] : ["an interview was interrupted"]),
      ...warnings.map(({ message }) => message)
    ].join("; ")
})

/** What was saved and does not keep the rule of its question: it is not offered either. */
const brokenIn = (config: typeof Settings.Type) =>
  Effect.match(
    Validation.validate(rulesOf(catalogue), stored.fromStored(catalogue, ConfigFile.toStored(config)).answers),
    {
      onFailure: ({ issues }): ReadonlyArray<Validation.Issue> =>
        issues.map((issue) => ({ ...issue, path: issue.path?.slice(1) })),
      onSuccess: () => []
    }
  )

/** The session of an earlier run: what this run has written itself stands for what was there before. */
const findSession = (folder: string): Effect.Effect<
  Pick<Found, "session" | "warnings">,
  never,
  Workspace | FileSystem.FileSystem
> =>
  Effect.gen(function*() {
    const workspace = yield* Workspace
    const none = { session: null, warnings: [] }
    if ((yield* workspace.fingerprint(SessionFile.fileName)) === "missing") return none
    const session = yield* read(SessionFile.fileName).pipe(
      Effect.map(Option.match({ onNone: () => Either.right(null), onSome: ({ text }) => SessionFile.parse(text) })),
      Effect.catchAll(({ message }) => Effect.succeed(Either.left(message)))
    )
    if (Either.isRight(session)) {
      if (session.right === null) return none
      const { run, savedAt, stored } = session.right
      return (yield* isUnfinished(run)) ? none : { ...none, session: { savedAt, stored } }
    }
    const path = `${folder}/${SessionFile.fileName}`
    const aside = yield* setAside(path)
    return {
      ...none,
      warnings: [{
        code: "session-broken",
        message: `The answers of an interrupted interview cannot be read (${session.left})${
          Option.match(aside, { onNone: () => "", onSome: (to) => `; the file is ${to} now` })
        }`,
        where: path
      }]
    }
  })

/** What a run could still go on with is not taken from it. Outside of a run there is none. */
const isUnfinished = (run: string | null): Effect.Effect<boolean> =>
  Effect.flatMap(
    Effect.serviceOption(Journal),
    (journal) =>
      run === null || Option.isNone(journal) ? Effect.succeed(false) : Run.info(run).pipe(
        Effect.provideService(Journal, journal.value),
        Effect.match({
          onFailure: () => false,
          onSuccess: ({ state, status }) => Option.isSome(state.started) && status !== "done"
        })
      )
  )

/** Gives a file another name, where nothing is. */
const setAside = (path: string): Effect.Effect<Option.Option<string>, never, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const names = Array.from({ length: 100 }, (_, index) => `${path}.broken${index === 0 ? "" : `-${index + 1}`}`)
    const free = yield* Effect.findFirst(names, (name) => Effect.map(fs.exists(name), (exists) => !exists))
    if (Option.isSome(free)) yield* fs.rename(path, free.value)
    return free
  }).pipe(Effect.orElseSucceed(() => Option.none()))

/**
 * Asks whether an interview that was interrupted is to go on.
 *
 * @category steps
 * @since 0.1.0
 */
export const askResume = Step.make("ask-resume", {
  title: "Resume the interrupted interview?",
  hidden: true,
  input: Schema.Struct({ count: Schema.Number, savedAt: Schema.String }),
  success: Schema.Boolean,
  failure: Interviewer.Failure,
  run: ({ count, savedAt }) =>
    Effect.gen(function*() {
      const interviewer = yield* Interviewer.Interviewer
      const answer = yield* interviewer.ask({
        question: {
          _tag: "Confirm",
          id: resumeId,
          section: "Earlier answers",
          text: `An interview was interrupted${
            savedAt === "" ? "" : ` (${savedAt})`
          } after ${count} answers. Go on with it?`,
          default: true
        },
        rule: rules.line,
        before: [],
        answered: [],
        isTakenBack: false,
        mayGoBack: false,
        // Whoever gives all answers at once means those.
        otherwise: Option.some(false)
      })
      return answer === true
    }).pipe(Effect.catchTag("GoneBack", () => Effect.dieMessage("there is no question to go back to")))
})

/**
 * The id of the question whether to resume.
 *
 * @category constants
 * @since 0.1.0
 */
export const resumeId = "resume_session"

/**
 * What was saved.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Saved = Schema.Struct({ config: PlacedFile, files: Schema.Array(PlacedFile) })
export type Saved = typeof Saved.Type

/**
 * Saves the settings, and takes away the file of the session: both or none.
 *
 * @category steps
 * @since 0.1.0
 */
export const saveConfig = Step.make("save-config", {
  title: "Saving the settings",
  writes: true,
  input: Schema.Struct({
    config: Settings,
    createdAt: Schema.NullOr(Schema.String),
    rest: Settings,
    replaces: Schema.NullOr(Schema.String)
  }),
  success: Saved,
  failure: Schema.Union(SaveFailed, FileChanged, UnsafePath),
  holds: (saved) => Effect.flatMap(Workspace, (workspace) => workspace.holds(saved)),
  run: ({ config, createdAt, replaces, rest }) =>
    Effect.gen(function*() {
      const workspace = yield* Workspace
      const now = DateTime.formatIso(yield* DateTime.now)
      const session = yield* Effect.orElseSucceed(read(SessionFile.fileName), () => Option.none())
      const content = ConfigFile.toText({ createdAt: createdAt ?? now, updatedAt: now, config, rest })
      const [placed, ...others] = yield* workspace.write([
        { path: ConfigFile.fileName, content, ...(replaces === null ? {} : { expected: replaces }) },
        ...Option.match(session, {
          onNone: () => [],
          onSome: ({ sha256 }) => [{ path: SessionFile.fileName, content: null, expected: sha256 }]
        })
      ])
      if (placed === undefined) return yield* Effect.dieMessage("what was written is not told of")
      return { config: placed, files: [placed, ...others] }
    }).pipe(
      Effect.catchTag("WriteFailed", ({ path, reason }) => new SaveFailed({ path, reason }))
    ),
  summary: ({ config: { bytes, change, path } }) => `${change} ${path}, ${bytes} bytes`
})

/**
 * Writes down what was answered so far, for whoever goes on without this run. The run itself needs none of it, so that a
 * disk that refuses is only told of.
 *
 * @category effects
 * @since 0.1.0
 */
export const keepSession = (
  stored: Readonly<Record<string, Answer | null>>,
  stops: boolean
): Effect.Effect<void, never, Workspace> =>
  Effect.gen(function*() {
    if (Object.values(stored).every((answer) => answer === null)) return
    const workspace = yield* Workspace
    const savedAt = DateTime.formatIso(yield* DateTime.now)
    const before = yield* read(SessionFile.fileName)
    yield* workspace.write([{
      path: SessionFile.fileName,
      content: SessionFile.toText({
        stored: ConfigFile.withJoined(stored),
        savedAt,
        run: Option.getOrNull(Option.map(yield* CurrentStep, ({ run }) => run))
      }),
      ...Option.match(before, { onNone: () => ({}), onSome: ({ sha256 }) => ({ expected: sha256 }) })
    }])
    if (stops) {
      yield* Effect.logInfo(
        `Every answer is kept, in ${workspace.root}/${SessionFile.fileName} too: the same command goes on`
      )
    }
  }).pipe(
    Effect.catchAll(({ message }) => Effect.logWarning(`The answers so far are kept in this run only: ${message}`))
  )
