/**
 * Ways of asking a person: at a terminal, through a pipe, from answers that were given beforehand, or by handing the
 * questions to whoever calls. They need `@effect/platform`.
 *
 * @since 0.1.0
 */
export * as InterviewerAnswers from "./layers/Interviewer/Answers.ts"
export * as InterviewerChoice from "./layers/Interviewer/Choice.ts"
export * as InterviewerDefaults from "./layers/Interviewer/Defaults.ts"
export * as InterviewerHandOff from "./layers/Interviewer/HandOff.ts"
export * as InterviewerLines from "./layers/Interviewer/Lines.ts"
export * as InterviewerNobody from "./layers/Interviewer/Nobody.ts"
