// @effect-diagnostics anyUnknownInErrorContext:off -- a command line takes programs that fail with anything
/**
 * A server of the Model Context Protocol on stdin and stdout. It ends when stdin does; a run that is under way then is
 * stopped like by any signal, and goes on when it is started again.
 *
 * @since 0.1.0
 */
import * as McpSchema from "@effect/ai/McpSchema"
import * as McpServer from "@effect/ai/McpServer"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as RpcServer from "@effect/rpc/RpcServer"
import { Deferred, Effect, type Exit, Fiber, Layer, Option, Schedule, type Scope, Sink, Stream } from "effect"
import { type Journal, RunHeld } from "../../pipeline/Journal.ts"
import { Given } from "../../pipeline/Question.ts"
import * as Run from "../../pipeline/Run.ts"
import * as RunState from "../../pipeline/RunState.ts"
import { AnswerInvalid } from "../../pipeline/Suspended.ts"
import type { Loaded, Outcome } from "../App.ts"
import * as resumeCommand from "../commands/resume.ts"
import * as finish from "../finish.ts"
import * as Watched from "../Watched.ts"
import * as elicitation from "./elicitation.ts"
import * as jsonRpc from "./jsonRpc.ts"
import * as tools from "./tools.ts"
import * as words from "./words.ts"

/** A client does not wait for ever: what takes longer is looked at again with `run_status`. */
const patience = "2 seconds"

/** @category running */
export const serve = (app: Loaded): Effect.Effect<Outcome, never, Journal> =>
  Effect.scoped(Effect.gen(function*() {
    const closed = yield* Deferred.make<void>()
    const ended = yield* Deferred.make<void>()
    const rpc = jsonRpc.make(app.io.stdout.draw)
    const client: Client = { offersElicitation: rpc.offersElicitation, closed: Deferred.await(closed) }
    const stdin = Stream.concat(
      Stream.orDie(NodeStream.stdin),
      // Whoever has said all that there is to say still gets every response.
      Stream.drain(Stream.fromEffect(Effect.all([
        Deferred.succeed(closed, undefined),
        rpc.idle,
        Deferred.succeed(ended, undefined)
      ])))
    )
    const protocol = Layer.provide(
      RpcServer.layerProtocolStdio({ stdin, stdout: Sink.drain }),
      Layer.succeed(RpcSerialization.RpcSerialization, rpc.serialization)
    )
    const server = Layer.effectDiscard(register(app, client, { scope: yield* Effect.scope, calls: new Set() })).pipe(
      Layer.provide(McpServer.layer({ name: app.name, version: app.version })),
      Layer.provide(protocol)
    )
    // In a fiber of its own: the protocol interrupts the one that it was made in.
    yield* Effect.forkScoped(Layer.launch(server))
    yield* Deferred.await(ended)
    return { text: "", json: null }
  }))

/** Whoever calls, and whether it can still be asked anything. */
interface Client {
  readonly offersElicitation: () => boolean
  readonly closed: Effect.Effect<void>
}

const register = Effect.fnUntraced(function*(app: Loaded, client: Client, running: Running) {
  const server = yield* McpServer.McpServer
  const journal = yield* Effect.context<Journal>()
  for (const tool of tools.make(app)) {
    yield* server.addTool({
      tool: new McpSchema.Tool({
        name: tool.name,
        title: tool.title,
        description: tool.description,
        inputSchema: tool.inputSchema,
        annotations: new McpSchema.ToolAnnotations({ title: tool.title, ...tool.hints })
      }),
      handle: (given) =>
        Effect.gen(function*() {
          const one = call(app)
          const calling = tool.call(one, given)
          if (!tool.runs) return resultOf(app, finish.documentOf(one, yield* Effect.exit(calling)))
          return resultOf(app, yield* attended(one, yield* settled(one, calling, running), client, running))
        }).pipe(Effect.provide(journal))
    })
  }
})

/** One call, which shows nothing on the way. */
const call = (app: Loaded): Loaded => ({
  ...app,
  json: true,
  isForAgent: true,
  parsed: { args: [], values: new Map([["progress", ["none"]]]), switches: new Map() },
  watched: Watched.make()
})

interface Settled {
  readonly code: number
  readonly document: unknown
}

/** What goes on in this server, whether or not somebody waits for it. */
interface Running {
  readonly scope: Scope.Scope
  readonly calls: Set<Loaded>
}

