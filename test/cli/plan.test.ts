import { afterAll, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { Agent, AgentHandOff, Field, Interviewer, Pipeline, Program, Step, Validation, Workspace } from "effect-cairn"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import { isJson, temporary } from "./command.ts"
import { callOf } from "./within.ts"

const made = temporary()
let cwd = ""

/** Whether what is used may be used; where it may not, it dies, and it is told of. */
let mayUse = true
const used: Array<string> = []

afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  cwd = fs.mkdtempSync(join(made, "run-"))
  mayUse = true
  used.length = 0
})

const guarded = <A>(what: string, value: A) =>
  Effect.suspend(() => {
    if (mayUse) return Effect.succeed(value)
    used.push(what)
    return Effect.dieMessage(`${what} was used`)
  })

const layer = Layer.mergeAll(
  Layer.succeed(Agent.Agent, {
    ask: ({ answer }) => Effect.orDie(Effect.flatMap(guarded("the agent", "yes"), Schema.decodeUnknown(answer)))
  }),
  Layer.succeed(Interviewer.Interviewer, {
    isAttended: true,
    fingerprint: "",
    prepare: () => Effect.dieMessage("nobody prepares"),
    ask: () => guarded("the interviewer", "blue")
  }),
  Layer.succeed(Workspace.Workspace, {
    root: "/",
    read: () => Effect.dieMessage("nobody reads"),
    fingerprint: () => Effect.succeed("the same"),
    place: () => Effect.dieMessage("nobody places"),
    write: () => guarded("the workspace", []),
    holds: () => Effect.succeed(true),
    changed: () => Effect.succeed([])
  })
)

class Unready extends Schema.TaggedError<Unready>()("Unready", {}) {
  override get message() {
    return "It is not ready"
  }
  get fix() {
    return "Wait."
  }
}

const step = <E, R>(name: string, run: Effect.Effect<unknown, E, R>, writes = false) =>
  Step.make(name, {
    title: `Doing ${name}`,
    input: Schema.String,
    success: Schema.String,
    failure: Unready,
    writes,
    fingerprint: () => Effect.succeed("the same"),
    run: (text) =>
      Effect.zipRight(
        guarded(`the body of ${name}`, ""),
        Effect.catchAll(Effect.as(run, text), () => Effect.fail(new Unready()))
      )
  })

const asking = step(
  "asking",
  Effect.flatMap(Agent.Agent, (agent) => agent.ask({ name: "q", prompt: "Which?", answer: Schema.String }))
)
const speaking = step(
  "speaking",
  Effect.flatMap(Interviewer.Interviewer, (interviewer) =>
    interviewer.ask({
      question: { _tag: "Text", id: "q", section: "", text: "Which?" },
      rule: { says: "anything", check: Validation.all<string>() },
      before: [],
      answered: [],
      isTakenBack: false,
      mayGoBack: false,
      otherwise: Option.none()
    }))
)
const writing = step("writing", Effect.flatMap(Workspace.Workspace, (workspace) => workspace.write([])), true)

const Input = Schema.Struct({
  name: Schema.String.pipe(Field.argument),
  file: Schema.optional(Schema.String.pipe(Field.path))
})

const base = Pipeline.make("planned", { input: Input }).pipe(
  Pipeline.step("asked", asking, ({ input }) => input.name),
  Pipeline.when("never", writing, () => Option.none<string>()),
  Pipeline.step("said", speaking, ({ input }) => input.name)
)

const failing = step("last", Effect.fail("no"))

const about = { description: "Uses everything.", examples: [{ command: "planned it" }], layer: () => layer }

const planned = Program.make(
  base.pipe(
    Pipeline.step("written", writing, ({ said }) => said),
    Pipeline.step("last", failing, ({ asked, said }) => said + asked)
  ),
  about
)

const renamed = Program.make(
  base.pipe(
    Pipeline.step("wrote", writing, ({ said }) => said),
    Pipeline.step("last", failing, ({ asked, said }) => said + asked)
  ),
  about
)

