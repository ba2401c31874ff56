/**
 * `selftest`, for tests from outside.
 *
 * @since 0.1.0
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Program from "../pipeline/Program.ts"
import * as Selftest from "../programs/selftest.ts"

/**
 * Writes down what it does, for tests from outside. It is not among the programs that help shows.
 *
 * @category programs
 * @since 0.1.0
 */
export const selftest = Program.make({ name: "selftest", input: Selftest.Input, pipeline: Selftest.selftest }, {
  description: "Runs steps that write down what they do, so that they can be killed and looked at.",
  examples: [{ command: "selftest chain --steps 10 --effects effects.jsonl" }],
  hidden: true,
  layer: () => NodeFileSystem.layer
})