/** How a run ends, or that it is under way: also where it is another call that it is under way in. */
const settled = (
  app: Loaded,
  running: Effect.Effect<Outcome, unknown, Journal>,
  { calls, scope }: Running
): Effect.Effect<Settled & { readonly exit: Option.Option<Exit.Exit<Outcome, unknown>> }, never, Journal> =>
  Effect.gen(function*() {
    calls.add(app)
    const fiber = yield* Effect.forkIn(Effect.ensuring(running, Effect.sync(() => calls.delete(app))), scope)
    const underWay = (run: Option.Option<string>) => ({
      code: 0,
      document: {
        schema: "cairn.result/1",
        run: Option.getOrNull(run),
        program: Option.getOrNull(app.watched.summary.program),
        status: "running",
        next: { tool: "run_status", arguments: { run: Option.getOrNull(run) } }
      },
      exit: Option.none()
    })
    const isHere = (run: string) => [...calls].some(({ watched }) => Option.contains(watched.summary.run, run))
    const ended = Effect.map(Fiber.await(fiber), (exit) => {
      const held = exit._tag === "Failure" && exit.cause._tag === "Fail" && exit.cause.error instanceof RunHeld
        ? Option.some(exit.cause.error.run)
        : Option.none()
      return Option.exists(held, isHere)
        ? underWay(held)
        : { ...finish.documentOf(app, exit), exit: Option.some(exit) }
    })
    const late = Effect.sync(() => app.watched.summary).pipe(
      Effect.repeat({ until: ({ run }) => Option.isSome(run), schedule: Schedule.spaced("50 millis") }),
      Effect.delay(patience),
      Effect.zipRight(Effect.sync(() => underWay(app.watched.summary.run)))
    )
    return yield* Effect.raceFirst(ended, late)
  })

/** A run that waits, with its questions in full; those for a person are asked right away where the client can do that. */
const attended = (
  app: Loaded,
  { code, document, exit }: Effect.Effect.Success<ReturnType<typeof settled>>,
  client: Client,
  running: Running,
  asked: ReadonlyMap<string, number> = new Map()
): Effect.Effect<Settled, never, Journal | McpSchema.McpServerClient> =>
  Effect.gen(function*() {
    const isRefused = Option.exists(exit, (exit) =>
      exit._tag === "Failure" && exit.cause._tag === "Fail" && exit.cause.error instanceof AnswerInvalid)
    const { run } = app.watched.summary
    if (Option.isNone(run) || (code !== waiting && !isRefused)) {
      return { code, document }
    }
    const info = yield* Effect.option(Run.info(run.value))
    if (Option.isNone(info)) {
      return { code, document }
    }
    const requests = tools.requestsOf(app, info.value)
    if (client.offersElicitation()) {
      for (const request of RunState.openRequests(info.value.state)) {
        const times = asked.get(request.id) ?? 0
        const answer = request.ask === "user" && times < mostAsked ? yield* elicited(request, client) : Option.none()
        if (Option.isNone(answer)) {
          continue
        }
        const next = call(app)
        const answers = new Map([[request.id, Given.Text({ text: JSON.stringify(answer.value) })]])
        return yield* attended(
          next,
          yield* settled(next, resumeCommand.goOn(next, info.value, answers), running),
          client,
          running,
          new Map([...asked, [request.id, times + 1]])
        )
      }
    }
    return {
      code,
      document: { ...(document as object), requests, next: Option.getOrNull(words.nextOf(info.value)) }
    }
  })

const waiting = 42

/** So often a person is asked again in one call: whoever fills forms in by itself would do so for ever. */
const mostAsked = 3

/** What a person answers; nothing where no form could ask for it, or the person would not say. */
const elicited = (
  { answerSchema, previousErrors, prompt }: ReturnType<typeof RunState.openRequests>[number],
  { closed }: Client
): Effect.Effect<Option.Option<unknown>, never, McpSchema.McpServerClient> =>
  Effect.transposeMapOption(elicitation.form(answerSchema), ({ answerOf, requestedSchema }) =>
    Effect.gen(function*() {
      const client = yield* Effect.flatMap(McpSchema.McpServerClient, ({ getClient }) => getClient)
      const message = [prompt, ...previousErrors.map((error) => `Not accepted: ${error}`)].join("\n")
      const { action, ...result } = yield* client["elicitation/create"]({ message, requestedSchema })
      return action === "accept" && "content" in result ? Option.some(answerOf(result.content)) : Option.none()
    }).pipe(
      Effect.scoped,
      Effect.orElseSucceed(Option.none),
      Effect.raceFirst(Effect.as(closed, Option.none()))
    )).pipe(Effect.map(Option.flatten))

/** What a tool says: its document, and where it failed a few words for whoever reads no JSON. */
const resultOf = (app: Loaded, { code, document }: Settled): McpSchema.CallToolResult => {
  const isError = code !== 0 && code !== waiting
  const { error: found, ...rest } = document as { readonly error?: words.Problem }
  if (!isError || found === undefined) {
    const text = JSON.stringify(document)
    return new McpSchema.CallToolResult({ isError, structuredContent: document, content: [{ type: "text", text }] })
  }
  const error = words.ofFailure(app, found)
  return new McpSchema.CallToolResult({
    isError,
    structuredContent: { ...rest, error },
    content: [{ type: "text", text: `error  ${error.message}\nfix    ${error.fix}` }]
  })
}
