/**
 * What a command ends with, for scripts to branch on.
 *
 * @since 0.1.0
 */

/**
 * Every code, and what it says; the help of every command prints them.
 *
 * @category constants
 * @since 0.1.0
 */
export const meanings: ReadonlyArray<readonly [code: string, meaning: string]> = [
  ["0", "done, nothing to do, or a dry run"],
  ["1", "a step failed"],
  ["2", "wrong usage, missing answers, or no such run"],
  ["42", "waits for an answer: answer it, and the run goes on"],
  ["65", "what was given was refused, or the checkpoint is damaged or newer"],
  ["70", "a bug"],
  ["74", "the disk failed; the run can go on"],
  ["75", "another process holds this run"],
  ["130, 143", "interrupted; what was finished is saved"]
]

/** The failures that say more than "a step failed", by tag. */
const byTag: Readonly<Record<string, number>> = {
  UsageError: 2,
  FileUnusable: 2,
  DefinitionRefused: 70,
  RunNotFound: 2,
  RunUnfinished: 2,
  StepNotFound: 2,
  RootUnusable: 2,
  StoreUnusable: 2,
  AgentMisconfigured: 2,
  BaseUrlRefused: 2,
  AnswerMissing: 2,
  Suspended: 42,
  AnswerInvalid: 65,
  AnswerUnreadable: 65,
  AnswersRefused: 65,
  AnswersFileInvalid: 65,
  WrongRequest: 65,
  InputInvalid: 65,
  CassetteFailed: 65,
  JournalDamaged: 65,
  ArchiveRefused: 65,
  RunExists: 65,
  FilesExist: 65,
  InputTooLong: 65,
  RecordedInputInvalid: 65,
  RecordedResultInvalid: 65,
  JournalError: 74,
  WriteFailed: 74,
  SaveFailed: 74,
  NotWritable: 74,
  InitFailed: 74,
  RunHeld: 75
}

/** Codes for failures that a command line adds, by their tag. */
type Codes = Readonly<Record<string, number>>

/**
 * The code of a typed failure.
 *
 * @category accessors
 * @since 0.1.0
 */
export const ofFailure = (tag: string, own: Codes = {}): number =>
  Object.hasOwn(byTag, tag) ? byTag[tag] ?? 1 : Object.hasOwn(own, tag) ? own[tag] ?? 1 : 1

/**
 * Every code of a command line, and what it says.
 *
 * @category accessors
 * @since 0.1.0
 */
export const meaningsWith = (own: Codes): typeof meanings => {
  const known = new Set(meanings.flatMap(([code]) => code.split(", ").map(Number)))
  const codes = [...new Set(Object.values(own))].filter((code) => !known.has(code))
  return [
    ...meanings,
    ...codes.map((code) => [String(code), Object.keys(own).filter((tag) => own[tag] === code).join(", ")] as const)
  ].sort(([a], [b]) => Number.parseInt(a) - Number.parseInt(b))
}

/**
 * What is wrong with the codes that a command line adds.
 *
 * @category accessors
 * @since 0.1.0
 */
export const refusal = (own: Codes): string | undefined => {
  const entries = Object.entries(own)
  const ours = entries.find(([tag]) => Object.hasOwn(byTag, tag))
  const wrong = entries.find(([, code]) => !Number.isInteger(code) || code < 1 || code > 125 || taken.has(code))
  return ours !== undefined
    ? `the exit code of ${ours[0]} is ${byTag[ours[0]]} in every command line`
    : wrong !== undefined
    ? `the exit code of ${wrong[0]} cannot be ${wrong[1]}: it is from 1 to 125, and not ${[...taken].join(", ")}`
    : undefined
}

/** These tell whoever calls what to do, whatever the command. */
const taken: ReadonlySet<number> = new Set([42, 70, 74, 75])

/** @category constants */
export const done = 0

/** @category constants */
export const bug = 70

/**
 * The signals that end a run.
 *
 * @category models
 * @since 0.1.0
 */
export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP"

/**
 * The code of a process that a signal ended: a hang-up counts as a termination.
 *
 * @category accessors
 * @since 0.1.0
 */
export const ofSignal = (signal: Signal): number => signal === "SIGINT" ? 130 : 143
