import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { definition as asking } from "./asking.ts"
import { bundle, temporary } from "./command.ts"
import { call, callOf } from "./within.ts"

const made = temporary()
const asked = temporary()
const bin = join(made, "bin")

/** Runs a script in a shell that finds the fixture by its name, in a folder with files and one run. */
const shell = (command: string, args: ReadonlyArray<string>, script: string) => {
  const { error, status, stderr, stdout } = spawnSync(command, [...args, script], {
    cwd: made,
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}`, CAIRN_HOME: "", HOME: made }
  })
  assert.deepStrictEqual([error, status, stderr], [undefined, 0, ""])
  return stdout.trimEnd().split("\n")
}

const isThere = (command: string): boolean => spawnSync(command, ["--version"]).error === undefined

/** Tests of a shell say that they were left out where it is missing. */
const inShell = (command: string) => ({
  describe: describe.skipIf(!isThere(command)),
  name: isThere(command) ? command : `${command} (skipped: it is not here)`
})

beforeAll(async () => {
  const script = await bundle("test/cli/fixture.ts")
  fs.mkdirSync(bin)
  fs.writeFileSync(join(bin, "fixture"), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 })
  fs.writeFileSync(join(made, "answer one.json"), "")
  fs.writeFileSync(join(made, "answer two.json"), "")
  shell("bash", ["-c"], "fixture fixture --how done -q > /dev/null")
})
afterAll(() => {
  for (const folder of [made, asked]) fs.rmSync(folder, { recursive: true, force: true })
})

const run = "fixture-d840db8f-1"

type Case = readonly [words: ReadonlyArray<string>, offered: ReadonlyArray<string>]

/** What may come next, and what is offered for it. */
const cases: ReadonlyArray<Case> = [
  [["fix"], ["fixture"]],
  [["ex"], ["export"]],
  [["r"], ["runs", "report", "resume", "rm"]],
  [["-q", "sh"], ["show"]],
  [["--home", ".", "sh"], ["show"]],
  [["--ver"], ["--verbose", "--version"]],
  [["fixture", "--ho"], ["--how", "--home"]],
  [["fixture", "--how", "done", "--ho"], ["--home"]],
  [["fixture", "--how", ""], ["done", "fail", "bug", "ask", "wait", "hang", "large", "log", "print"]],
  [["fixture", "--how=l"], ["--how=large", "--how=log"]],
  [["fixture", "--many", "1", "--ma"], ["--many"]],
  [["fixture", "--no-l"], ["--no-loud"]],
  [["fixture", "--name", ""], []],
  [["fixture", "--", "--ho"], []],
  [["runs", "--color", "a"], ["auto", "always"]],
  // Bash takes these for several words.
  [["runs", "--color", "=", "a"], ["auto", "always"]],
  [["runs", "--color", "="], ["auto", "always", "never"]],
  [["graph", ""], ["fixture", "many", "views"]],
  [["help", "exi"], ["exit-codes"]],
  [["completions", ""], ["bash", "zsh", "fish"]],
  [["show", ""], [run, "@last"]],
  [["show", "-q", "fix"], [run]],
  [["show", "--step", ""], ["first", "second"]],
  [["show", run, "--step", "f"], ["first"]],
  [["show", "--step=s"], ["--step=second"]],
  [["show", "nothing", "--step", ""], []],
  [["resume", "@last", "--from", ""], ["first", "second"]],
  [["runs", "--status", "d"], ["done", "damaged"]],
  [["runs", "--s"], ["--status", "--since", "--store"]],
  [["rm", "fix"], [run]],
  [["rm", run, "@"], ["@last"]],
  [["gc", "--d"], ["--dry-run"]],
  [["fork", "fix"], [run]],
  [["fork", run, "--input", ""], [":files"]],
  [["export", "fix"], [run]],
  [["export", run, "-o", ""], [":files"]],
  [["import", ""], [":files"]],
  [["plan", "fixt"], ["fixture", run]],
  [["plan", "fixture", "--how", "d"], ["done"]],
  [["resume", "--home", "/nowhere", ""], ["@last"]],
  [["answer", "@last", ""], []],
  [["answer", "@last", "--file", "x"], [":files"]],
  [["nothing", ""], []]
]

/** Some of them, each through the whole of a shell. */
const few: ReadonlyArray<Case> = [
  [["fixture", "--how", "l"], ["large", "log"]],
  [["show", "fix"], [run]],
  [["nothing", ""], []],
  [["answer", "@last", "--file", "answer t"], ["answer two.json"]],
  [["help", "exi"], ["exit-codes"]]
]

describe("completions", { timeout: 60_000 }, () => {
  it.effect.each(cases)("of %j are %j", ([words, offered]) =>
    Effect.gen(function*() {
      const { code, stdout } = yield* call(["__complete", "--", ...words], { cwd: made })

      assert.deepStrictEqual([code, stdout.split("\n").slice(0, -1).map((line) => line.split("\t")[0])], [0, offered])
    }))

  it.effect("offer the questions that a run waits for", () =>
    Effect.gen(function*() {
      // Not below the others, whose runs it would be among.
      const cwd = fs.mkdtempSync(join(asked, "run-"))
      const { stdout } = yield* callOf(asking, ["book", "--parts", "one", "--parts", "two", "--json"], { cwd })
      const { requests, run } = JSON.parse(stdout) as {
        readonly run: string
        readonly requests: ReadonlyArray<{ readonly step: string }>
      }
      const offered = (...words: ReadonlyArray<string>) =>
        Effect.map(
          callOf(asking, ["__complete", "--", ...words], { cwd }),
          ({ stdout }) => stdout.split("\n").slice(0, -1).map((line) => line.split("\t")[0])
        )
      const steps = requests.map(({ step }) => step)

      assert.isAbove(steps.length, 1)
      assert.deepStrictEqual(yield* offered("answer", "@last", ""), steps)
      assert.deepStrictEqual(yield* offered("answer", run, steps[1]?.slice(0, -1) ?? ""), steps.slice(1, 2))
      assert.deepStrictEqual(yield* offered("answer", "nothing", ""), [])
    }))

  const bash = inShell("bash")
  bash.describe(bash.name, () => {
    it("offers what may come next", () => {
      const lines = shell(
        "bash",
        ["--norc", "--noprofile", "-c"],
        [
          "source <(fixture completions bash)",
          "offer() { COMP_WORDS=(fixture \"$@\"); COMP_CWORD=$#; _fixture_complete 2>/dev/null; local IFS='|'; echo \"${COMPREPLY[*]}\"; }",
          ...few.map(([words]) => `offer ${words.map((word) => `'${word}'`).join(" ")}`)
        ].join("\n")
      )

      assert.deepStrictEqual(lines, few.map(([, offered]) => offered.join("|")))
    })
  })

  const fish = inShell("fish")
  fish.describe(fish.name, () => {
    it("offers what may come next, with words about it", () => {
      const lines = shell(
        "fish",
        ["--no-config", "-c"],
        [
          "fixture completions fish | source",
          ...few.map(([words]) => {
            const line = words.join(" ").replace("answer t", "answer\\\\ t")
            return `echo (complete -C 'fixture ${line}' | string split -f1 \\t | sort | string join '|')`
          }),
          "complete -C 'fixture run'"
        ].join("\n")
      )

      assert.deepStrictEqual(lines, [
        ...few.map(([, offered]) => offered.join("|")),
        "runs\tLists the runs, the one that changed last first."
      ])
    })
  })

  const zsh = inShell("zsh")
  zsh.describe(zsh.name, () => {
    it("offers what may come next", () => {
      const lines = shell(
        "zsh",
        ["-f", "-c"],
        [
          "autoload -Uz compinit; compinit -u -D; source <(fixture completions zsh)",
          "echo $_comps[fixture]",
          // What the shell would do with candidates is replaced by printing them.
          "_describe() { local name=$4; echo ${(j:|:)${(@P)name}%%:*} }",
          "_files() { echo files }",
          "offer() { local words=(fixture \"$@\"); local CURRENT=$#words; _fixture }",
          ...few.map(([words]) => `offer ${words.map((word) => `'${word}'`).join(" ")}`)
        ].join("\n")
      )

      assert.deepStrictEqual(lines, [
        "_fixture",
        ...few.map(([words, offered]) => words.includes("--file") ? "files" : offered.join("|"))
      ])
    })
  })
})
