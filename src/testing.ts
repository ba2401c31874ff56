/**
 * For the tests of one's own pipelines: `effect-cairn/testing`.
 *
 * @since 0.1.0
 */
export * as Resumable from "./testing/Resumable.ts"
export * as TestRun from "./testing/TestRun.ts"
