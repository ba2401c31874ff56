/**
 * What people want to know of a run: which steps there are, what came of each, how far the whole is.
 *
 * A fold of events: the same whether they are told while the run is under way, or read back from its checkpoint.
 *
 * @since 0.1.0
 */
export * from "./summaryOfEvents.ts"
export * from "./summaryOfRecord.ts"
