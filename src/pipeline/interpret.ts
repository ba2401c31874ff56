// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- the types of steps are erased inside the kernel; they are on its doors
/**
 * Runs a pipeline, node by node: selectors are evaluated, what is recorded and still fits is taken, the rest is
 * executed.
 *
 * @since 0.1.0
 */
import { Cause, Effect, Either, Exit, Option } from "effect"
import { died, type Executor, failed, gravity, Stop } from "./Executor.ts"
import { fan } from "./fan.ts"
import { at, below, digestsFor, fedBy, type Frame, give, look } from "./frame.ts"
import { escaped, unescaped } from "./itemKey.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Plan from "./Plan.ts"
import { chain, isReady, type Running } from "./ready.ts"
import { type At, runStep, stillStands } from "./runStep.ts"
import * as Step from "./Step.ts"
import * as Validation from "./Validation.ts"

/**
 * Runs a pipeline on an input and gives its output.
 *
 * @category running
 * @since 0.1.0
 */
export const interpret = (
  executor: Executor,
  pipeline: Pipeline.Any,
  input: unknown,
  options: {
    readonly dryRun: boolean
    /** False where nothing of it is recorded. */
    readonly record?: boolean
    readonly simulated?: () => void
    /** False where steps do not look at the world: what is recorded counts, whatever they would find there. */
    readonly looks?: boolean
    /** Only foretells what would run, and is told of each node in its order. */
    readonly foretold?: (node: Pipeline.Node, stop: Stop | undefined) => void
  }
): Running =>
  Effect.suspend(() => {
    const { foretold } = options
    return runPipeline(pipeline, {
      executor,
      prefix: "",
      was: undefined,
      state: { input },
      numbering: Plan.numbering(pipeline),
      mode: {
        alone: true,
        dryRun: options.dryRun,
        record: options.record ?? true,
        simulated: options.simulated ?? (() => {}),
        made: () => {},
        foretelling: foretold !== undefined,
        looks: options.looks ?? true,
        stands: undefined
      },
      after: "",
      digests: digestsFor(pipeline),
      pretended: options.dryRun || foretold !== undefined ? new Set() : undefined,
      passed: foretold && ((node, stop) => {
        foretold(node, stop)
        return Effect.void
      })
    })
  })

const runPipeline = (pipeline: Pipeline.Any, frame: Frame): Running => {
  const { foretelling } = frame.mode
  const give = () => giveOutput(pipeline, frame)
  if (pipeline.definition.isChain && !foretelling) return Effect.flatMap(runChain(pipeline, frame), give)
  const nodes = foretelling ? Pipeline.nodes(pipeline).flatMap(apart) : Pipeline.nodes(pipeline)
  const { numbering, passed } = frame
  let index = 0
  const rest: Running = Effect.suspend(() => {
    while (index < nodes.length) {
      const before = numbering?.before[index]
      const node = nodes[index++]!
      const running = foretelling
        ? foretell(frame, node)
        : passed === undefined
        ? runNode(frame, node, before)
        : chain(runNode(frame, node, before), () => passed(node))
      if (!isReady(running)) return Effect.flatMap(running, () => rest)
    }
    return give()
  })
  return rest
}

const giveOutput = (pipeline: Pipeline.Any, frame: Frame): Running => {
  const { output } = pipeline.definition
  if (output === undefined) return Effect.void
  return chain(look(frame, frame.prefix, output.select), ({ pretended, value }) => {
    if (pretended) frame.mode.simulated()
    return Effect.succeed(value)
  })
}

/** Each unit is a check of the chain. What failed is told as it failed, after the report. */
const runChain = (pipeline: Pipeline.Any, frame: Frame): Running =>
  Effect.gen(function*() {
    const nodes = Pipeline.nodes(pipeline)
    let index = 0
    let failure: Stop | undefined
    /** The next unit, and what is announced before it. */
    const next: Running<ReadonlyArray<Validation.Issue>> = Effect.suspend(() => {
      const before = frame.numbering?.before[index]
      const node = nodes[index++]
      if (node === undefined) return Effect.succeed([])
      const running = chain(runNode(frame, node, before), () => frame.passed?.(node) ?? Effect.void)
      if (node._tag === "Announce") return Effect.zipRight(running, next)
      return Effect.map(running, () => node._tag === "Validate" ? warningsIn(frame.state[node.key]) : [])
    })
    const report = yield* Validation.runWith(Pipeline.toValidation(pipeline), () =>
      Effect.catchAll(next, (stop) => {
        if (stop.gravity !== gravity.failed) return Effect.fail(stop)
        failure = stop
        return Effect.succeed(issuesOf(Option.getOrUndefined(Cause.failureOption(stop.cause))))
      })).pipe(
        Effect.catchTag("ValidationFailed", ({ report }) => Effect.succeed(report))
      )
    const path = frame.prefix.replace(/\/$/, "")
    yield* frame.executor.show((at) => ({ _tag: "Validated", at, path, report }))
    return failure === undefined ? yield* next : yield* Effect.fail(failure)
  })

