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
  InputTooLong: 65,
  RecordedInputInvalid: 65,
  RecordedResultInvalid: 65,
  JournalError: 74,
  WriteFailed: 74,
  SaveFailed: 74,
  NotWritable: 74,
  RunHeld: 75
}

/**
 * The code of a typed failure.
 *
 * @category accessors
 * @since 0.1.0
 */
export const ofFailure = (tag: string): number => byTag[tag] ?? 1

/** @category constants */
export const done = 0

/** @category constants */
export const bug = 70

/**
 * The code of a process that a signal ended: a hang-up counts as a termination.
 *
 * @category accessors
 * @since 0.1.0
 */
export const ofSignal = (signal: NodeJS.Signals): number => signal === "SIGINT" ? 130 : 143
