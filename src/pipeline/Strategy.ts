// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- a fallback stands for services whose types it does not know; they are on its doors
/**
 * Named layers for one service, of which one is chosen, and the fallback from one to another.
 *
 * @since 0.1.0
 */
import { Cause, Context, Effect, Either, Layer, Option, Schema, type Types } from "effect"
import { type Choice, CurrentStep } from "./CurrentStep.ts"
import * as problem from "./problem.ts"
import { type Remembered, Secrets } from "./Secrets.ts"
import { Suspended } from "./Suspended.ts"

/**
 * Layers by name, each of which gives `Out`, may fail with `E` and needs `R`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Strategy<in out Name extends string, in Out, out E = never, out R = never> {
  readonly names: readonly [Name, ...Array<Name>]
  /** One of the names: what a settings or an input schema takes for it. It is described by `help`. */
  readonly Name: Schema.Literal<[Name, ...Array<Name>]>
  /** What each name stands for: `ai: an agent writes it; static: keywords decide`. */
  readonly help: string
  /** What a name stands for, in a few words; empty where nobody said. */
  readonly helpOf: (name: Types.NoInfer<Name>) => string
  readonly layer: (name: Types.NoInfer<Name>) => Layer.Layer<Out, E, R>
}

/**
 * Uses `first`, and `second` where that fails.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fallback<out First extends string, out Second extends string> {
  readonly _tag: "Fallback"
  readonly first: First
  readonly second: Second
}

/**
 * What a failure has that no other layer stands in for: it tells of a limit that somebody set, not of the layer.
 *
 * @category symbols
 * @since 0.1.0
 */
export const Final: unique symbol = Symbol.for("effect-cairn/pipeline/Strategy/Final")

/**
 * Uses the layer named `first`; where an effect of its service fails with a typed failure, or it cannot be built at
 * all, the one named `second`. An open question, an interruption and a bug are not failures of the layer, nor is what
 * is `Final`. In a run the choice is recorded for each step, and holds when the run goes on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fallback = <const First extends string, const Second extends string>(
  first: First,
  second: Second
): Fallback<First, Second> => ({ _tag: "Fallback", first, second })

type Members<Out = never> = Record<string, Layer.Layer<Out, unknown, unknown> | Fallback<string, string>>
type LayersOf<M> = Extract<M[keyof M], Layer.Layer<never, unknown, unknown>>
type NamesOf<M> = { [K in keyof M]: M[K] extends Fallback<string, string> ? never : K }[keyof M] & string

/** Says of a fallback that it names no layer, where the compiler shows it. */
type Known<M, Names extends string = NamesOf<M>> = {
  readonly [K in keyof M]: M[K] extends Fallback<infer First, infer Second> ? [First | Second] extends [Names] ? M[K]
    : { readonly "`fallback` names what is not a layer here": Exclude<First | Second, Names> }
    : M[K]
}

/** A few words for some of the names. A fallback says what it does by itself. */
type Help<Name extends string> = { readonly [K in Name]?: string }

/**
 * Puts layers for one service under names. All of them give the same service, whose members are effects or functions
 * that return effects. `help` says what the names stand for, where somebody chooses one of them.
 *
 * @example
 * ```ts
 * import { Context, Effect, Layer } from "effect"
 * import { Strategy } from "effect-cairn"
 *
 * class Titles extends Context.Tag("Titles")<Titles, {
 *   readonly titleOf: (text: string) => Effect.Effect<string, "NoTitle">
 * }>() {}
 *
 * const firstLine = Layer.succeed(Titles, {
 *   titleOf: (text) => text.startsWith("# ") ? Effect.succeed(text.split("\n")[0] ?? "") : Effect.fail("NoTitle")
 * })
 * const untitled = Layer.succeed(Titles, { titleOf: () => Effect.succeed("Untitled") })
 *
 * const titles = Strategy.make(
 *   { firstLine, untitled, both: Strategy.fallback("firstLine", "untitled") },
 *   { firstLine: "the first heading", untitled: "none" }
 * )
 *
 * const layer: Layer.Layer<Titles> = titles.layer("both")
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const M extends Members>(
  members: M & Known<M>,
  help: Help<keyof M & string> = {}
): Strategy<
  keyof M & string,
  Layer.Layer.Success<LayersOf<M>>,
  Layer.Layer.Error<LayersOf<M>>,
  Layer.Layer.Context<LayersOf<M>>
> => fromMembers(members, help)

/**
 * The same strategy with more layers; a fallback may name those of both. One of a name that is there already takes its
 * place.
 *
 * @example
 * ```ts
 * import { Context, Effect, Layer } from "effect"
 * import { Strategy } from "effect-cairn"
 *
 * class Names extends Context.Tag("Names")<Names, { readonly nameFor: (day: string) => Effect.Effect<string, "NoName"> }>() {}
 *
 * const theirs = Strategy.make({ counting: Layer.succeed(Names, { nameFor: (day) => Effect.succeed(`release-${day}`) }) })
 *
 * const mine = Strategy.add(
 *   theirs,
 *   { calendar: Layer.succeed(Names, { nameFor: () => Effect.fail("NoName") }), careful: Strategy.fallback("calendar", "counting") },
 *   { calendar: "the saint of the day" }
 * )
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const add = <Name extends string, Out, E, R, const M extends Members<NoInfer<Out>>>(
  self: Strategy<Name, Out, E, R>,
  members: M & Known<M, NamesOf<M> | NoInfer<Name>>,
  help: Help<keyof M & string> = {}
): Strategy<
  Name | keyof M & string,
  Out,
  E | Layer.Layer.Error<LayersOf<M>>,
  R | Layer.Layer.Context<LayersOf<M>>
> =>
  fromMembers(
    { ...Object.fromEntries(self.names.map((name) => [name, self.layer(name)])), ...members },
    { ...Object.fromEntries(self.names.map((name) => [name, self.helpOf(name)])), ...help }
  )

/** What the members are is on the doors, in their types. */
const fromMembers = <Name extends string, Out, E, R>(
  members: Members,
  help: Help<string>
): Strategy<Name, Out, E, R> => {
  const names = Object.keys(members) as unknown as [Name, ...Array<Name>]
  const given = (name: string) => members[name] as Members[string]
  const layerOf = (name: string): Layer.Layer<Out, E, R> => {
    const member = given(name)
    return ("first" in member
      ? fallingBack(member, layerOf(member.first), layerOf(member.second))
      : member) as Layer.Layer<
        Out,
        E,
        R
      >
  }
  const helpOf = (name: string): string => {
    const member = given(name)
    return help[name] ?? ("first" in member ? `${member.first}, and ${member.second} where that fails` : "")
  }
  const words = names.map((name) => helpOf(name) === "" ? name : `${name}: ${helpOf(name)}`).join("; ")
  return {
    names,
    Name: Schema.Literal(...names).annotations({ description: words }),
    help: words,
    helpOf,
    layer: layerOf
  }
}