const warningsIn = (report: unknown): ReadonlyArray<Validation.Issue> => (report as Validation.Report).warnings

const issuesOf = (error: unknown): ReadonlyArray<Validation.Issue> =>
  error instanceof Validation.ValidationFailed
    ? [...error.issues, ...error.report.warnings]
    : [Validation.error("failed", String(error))]

/**
 * Passes over a node that would have to run, or to wait for one: its value is not there for those that come after. A
 * failure that stands is one for whoever recovers from it.
 */
const foretell = (frame: Frame, node: Pipeline.Node): Running => {
  const passed = () => frame.passed?.(node) ?? Effect.void
  const running = runNode(frame, node, undefined)
  return isReady(running) ? passed() : Effect.matchEffect(running, {
    onFailure: (stop) => {
      const isPassed = stop.gravity === gravity.asking || (frame.prefix === "" && stop.gravity !== gravity.broken)
      if (!isPassed) return Effect.fail(stop)
      for (const key of Pipeline.keysOf(node)) frame.pretended?.add(key)
      return frame.passed?.(node, stop) ?? Effect.void
    },
    onSuccess: passed
  })
}

/** Units side by side are foretold one by one. */
const apart = (node: Pipeline.Node): ReadonlyArray<Pipeline.Node> =>
  node._tag === "All"
    ? node.branches.map((branch) => ({ _tag: "Step", ...branch, after: [], was: undefined }))
    : [node]

/** `before` numbered keys are before those of the node. */
const runNode = (frame: Frame, node: Pipeline.Node, before: number | undefined): Running => {
  switch (node._tag) {
    case "Step":
      return chain(look(frame, node.key, node.select, node.after), (selected) =>
        chain(
          runUnit(
            at(frame, node.key, node.unit, before, selected.pretended, node),
            node.unit,
            selected.value
          ),
          (value) => give(frame, node.key, value)
        ))
    case "When":
      return chain(look(frame, node.key, node.select), ({ pretended, value: input }) => {
        const here = at(frame, node.key, node.unit, before, pretended)
        if (Option.isNone(input)) {
          return chain(
            frame.executor.show((now) => ({ _tag: "Skipped", at: now, ...here.place })),
            () => give(frame, node.key, Option.none())
          )
        }
        return chain(runUnit(here, node.unit, input.value), (value) => give(frame, node.key, Option.some(value)))
      })
    case "All":
      return runAll(frame, node, before)
    case "ForEach":
      return chain(look(frame, node.key, (state) => Array.from(node.items(state))), (selected) => {
        const here = at(frame, node.key, node.unit, before, selected.pretended)
        return chain(runForEach(here, node, selected.value), (value) => give(frame, node.key, value))
      })
    case "Repeat":
      return chain(look(frame, node.key, node.initial), (selected) => {
        const here = at(frame, node.key, node.unit, before, selected.pretended)
        return chain(runRepeat(frame, here, node, selected.value), (value) => give(frame, node.key, value))
      })
    case "CatchTag":
      return chain(look(frame, node.key, node.select), (selected) => {
        const here = at(frame, node.key, node.unit, before, selected.pretended)
        return chain(runCatchTag(frame, here, node, selected.value), (value) => give(frame, node.key, value))
      })
    case "Validate":
      return chain(look(frame, node.key, node.select), (selected) => {
        const here = at(frame, node.key, undefined, before, selected.pretended)
        return chain(runValidate(here, node, selected.value), (value) => give(frame, node.key, value))
      })
    case "Announce":
      return chain(
        look(frame, frame.prefix, node.announce),
        ({ value }) => frame.executor.show((now) => ({ _tag: "Announced", at: now, announcement: value }))
      )
  }
}

