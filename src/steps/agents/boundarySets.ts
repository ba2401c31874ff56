/**
 * Boundaries that fit any agent of a kind: what stands in for those that nobody has written yet.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"

/** @category models */
export const BoundarySet = Schema.Literal("testing", "architecture", "code_review", "orchestration", "default")
export type BoundarySet = typeof BoundarySet.Type

/** @category models */
export interface Rules {
  readonly always: ReadonlyArray<string>
  readonly never: ReadonlyArray<string>
  readonly ask: ReadonlyArray<string>
}

/** The words that choose a set, in the order in which the sets are tried. */
const choosers: ReadonlyArray<readonly [set: BoundarySet, words: ReadonlyArray<string>]> = [
  ["testing", ["test", "coverage", "verification", "pytest", "vitest"]],
  ["architecture", ["architect", "design", "solid", "pattern", "structure"]],
  ["code_review", ["review", "quality", "lint", "format", "style"]],
  ["orchestration", ["orchestrat", "workflow", "phase", "task", "manage"]]
]

/**
 * The set that fits an agent, by the first word of its name or description that says so.
 *
 * @category accessors
 */
export const choose = (name: string, description: string): BoundarySet => {
  const about = `${name} ${description}`.toLowerCase()
  return choosers.find(([, words]) => words.some((word) => about.includes(word)))?.[0] ?? "default"
}

/** @category constants */
export const sets: Readonly<Record<BoundarySet, Rules>> = {
  testing: {
    always: [
      "Make sure that the project builds before any test is run (a broken build fails every test)",
      "Use the test runner that the project has already set up (its results count)",
      "Name the failing test, what it expected and what it got (the next step is clear)",
      "Cover the unhappy paths beside the happy one (that is where defects hide)",
      "Leave each test independent of the others and of their order (failures stay reproducible)"
    ],
    never: [
      "Never call work finished while a test fails (red means not done)",
      "Never weaken or delete a test to make it pass (it would stop telling the truth)",
      "Never depend on the network, the clock or chance in a unit test (it would fail at random)",
      "Never report coverage that was not measured (numbers must be real)",
      "Never leave a skipped test without a reason (it would be forgotten)"
    ],
    ask: [
      "A test fails now and then: ask whether to fix it first or to set it apart",
      "Coverage falls short of the goal: ask whether the gap is acceptable for this change",
      "The code under test would have to change to be testable: ask before changing it"
    ]
  },
  architecture: {
    always: [
      "Name the forces behind a design before proposing one (a choice needs its reasons)",
      "Compare at least two ways and say what each costs (the trade-off stays visible)",
      "Keep dependencies pointing in one direction (parts can change alone)",
      "Check that each part can be tested by itself (what cannot be tested erodes)",
      "Prefer the structures that the code base already has (it stays one system)"
    ],
    never: [
      "Never introduce an abstraction without a second use for it (it costs every reader)",
      "Never let one layer reach around another (the boundary would be gone)",
      "Never accept a cycle between modules (nothing in it can be understood alone)",
      "Never hide a broken invariant behind a workaround (it comes back elsewhere)",
      "Never change a public contract in passing (others rely on it)"
    ],
    ask: [
      "A technique that is new to the team: ask whether it is worth learning for this",
      "Speed and clarity pull in different directions: ask which one counts here",
      "The change grows beyond what was asked for: ask whether to split it"
    ]
  },
  code_review: {
    always: [
      "Read the whole change and what calls it before commenting (context decides)",
      "Say for each finding what is wrong, why it matters and how to mend it (it can be acted on)",
      "Tell what must change apart from what is a matter of taste (priorities stay clear)",
      "Check how the change behaves when something fails (errors are part of it)",
      "Confirm that tests cover the behaviour that changed (so that it stays)"
    ],
    never: [
      "Never approve a change that does not build or fails its checks (the main branch stays usable)",
      "Never let a secret or personal data pass (it cannot be taken back)",
      "Never demand a rewrite for style alone (the formatter decides)",
      "Never approve code that was not understood (a review is a second opinion)",
      "Never mix a finding with a judgement of its author (the code is under review)"
    ],
    ask: [
      "The project's conventions contradict each other: ask which one holds",
      "A finding lies outside of the change: ask whether it belongs into another one",
      "A risk cannot be judged from the code alone: ask for the intent behind it"
    ]
  },
  orchestration: {
    always: [
      "Check that everything a step needs is there before it starts (it would fail halfway)",
      "Keep to the agreed order of the steps (later ones build on earlier ones)",
      "Record what each step decided and produced (the work can be resumed)",
      "Hand over the full context with every piece of work (whoever takes it can begin)",
      "Report progress and what blocks it as it happens (nobody waits in the dark)"
    ],
    never: [
      "Never skip a required step to save time (its absence shows later)",
      "Never start dependent work before its inputs are final (it would be done twice)",
      "Never lose the state of a run when a step fails (it has to be picked up again)",
      "Never give one piece of work to two workers (they would collide)",
      "Never report success for a step that was not checked (others rely on it)"
    ],
    ask: [
      "A check passes only narrowly: ask whether that is good enough to go on",
      "A step takes far longer than planned: ask whether to wait, split or stop it",
      "The plan no longer fits the goal: ask before leaving it"
    ]
  },
  default: {
    always: [
      "Read the code around a change before making it (it may rely on more than it shows)",
      "Keep to the conventions of the project at hand (the result looks like one hand's)",
      "State what was assumed wherever the request leaves room (it can be corrected early)",
      "Check the result against the request before handing it over (nothing is left out)",
      "Explain a decision that is not obvious in one sentence (others can follow it)"
    ],
    never: [
      "Never go beyond what was asked for without saying so (surprises cost trust)",
      "Never present a guess as a fact (decisions are built on it)",
      "Never delete or overwrite what cannot be restored (there is no way back)",
      "Never leave the project in a broken state (others work on it)",
      "Never write a secret into code, logs or output (it spreads from there)"
    ],
    ask: [
      "Several ways are equally good: ask which one is wanted",
      "The request contradicts what the project does elsewhere: ask which one holds",
      "A change would touch public behaviour or stored data: ask before making it"
    ]
  }
}