const said = (args: string, program: Program.Program<unknown> = planned) =>
  Effect.suspend(() =>
    callOf({ name: "app", version: "1", programs: [program] }, args.split(" "), { cwd, env: { NO_COLOR: "1" } })
  )

/** Everything below the folder, with when it was changed. */
const disk = () =>
  fs.readdirSync(cwd, { recursive: true, encoding: "utf8" }).sort().map((path) => {
    const { ino, mode, mtimeNs, size } = fs.lstatSync(join(cwd, path), { bigint: true })
    return `${path} ${ino} ${mode} ${size} ${mtimeNs}`
  })

/** A plan that was made where nothing may be used, and left nothing behind. */
const plan = (args: string, program?: Program.Program<unknown>) =>
  Effect.gen(function*() {
    mayUse = false
    const before = disk()
    const ended = yield* said(args, program)
    assert.deepStrictEqual([disk(), used], [before, []])
    mayUse = true
    return ended
  })

const table = ({ stdout }: { readonly stdout: string }) =>
  stdout.trimEnd().split("\n").map((line) => line.replaceAll(/ {2,}/g, " | "))

const id = "planned-bb8e01a3-1"

describe("a plan", () => {
  it.live("says of each step what would become of it, uses nothing, and leaves nothing behind", () =>
    Effect.gen(function*() {
      const anew = yield* plan("plan planned it")

      assert.deepStrictEqual([anew.code, anew.stderr], [0, ""])
      assert.deepStrictEqual(table(anew), [
        "planned · would begin a run",
        "",
        "STEP | PLAN | WHY",
        "1/5 | Doing asking | will run",
        "2/5 | Doing writing | skipped",
        "3/5 | Doing speaking | will run",
        "4/5 | Doing writing | will run | step 3 runs first",
        "5/5 | Doing last | will run | step 1 runs first"
      ])
      yield* said("planned it -q")
      assert.deepStrictEqual(table(yield* plan("plan planned it")), [
        `planned · would go on with run ${id} (failed)`,
        "",
        "STEP | PLAN | WHY",
        "1/5 | Doing asking | cached",
        "2/5 | Doing writing | skipped",
        "3/5 | Doing speaking | cached",
        "4/5 | Doing writing | cached",
        "5/5 | Doing last | will run | it failed before",
        "",
        `Go on: app resume ${id}`
      ])
      assert.deepStrictEqual((yield* plan("plan planned it --new")).stdout, anew.stdout)
      assert.deepStrictEqual(table(yield* plan("plan @last --from said")).slice(3), [
        "1/5 | Doing asking | cached",
        "2/5 | Doing writing | skipped",
        "3/5 | Doing speaking | will run | asked for with --from said",
        "4/5 | Doing writing | will run | step 3 runs first",
        "5/5 | Doing last | will run | step 3 runs first",
        "",
        `Go on: app resume ${id} --from said`
      ])
    }))

  it.live("is made of code that changed, for a run by its name, as one document too", () =>
    Effect.gen(function*() {
      yield* said("planned it -q")

      assert.deepStrictEqual(table(yield* plan("plan planned it", renamed)).slice(-3), [
        `"written" is gone and "wrote" is new: if it was renamed, { was: "written" } keeps what is recorded of it`,
        "",
        `Go on: app resume ${id}`
      ])
      const document = isJson((yield* plan(`plan ${id.slice(0, 10)} --json`, renamed)).stdout)
      assert.deepStrictEqual(document, {
        schema: "cairn.plan/1",
        program: "planned",
        run: { id, status: "failed" },
        of: 5,
        steps: [
          { key: "asked", number: 1, title: "Doing asking", plan: "cached", why: null, after: null },
          { key: "never", number: 2, title: "Doing writing", plan: "skipped", why: null, after: null },
          { key: "said", number: 3, title: "Doing speaking", plan: "cached", why: null, after: null },
          { key: "wrote", number: 4, title: "Doing writing", plan: "will run", why: null, after: null },
          { key: "last", number: 5, title: "Doing last", plan: "will run", why: "it failed before", after: null }
        ],
        renames: [{ was: "written", now: "wrote" }],
        gone: [],
        next: `app resume ${id} --json`
      })
    }))

  it.live("knows of an answer that lies there already, and leaves it where it is", () =>
    Effect.gen(function*() {
      const handedOver = Step.make("handedOver", {
        title: "Doing asking",
        input: Schema.String,
        success: Schema.String,
        failure: Agent.Failure,
        run: () =>
          Effect.zipRight(
            guarded("the body that asks", ""),
            Agent.ask({ name: "q", prompt: "Which?", answer: Schema.String })
          )
      })
      const handing = Program.make(
        Pipeline.make("planned", { input: Input }).pipe(
          Pipeline.step("asked", handedOver, ({ input }) => input.name),
          Pipeline.step("last", step("last", Effect.void), ({ asked }) => asked)
        ),
        { ...about, layer: () => AgentHandOff.layer() }
      )
      const planned = (first: string) => [
        `planned · would go on with run ${id} (waiting)`,
        "",
        "STEP | PLAN | WHY",
        `1/2 | Doing asking | ${first}`,
        "2/2 | Doing last | will run | step 1 runs first"
      ]
      assert.strictEqual((yield* said("planned it -q", handing)).code, 42)
      const folder = join(cwd, ".cairn", "runs", id)
      const [request = ""] = fs.readdirSync(join(folder, "requests"))
      const answer = join(folder, "responses", request)

      const asked = planned("will ask | it waits for an answer")
      assert.deepStrictEqual(table(yield* plan("plan @last", handing)).slice(0, 5), asked)
      // What must not be read answers nothing.
      fs.mkdirSync(dirname(answer), { mode: 0o700, recursive: true })
      fs.symlinkSync("elsewhere", answer)
      assert.deepStrictEqual(table(yield* plan("plan @last", handing)).slice(0, 5), asked)
      fs.rmSync(answer)
      fs.writeFileSync(answer, "\"yes\"", { mode: 0o600 })
      for (const args of ["plan @last", "plan planned it"]) {
        assert.deepStrictEqual(table(yield* plan(args, handing)).slice(0, 5), planned("will run"))
      }
    }))

  it.live("says what is missing or was meant", () =>
    Effect.gen(function*() {
      const cases = [
        ["plan", 2, "<program> is missing."],
        ["plan planned", 2, "<name> is missing."],
        ["plan planed", 2, "Did you mean: app plan planned"],
        ["plan nothing", 2, "There is no run \"nothing\""],
        ["plan planned it --compensate", 2, "app plan planned has no option --compensate."],
        ["plan planned it --flie x", 2, "Did you mean --file?"],
        ["plan planned --help", 0, ""]
      ] as const
      for (const [args, code, words] of cases) {
        const ended = yield* plan(args)
        assert.strictEqual(ended.code, code, args)
        assert.include(ended.stderr, words)
      }
      yield* said("planned it -q")
      assert.include((yield* plan("plan @last --from sadi")).stderr, "\"planned\" has no step \"sadi\"")
    }))

  it.live("is completed like the command that it is about", () =>
    Effect.gen(function*() {
      yield* said("planned it -q")
      const offered = (...words: ReadonlyArray<string>) =>
        Effect.map(
          callOf({ name: "app", version: "1", programs: [planned] }, ["__complete", "--", ...words], { cwd }),
          ({ stdout }) => stdout.split("\n").slice(0, -1).map((line) => line.split("\t")[0])
        )

      assert.deepStrictEqual(yield* offered("plan", ""), ["planned", id, "@last"])
      assert.deepStrictEqual(yield* offered("plan", "--fr"), ["--from"])
      assert.deepStrictEqual(yield* offered("plan", "planned", "--f"), ["--file"])
      assert.deepStrictEqual(yield* offered("plan", "planned", "--ne"), ["--new"])
      assert.deepStrictEqual(yield* offered("plan", "planned", "--file", ""), [":files"])
    }))
})