const runUnit = (at: At, unit: Pipeline.AnyUnit, input: unknown): Running =>
  Step.isStep(unit) ? runStep(at, unit.definition, input) : runNested(at, unit, input)

// --- a pipeline at a place of another

const runNested = (at: At, pipeline: Pipeline.Any, input: unknown): Running => {
  return grouped(at, pipeline.name, Plan.numbering(pipeline).of, (ended) =>
    runPipeline(pipeline, {
      executor: at.executor,
      prefix: `${at.place.path}/`,
      was: at.was === undefined ? undefined : `${at.was}/`,
      state: { input },
      numbering: undefined,
      mode: at.mode,
      after: at.after,
      digests: digestsFor(pipeline),
      pretended: at.mode.dryRun || at.mode.foretelling ? new Set() : undefined,
      passed: (node) => ended(true, Plan.seenIn(node))
    }))
}

// --- several units of one node

const runAll = (
  frame: Frame,
  node: Extract<Pipeline.Node, { _tag: "All" }>,
  before: number | undefined
): Running => {
  const units: Array<() => Running> = []
  let count = before
  const alone = node.branches.length === 1 || node.concurrency <= 1
  for (const { key, select, unit } of node.branches) {
    const selected = look(frame, key, select)
    if (!isReady(selected)) return selected
    const { pretended, value } = selected.value
    const here = at(frame, key, unit, count, pretended, { alone })
    if (count !== undefined && !Plan.isHidden(unit)) count++
    units.push(() => runUnit(here, unit, value))
  }
  const all = fan(units.length, node.concurrency, (index) => units[index]!(), { keep: true, ended: () => Effect.void })
  return Effect.map(all, (values) => {
    for (const [index, { key }] of node.branches.entries()) frame.state[key] = values[index]
  })
}

const runForEach = (
  at: At,
  node: Extract<Pipeline.Node, { _tag: "ForEach" }>,
  selected: ReadonlyArray<unknown>
): Running => {
  const items: Array<readonly [path: string, item: unknown]> = []
  const seen = new Set<string>()
  try {
    for (const item of selected) {
      const key = node.itemKey(item as never, items.length)
      if (key === "" || seen.has(key)) {
        const what = key === "" ? "an item has an empty key" : `two items have the key "${key}"`
        return Effect.fail(died(at.place.path, new Error(`${what}; each item needs one of its own`)))
      }
      seen.add(key)
      items.push([escaped(key), item])
    }
  } catch (defect) {
    return Effect.fail(died(at.place.path, defect))
  }
  const mode = { ...at.mode, alone: at.mode.alone && (node.concurrency <= 1 || items.length <= 1) }
  return grouped(at, node.key, items.length, (ended) =>
    fan(items.length, node.concurrency, (index) => {
      const [key, item] = items[index]!
      const here = below(at, key, { title: `${at.place.title}: ${unescaped(key)}` })
      return runUnit({ ...here, mode }, node.unit, item)
    }, { keep: !node.discard, ended }).pipe(Effect.map((values) => (node.discard ? undefined : values))))
}

/** Shows how far the units of a node have come. */
const grouped = (
  at: At,
  name: string,
  total: number,
  run: (ended: (succeeded: boolean, units?: number) => Effect.Effect<void>) => Running
): Running => {
  let done = 0
  let failures = 0
  const tell = (open: boolean) =>
    at.executor.show((now) => ({ _tag: "GroupProgressed", at: now, ...at.place, done, total, failed: failures, open }))
  const ended = (succeeded: boolean, units = 1) => {
    if (succeeded) done += units
    else failures += units
    return units === 0 ? Effect.void : tell(true)
  }
  // Whoever goes back begins again, and nothing is over.
  return Effect.onExit(
    Effect.zipRight(tell(true), at.executor.within(at.place, name, run(ended))),
    (exit) => Exit.isFailure(exit) && isGoingBack(exit.cause) ? Effect.void : tell(false)
  )
}

const isGoingBack = (cause: Cause.Cause<Stop>): boolean =>
  Option.exists(Cause.failureOption(cause), (stop) => stop.gravity === gravity.goingBack)

