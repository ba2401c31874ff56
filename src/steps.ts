/**
 * The steps that the programs of Cairn are made of, for pipelines of your own. Each is an ordinary Effect, too.
 *
 * @since 0.1.0
 */
export * as Author from "./steps/agents/Author.ts"
export * as AgentErrors from "./steps/agents/errors.ts"
export * as PlaceTree from "./steps/files/placeTree.ts"
export * as InterviewAgreeing from "./steps/interview/agreeing.ts"
export * as Interview from "./steps/interview/Interview.ts"
export * as Interviewing from "./steps/interview/interviewing.ts"
export * as InterviewRules from "./steps/interview/rules.ts"
export * as ReviewErrors from "./steps/review/errors.ts"
export * as ReviewSteps from "./steps/review/steps.ts"
export * as TaskSteps from "./steps/tasks/steps.ts"
