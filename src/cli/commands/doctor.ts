/**
 * `doctor`: whether runs can go well here, and what to do where they cannot.
 *
 * @since 0.1.0
 */
import { Effect, Schema } from "effect"
import * as paint from "../../layers/Reporter/paint.ts"
import * as printable from "../../pipeline/printable.ts"
import { type Call, make } from "../Command.ts"
import { Finding } from "../doctor/Finding.ts"
import * as exitCode from "../exitCode.ts"

const Findings = Schema.Struct({
  version: Schema.String,
  /** That of the worst finding. */
  status: Finding.fields.status,
  findings: Schema.Array(Finding)
})

/** @category commands */
export const command = make("doctor", {
  description: "Says whether runs can go well here: Node, packages, store, agents, keys.",
  examples: [{ command: "doctor" }, { command: "doctor --json", description: "for a program, or a bug report" }],
  output: Findings,
  document: "cairn.doctor/1",
  run: (_, call) =>
    Effect.promise(() => import("../doctor/examine.ts")).pipe(
      Effect.flatMap(({ examine }) => examine(call)),
      Effect.map((findings) => ({
        version: call.version,
        status: (["problem", "warning"] as const).find((status) => findings.some((one) => one.status === status)) ??
          "ok",
        findings
      }))
    ),
  print: ({ findings }, call) => toText(findings, call),
  exitCode: ({ findings }) => {
    const problems = findings.filter(({ status }) => status === "problem")
    return problems.length === 0
      ? exitCode.done
      : problems.some(({ name }) => name === "store" || name === "database")
      ? exitCode.ofFailure("JournalError")
      : exitCode.ofFailure("Problem")
  }
})

const toText = (findings: ReadonlyArray<Finding>, { called, colors, columns, name, version }: Call): string => {
  const { dim, green, red, yellow } = paint.make(colors)
  const mark = { ok: green("ok     "), warning: yellow("warning"), problem: red("problem") }
  const width = Math.max(...findings.map(({ name }) => name.length))
  const indent = " ".repeat(width + 13)
  const lines = findings.flatMap((finding) => {
    const wrapped = (text: string) =>
      printable.wrap(`${indent}${printable.line(text)}`, columns, indent.length).map((line) => line.trimEnd())
    const [first = "", ...rest] = wrapped(finding.message)
    return [
      `  ${mark[finding.status]}  ${finding.name.padEnd(width)}  ${first.trimStart()}`,
      ...rest,
      ...(finding.fix === null ? [] : wrapped(`fix: ${finding.fix}`))
    ]
  })
  const problems = findings.filter(({ status }) => status === "problem").length
  return [
    `${name} ${version}`,
    "",
    ...lines,
    "",
    problems === 0 ? dim(`Nothing stands in the way. What there is: ${called} --help`) : red(
      `${problems} problem${problems === 1 ? "" : "s"}`
    ),
    ""
  ].join("\n")
}
