/** A tracer that keeps what it is told, and tells it as a tree. */
import { Cause, Exit, Layer, Option, Tracer } from "effect"

export interface Told {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly attributes: Map<string, unknown>
  readonly events: Array<readonly [name: string, attributes: Record<string, unknown> | undefined]>
  /** How it ended, if it did. */
  exit: Exit.Exit<unknown, unknown> | undefined
}

export interface Recording {
  readonly tracer: Tracer.Tracer
  readonly layer: Layer.Layer<never>
  /** In the order in which they began. */
  readonly spans: Array<Told>
  /** Each trace as lines: names, further in for each parent, how it ended, and what happened in it. */
  readonly trees: () => ReadonlyArray<string>
  /** The one of a name. */
  readonly span: (name: string) => Told
  /** Everything it was told, as text. */
  readonly all: () => string
}

export const make = (trouble: (what: "span" | "attribute" | "event" | "end") => void = () => {}): Recording => {
  const spans: Array<Told> = []
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      trouble("span")
      const told: Told = {
        name,
        traceId: Option.match(parent, { onNone: () => `trace-${spans.length}`, onSome: ({ traceId }) => traceId }),
        spanId: `span-${spans.length}`,
        parent,
        attributes: new Map(),
        events: [],
        exit: undefined
      }
      spans.push(told)
      return {
        _tag: "Span",
        name,
        spanId: told.spanId,
        traceId: told.traceId,
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes: told.attributes,
        links,
        sampled: true,
        kind,
        end: (_, exit) => {
          trouble("end")
          told.exit = exit
        },
        attribute: (key, value) => {
          trouble("attribute")
          told.attributes.set(key, value)
        },
        event: (event, _, attributes) => {
          trouble("event")
          told.events.push([event, attributes])
        },
        addLinks: () => {}
      }
    },
    context: (f) => f()
  })
  const below = (parent: string | undefined, indent: string): ReadonlyArray<string> =>
    spans.filter((span) => Option.getOrUndefined(span.parent)?.spanId === parent).flatMap((span) => [
      [`${indent}${span.name}`, statusOf(span.exit), ...span.events.map(([name]) => name)].join(" "),
      ...below(span.spanId, `${indent}  `)
    ])
  return {
    tracer,
    layer: Layer.setTracer(tracer),
    spans,
    trees: () => below(undefined, ""),
    span: (name) => {
      const [span, ...others] = spans.filter((span) => span.name === name)
      if (span === undefined || others.length > 0) {
        throw new Error(`${name} is there ${others.length + 1} times, or not`)
      }
      return span
    },
    all: () =>
      JSON.stringify(spans.map(({ attributes, events, exit, name }) => [
        name,
        ...attributes,
        events,
        // What an exporter makes of it.
        exit === undefined || Exit.isSuccess(exit) ? "" : Cause.pretty(exit.cause, { renderErrorCause: true })
      ]))
  }
}

const statusOf = (exit: Told["exit"]): string =>
  exit === undefined
    ? "open"
    : Exit.match(exit, {
      onSuccess: () => "ok",
      onFailure: (cause) => Cause.isInterruptedOnly(cause) ? "interrupted" : "error"
    })
