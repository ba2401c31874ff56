// @effect-diagnostics anyUnknownInErrorContext:off unsafeEffectTypeAssertion:off -- a fallback stands for services whose types it does not know; they are on its doors
/**
 * Named layers for one service, of which one is chosen, and the fallback from one to another.
 *
 * @since 0.1.0
 */
import { Cause, Context, Effect, Either, Layer, Option, Schema, type Types } from "effect"
import { CurrentStep } from "./CurrentStep.ts"
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
  readonly names: ReadonlyArray<Name>
  /** One of the names: what a settings or an input schema takes for it. */
  readonly Name: Schema.Literal<[Name, ...Array<Name>]>
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
 * Uses the layer named `first`; where an effect of its service fails with a typed failure, or it cannot be built at
 * all, the one named `second`. An open question, an interruption and a bug are not failures. In a run the choice is
 * recorded for each step, and holds when the run goes on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fallback = <const First extends string, const Second extends string>(
  first: First,
  second: Second
): Fallback<First, Second> => ({ _tag: "Fallback", first, second })

type Members = Record<string, Layer.Layer<never, unknown, unknown> | Fallback<string, string>>
type LayersOf<M> = Extract<M[keyof M], Layer.Layer<never, unknown, unknown>>
type NamesOf<M> = { [K in keyof M]: M[K] extends Fallback<string, string> ? never : K }[keyof M] & string

/** Says of a fallback that it names no layer, where the compiler shows it. */
type Known<M> = {
  readonly [K in keyof M]: M[K] extends Fallback<infer First, infer Second>
    ? [First | Second] extends [NamesOf<M>] ? M[K]
    : { readonly "`fallback` names what is not a layer here": Exclude<First | Second, NamesOf<M>> }
    : M[K]
}

/**
 * Puts layers for one service under names. All of them give the same service, whose members are effects or functions
 * that return effects.
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
 * const titles = Strategy.make({ firstLine, untitled, both: Strategy.fallback("firstLine", "untitled") })
 *
 * const layer: Layer.Layer<Titles> = titles.layer("both")
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const M extends Members>(
  members: M & Known<M>
): Strategy<
  keyof M & string,
  Layer.Layer.Success<LayersOf<M>>,
  Layer.Layer.Error<LayersOf<M>>,
  Layer.Layer.Context<LayersOf<M>>
> => {
  type Name = keyof M & string
  type Built = Layer.Layer<
    Layer.Layer.Success<LayersOf<M>>,
    Layer.Layer.Error<LayersOf<M>>,
    Layer.Layer.Context<LayersOf<M>>
  >
  const names = Object.keys(members) as unknown as [Name, ...Array<Name>]
  const layerOf = (name: string): Built => {
    const member: M[string] = members[name as Name]
    return ("first" in member ? fallingBack(member, layerOf(member.first), layerOf(member.second)) : member) as Built
  }
  return { names, Name: Schema.Literal(...names), layer: layerOf }
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
          name: key.slice(key.lastIndexOf("/") + 1),
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
      const member = `${of.name}.${String(key)}`
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
    const chosen = Option.getOrUndefined(Option.flatMap(step, (step) => step.chosen(member)))
    if (chosen === second) return two
    if (chosen === first) return one
    return Effect.matchCauseEffect(one, {
      onSuccess: (value) => Effect.as(record(first), value),
      onFailure: (cause) =>
        Option.match(Option.filter(Cause.failureOption(cause), (error) => !(error instanceof Suspended)), {
          onNone: () => Effect.failCause(cause),
          onSome: (error) =>
            Effect.flatMap(Secrets, (secrets) => Effect.zipRight(record(second, reasonOf(error, secrets)), two))
        })
    })
  })

const reasonOf = (error: unknown, secrets: Remembered): string => {
  const { message, tag } = problem.fromError(error, secrets)
  return `${tag}: ${message}`
}