const fallingBack = (
  { first, second }: Fallback<string, string>,
  one: Layer.Layer<never, unknown, unknown>,
  other: Layer.Layer<never, unknown, unknown>
): Layer.Layer<never, unknown, unknown> =>
  Layer.scopedContext(Effect.gen(function*() {
    const primary = yield* Effect.either(Layer.build(one))
    const { unsafeMap: seconds } = yield* Layer.build(other)
    const services = new Map<string, unknown>()
    for (const [key, service] of seconds) {
      services.set(
        key,
        choosing({
          name: nameOf(key),
          first,
          second,
          primary: Either.map(primary, ({ unsafeMap }): unknown => unsafeMap.get(key)),
          fallback: service
        })
      )
    }
    return Context.unsafeMake<never>(services)
  }))

type Running = Effect.Effect<unknown, unknown, unknown>

/** A service each member of which chooses for itself. */
const choosing = (of: {
  readonly name: string
  readonly first: string
  readonly second: string
  readonly primary: Either.Either<unknown, unknown>
  readonly fallback: unknown
}): unknown => {
  if (typeof of.fallback !== "object" || of.fallback === null) return of.fallback
  return Object.fromEntries(
    Reflect.ownKeys(of.fallback).map((key) => {
      const two: unknown = Reflect.get(of.fallback as object, key)
      const one = Either.map(of.primary, (service): unknown => Reflect.get(service as object, key))
      const member = memberOf(of.name, String(key))
      if (Effect.isEffect(two)) {
        return [key, choose(of, member, Either.getOrElse(one, Effect.fail) as Running, two)]
      }
      if (typeof two !== "function") return [key, Either.getOrElse(one, () => two)]
      const call = (f: unknown, args: ReadonlyArray<unknown>) =>
        (f as (...args: ReadonlyArray<unknown>) => Running)(...args)
      return [
        key,
        (...args: ReadonlyArray<unknown>) =>
          choose(
            of,
            member,
            Either.match(one, {
              onLeft: (error) => Effect.fail(error),
              onRight: (f) => Effect.suspend(() => call(f, args))
            }),
            Effect.suspend(() => call(two, args))
          )
      ]
    })
  )
}

const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1)

const memberOf = (service: string, member: string): string => `${service}.${member}`

/**
 * What a fallback took in the step that is running for a member of its service, and why it was not the first; none
 * where it has not chosen yet, and outside a run, where nobody remembers.
 *
 * @category accessors
 * @since 0.1.0
 */
export const chosen = <I, S>(
  service: Context.Tag<I, S>,
  member: NoInfer<keyof S & string>
): Effect.Effect<Option.Option<Choice>> =>
  Effect.map(CurrentStep, Option.flatMap((step) => step.chosen(memberOf(nameOf(service.key), member))))

const choose = (
  { first, second }: { readonly first: string; readonly second: string },
  member: string,
  one: Running,
  two: Running
): Running =>
  Effect.flatMap(CurrentStep, (step) => {
    const record = (chose: string, reason?: string) =>
      Option.match(step, {
        onNone: () => Effect.void,
        onSome: (step) => step.choose({ member, chose, ...(reason === undefined ? {} : { reason }) })
      })
    const chose = Option.getOrUndefined(Option.flatMap(step, (step) => step.chosen(member)))?.chose
    if (chose === second) return two
    if (chose === first) return one
    return Effect.matchCauseEffect(one, {
      onSuccess: (value) => Effect.as(record(first), value),
      onFailure: (cause) =>
        Option.match(Option.filter(Cause.failureOption(cause), isOfLayer), {
          onNone: () => Effect.failCause(cause),
          onSome: (error) =>
            Effect.flatMap(Secrets, (secrets) => Effect.zipRight(record(second, reasonOf(error, secrets)), two))
        })
    })
  })

const isOfLayer = (error: unknown): boolean =>
  !(error instanceof Suspended) && !(typeof error === "object" && error !== null && Final in error)

const reasonOf = (error: unknown, secrets: Remembered): string => {
  const { message, tag } = problem.fromError(error, secrets)
  return `${tag}: ${message}`
}
