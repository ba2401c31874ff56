/**
 * From the templates of a folder to content for the file of one of its agents.
 *
 * @since 0.1.0
 */
import { ParseResult, Schema } from "effect"
import * as Field from "../pipeline/Field.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import type { Strategy } from "../pipeline/Strategy.ts"
import { enhanced, found } from "../steps/agents/announcements.ts"
import { BoundarySet } from "../steps/agents/boundarySets.ts"
import { Metadata } from "../steps/agents/metadata.ts"
import { Placement } from "../steps/agents/placement.ts"
import { readable } from "../steps/agents/prompt.ts"
import {
  discoverTemplates,
  enhanceAgent,
  type Enhanced,
  readAgent,
  writeAgent,
  writeContent,
  type Written
} from "../steps/agents/steps.ts"
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

/**
 * What a run of `agent-enhance` is about, where the strategies are these. The first of them is used where none is named;
 * each of the others can be named by a switch of its own, too.
 *
 * @category schemas
 * @since 0.1.0
 */
export const inputOf = <Name extends string>({ Name, help, names }: Strategies<Name>) => {
  const [usual, ...others] = names
  const given = Schema.Struct({
    ...About,
    strategy: Schema.optional(
      Name.annotations({ description: `Who writes the content; ${usual}, unless given. ${help}` })
    ),
    ...Object.fromEntries(
      others.filter((name) => !Object.hasOwn(About, name) && name !== "strategy").map((name) => [
        name,
        Schema.optional(Schema.Boolean.annotations({ description: `The same as --strategy ${name}` }))
      ])
    )
  })
  return Schema.transformOrFail(given, Schema.typeSchema(Schema.Struct({ ...About, strategy: Name })), {
    strict: true,
    decode: ({ agent, roots, split, strategy, template, ...switches }, _, ast) => {
      const isOn = (name: string) => Object.entries(switches).some(([other, on]) => other === name && on === true)
      const named = names.filter((name) => name === strategy || isOn(name))
      const [chosen = usual, ...more] = named
      return more.length === 0
        ? ParseResult.succeed({ agent, roots, split, template, strategy: chosen })
        : ParseResult.fail(new ParseResult.Type(ast, named, `one strategy at a time: ${names.join(", ")}`))
    },
    encode: (input) => ParseResult.succeed(input)
  })
}

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

/** The strategies, as far as somebody chooses one of them by its name. */
type Strategies<Name extends string> = Pick<Strategy<Name, never>, "Name" | "help" | "names">

/**
 * What `agent-enhance` found and wrote. Files are relative to the root, templates to their folder.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Output = Schema.Struct({
  root: Schema.String,
  agent: Schema.String,
  strategy: Schema.String,
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
export const named = (
  { agent, roots, template }: {
    readonly agent: string
    readonly roots: ReadonlyArray<string>
    readonly template?: string | undefined
  }
) => ({ agent, roots, template: template ?? null })

/**
 * The pipeline: the content is written as the strategy says, judged and placed before both files are written together.
 *
 * @category pipelines
 * @since 0.1.0
 */
export const agentEnhance = <Name extends string>(strategies: Strategies<Name>) =>
  Pipeline.make("agent-enhance", { input: inputOf(strategies) }).pipe(
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
        bringsMetadata: state.content.bringsMetadata,
        split: state.input.split,
        warnings: warnings(state)
      })
    ),
    Pipeline.output(Output, (state) => ({
      root: state.source.root,
      agent: state.source.name,
      strategy: state.input.strategy,
      fellBack: state.content.fellBack !== null,
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

const warnings = ({ content: { fellBack }, enhanced }: {
  readonly content: Written
  readonly enhanced: Enhanced
}): ReadonlyArray<Warning> => [
  ...(fellBack === null ? [] : [{ code: "fell-back", message: `Fell back on ${fellBack.on}: ${fellBack.reason}` }]),
  ...enhanced.warnings
]

/** What stands on stdout: the path of the agent's file. */
export const print = ({ coreFile, root }: Output): string => `${root}/${coreFile}`
