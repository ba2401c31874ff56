/**
 * From the templates of a folder to content for the file of one of its agents.
 *
 * @since 0.1.0
 */
import { ParseResult, Schema } from "effect"
import * as Field from "../pipeline/Field.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import { enhanced, found } from "../steps/agents/announcements.ts"
import { StrategyName } from "../steps/agents/Author.ts"
import { BoundarySet } from "../steps/agents/boundarySets.ts"
import { Metadata } from "../steps/agents/metadata.ts"
import { Placement } from "../steps/agents/placement.ts"
import { readable } from "../steps/agents/prompt.ts"
import { discoverTemplates, enhanceAgent, readAgent, writeAgent, writeContent } from "../steps/agents/steps.ts"
import { Warning } from "../steps/review/Draft.ts"

const text = (description: string) => Schema.String.annotations({ description })

const About = {
  agent: text("The markdown file of the agent, or TEMPLATE/AGENT").pipe(Field.path, Field.argument),
  template: Schema.optional(text("The template's folder; the one above the agent's, unless given").pipe(Field.path)),
  roots: Schema.optionalWith(
    Schema.Array(Schema.String).annotations({
      description: "Where TEMPLATE is looked for; ~/.agentecflow/templates, then installer/core/templates, unless given"
    }).pipe(Field.path),
    { default: () => [] }
  ),
  split: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "Put what is not always needed into a file of its own" }),
    { default: () => true }
  )
}

const Given = Schema.Struct({
  ...About,
  strategy: Schema.optional(
    StrategyName.annotations({
      description: "Who writes the content: an agent (ai, unless given), keywords, or keywords where the agent fails"
    })
  ),
  static: Schema.optional(Schema.Boolean.annotations({ description: "The same as --strategy static" })),
  hybrid: Schema.optional(Schema.Boolean.annotations({ description: "The same as --strategy hybrid" }))
})

/**
 * What a run of `agent-enhance` is about.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Input = Schema.transformOrFail(
  Given,
  Schema.typeSchema(Schema.Struct({ ...About, strategy: StrategyName })),
  {
    strict: true,
    decode: ({ hybrid, static: keywords, strategy, ...about }, _, ast) => {
      const named = new Set([
        ...(strategy === undefined ? [] : [strategy]),
        ...(keywords === true ? ["static" as const] : []),
        ...(hybrid === true ? ["hybrid" as const] : [])
      ])
      const [chosen = "ai", ...others] = named
      return others.length === 0
        ? ParseResult.succeed({ ...about, strategy: chosen })
        : ParseResult.fail(
          new ParseResult.Type(ast, hybrid, `one strategy at a time: ${StrategyName.literals.join(", ")}`)
        )
    },
    encode: (input) => ParseResult.succeed(input)
  }
)
export type Input = typeof Input.Type

/**
 * How it is done this time, beside the choice of an agent.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Settings = Schema.Struct({
  dryRun: Schema.optionalWith(
    Schema.Boolean.annotations({ description: "Show what would be written, and write nothing" }),
    { default: () => false }
  )
})

/**
 * What `agent-enhance` found and wrote. Files are relative to the root, templates to their folder.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Output = Schema.Struct({
  root: Schema.String,
  agent: Schema.String,
  strategy: StrategyName,
  fellBack: Schema.Boolean,
  sections: Schema.Array(Schema.String),
  templates: Schema.Array(Schema.String),
  relatedTemplates: Schema.Array(Schema.String),
  boundarySet: BoundarySet,
  boundaryPlacement: Schema.NullOr(Placement),
  coreFile: Schema.String,
  extendedFile: Schema.NullOr(Schema.String),
  changed: Schema.Boolean,
  diff: Schema.String,
  warnings: Schema.Array(Warning),
  metadata: Schema.NullOr(Metadata)
})
export type Output = typeof Output.Type

/**
 * How the agent is named in what a run is about.
 *
 * @category accessors
 * @since 0.1.0
 */
export const named = ({ agent, roots, template }: Input) => ({ agent, roots, template: template ?? null })

/**
 * The pipeline: the content is written, judged and placed before both files are written together.
 *
 * @category pipelines
 * @since 0.1.0
 */
export const agentEnhance = Pipeline.make("agent-enhance", { input: Input }).pipe(
  Pipeline.step("source", readAgent, ({ input }) => named(input)),
  Pipeline.step("templates", discoverTemplates, ({ source: { name, template } }) => ({ name, template })),
  Pipeline.announce(({ input, source, templates }) => found(source, templates, input.strategy)),
  Pipeline.step("content", writeContent, ({ source: { description, file, name, set, template }, templates }) => ({
    name,
    description,
    set,
    templates: templates.all,
    related: templates.related,
    files: [file, ...readable(templates.all).map((path) => `${template}/${path}`)]
  })),
  Pipeline.step("enhanced", enhanceAgent, ({ content, input, source, templates }) => ({
    source,
    templates,
    authored: content,
    split: input.split
  })),
  Pipeline.step("files", writeAgent, ({ enhanced }) => enhanced.files),
  Pipeline.announce((state) =>
    enhanced(state.enhanced, state.files, {
      strategy: state.input.strategy,
      split: state.input.split,
      warnings: warnings(state)
    })
  ),
  Pipeline.output(Output, (state) => ({
    root: state.source.root,
    agent: state.source.name,
    strategy: state.input.strategy,
    fellBack: fellBack(state),
    sections: state.enhanced.sections,
    templates: state.templates.all,
    relatedTemplates: state.enhanced.templates,
    boundarySet: state.source.set,
    boundaryPlacement: state.enhanced.boundaryPlacement,
    coreFile: state.enhanced.coreFile,
    extendedFile: state.enhanced.extendedFile,
    changed: state.enhanced.files.length > 0,
    diff: state.enhanced.diff,
    warnings: warnings(state),
    metadata: state.enhanced.metadata
  }))
)

interface Written {
  readonly input: Pick<Input, "strategy">
  readonly content: { readonly by: "ai" | "static" }
  readonly enhanced: { readonly warnings: ReadonlyArray<Warning> }
}

const fellBack = ({ content, input }: Written): boolean => input.strategy === "hybrid" && content.by === "static"

const warnings = (state: Written): ReadonlyArray<Warning> =>
  fellBack(state)
    ? [
      { code: "fell-back", message: "No content of an agent could be used; keywords decided in its place" },
      ...state.enhanced.warnings
    ]
    : state.enhanced.warnings

/** What stands on stdout: the path of the agent's file. */
export const print = ({ coreFile, root }: Output): string => `${root}/${coreFile}`