const runRepeat = (
  frame: Frame,
  at: At,
  node: Extract<Pipeline.Node, { _tag: "Repeat" }>,
  initial: unknown
): Running => {
  const { path } = at.place
  let here = at
  let input = initial
  let attempt = 0

  const exhausted = (value: unknown) =>
    failed(path, new Pipeline.RepeatExhausted({ key: node.key, times: node.times, last: encodedBy(node.unit, value) }))

  /** The result where it is good enough; otherwise `input` is what the next attempt begins with. */
  const judge = (value: unknown): Running<Option.Option<unknown>> =>
    chain(look(frame, path, (state) => node.until(value as never, state)), (enough) => {
      here = fedBy(frame, here, node.key, enough.pretended)
      if (enough.value) return Effect.succeedSome(value)
      if (++attempt >= node.times) return Effect.fail(exhausted(value))
      return chain(look(frame, path, (state) => node.next(value as never, state)), (next) => {
        here = fedBy(frame, here, node.key, next.pretended)
        input = next.value
        return Effect.succeedNone
      })
    })

  const rest: Running = Effect.suspend(() => {
    while (true) {
      const judged = chain(runUnit(below(here, String(attempt), at.place), node.unit, input), judge)
      if (!isReady(judged)) {
        return Effect.flatMap(judged, Option.match({ onNone: () => rest, onSome: Effect.succeed }))
      }
      if (Option.isSome(judged.value)) return Effect.succeed(judged.value.value)
    }
  })
  return rest
}

/** What a unit gave, as it is recorded. */
const encodedBy = (unit: Pipeline.AnyUnit, value: unknown): unknown => {
  const codec = Step.isStep(unit) ? unit.definition.success : unit.definition.output?.codec
  return codec === undefined ? null : Either.getOrElse(codec.encode(value), () => null)
}

const runCatchTag = (
  frame: Frame,
  at: At,
  node: Extract<Pipeline.Node, { _tag: "CatchTag" }>,
  input: unknown
): Running => {
  const { executor, place, was } = at
  const recovery: At = {
    ...at,
    place: { ...place, path: `${place.path}#catch`, title: Plan.titleOf(node.recovery) },
    was: was === undefined ? undefined : `${was}#catch`
  }
  const catching = (running: Running, recover: (at: At, input: unknown) => Running): Running =>
    Effect.catchAll(running, (stop) => {
      const error = Option.getOrUndefined(Cause.failureOption(stop.cause))
      if (stop.gravity !== gravity.failed || !hasTag(error, node.tag)) return Effect.fail(stop)
      return chain(
        look(frame, place.path, (state) => node.input(error as never, state)),
        ({ pretended, value }) => recover(fedBy(frame, recovery, node.key, pretended), value)
      )
    })
  const recover = (at: At, input: unknown) => runUnit(at, node.recovery, input)
  const afresh = () => catching(runUnit(at, node.unit, input), recover)
  if (!executor.hasRecovery(recovery.place.path, recovery.was)) return afresh()

  // A recorded recovery stands, and with it the failure that it is from, as long as neither was made from anything else.
  let stood = false
  const standing = { ...at, mode: { ...at.mode, stands: () => void (stood = true) } }
  return catching(runUnit(standing, node.unit, input), (at, input) =>
    stood
      ? Effect.flatMap(stillStands(at, node.recovery, input), (stands) => stands ? recover(at, input) : afresh())
      : recover(at, input))
}

const hasTag = (error: unknown, tag: string): boolean =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === tag

const runValidate = (at: At, node: Extract<Pipeline.Node, { _tag: "Validate" }>, value: unknown): Running => {
  const { steps, validation } = node
  return grouped(at, node.key, steps.size, (ended) =>
    Effect.mapError(
      Validation.runWith(validation, ({ name }) => {
        const step = steps.get(name)
        if (step === undefined) return Effect.fail(died(at.place.path, new Error(`two checks are named "${name}"`)))
        const here = below(at, escaped(name), { title: step.title, hidden: true })
        return runStep(here, step.definition, value).pipe(
          Effect.tap(() => ended(true)),
          Effect.map((issues) => issues as ReadonlyArray<Validation.Issue>),
          Effect.catchAll((stop) => {
            const error = Option.getOrUndefined(Cause.failureOption(stop.cause))
            return error instanceof Validation.CheckFailed
              ? Effect.as(ended(false), error.issues)
              : Effect.fail(stop)
          })
        )
      }),
      (error) => error instanceof Stop ? error : failed(at.place.path, error)
    ))
}
