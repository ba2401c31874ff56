import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { bundle, type Child, type Ended, noTerminal, onTerminal, type Options, temporary } from "./command.ts"
import * as Terminal from "./Terminal.ts"

const made = temporary()
let script = ""
let folder = ""

beforeAll(async () => {
  if (noTerminal === undefined) script = await bundle("test/cli/fixture.ts")
})
afterAll(() => fs.rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(join(made, "run-"))
})

const size = { columns: 80, rows: 24 }

const call = (args: string, options: Partial<Options & typeof size> = {}): Promise<Ended> =>
  onTerminal(script, args.split(" "), { cwd: folder, ...size, ...options })

const put = (...names: ReadonlyArray<string>) => {
  for (const name of names) fs.writeFileSync(join(folder, name), "")
}

/** What a person can read at the end. */
const seen = ({ stdout }: Ended, columns = size.columns): ReadonlyArray<string> => {
  const terminal = Terminal.make({ columns, rows: size.rows })
  terminal.write(stdout)
  return terminal.all().map(still)
}

/** What the screen shows of what was written so far. */
const shown = (text: string, columns = size.columns): ReadonlyArray<string> => {
  const terminal = Terminal.make({ columns, rows: size.rows })
  terminal.write(text)
  return terminal.screen().map(still)
}

/**
 * What the screen shows once it shows what is expected: a frame may come in pieces, and ends of steps one by one. Where
 * that does not come, what is there after a while.
 */
const settled = async (
  { stdout, until }: Child,
  expected: ReadonlyArray<string>,
  columns = size.columns
): Promise<ReadonlyArray<string>> => {
  const patience = Date.now() + 20_000
  const lines = () => shown(stdout(), columns)
  await until(() => Date.now() > patience || isDeepStrictEqual(lines(), expected))
  return lines()
}

/** A line without what differs from one moment to another. */
const still = (line: string): string => line.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, "*").replace(/\d\.\ds/, "0.0s")

const all = ["left", "right", "count", "move", "beside"]

const id = "views-01562496-1"

describe(`on a terminal${noTerminal === undefined ? "" : ` (${noTerminal})`}`, { timeout: 60_000 }, () => {
  const onOne = it.skipIf(noTerminal !== undefined)

  onOne("steps stand in rows, and end in their own place", async () => {
    const first = [
      `views · run ${id}`,
      "* 1/5 Waiting on the left             0.0s",
      "* 2/5 右側で待っています              0.0s"
    ]
    const second = [...first.slice(0, 2), "✓ 2/5 右側で待っています              0.0s  right is there"]
    const during: Array<ReadonlyArray<string>> = []
    const ended = await call("views", {
      started: async (child) => {
        during.push(await settled(child, first))
        put("right")
        during.push(await settled(child, second))
        put(...all)
      }
    })

    assert.deepStrictEqual(during, [first, second])
    assert.deepStrictEqual([ended.code, seen(ended)], [0, [
      `views · run ${id}`,
      "✓ 1/5 Waiting on the left             0.0s  left is there",
      "✓ 2/5 右側で待っています              0.0s  right is there",
      "a word from within",
      "✓ 3/5 Counting                        0.0s  6/6",
      "✓ 4/5 Standing still                  0.0s",
      "✓ 5/5 Waiting beside it               0.0s  beside is there",
      "left",
      `Done. What each step did: fixture show ${id}`
    ]])
    // Nothing is cleared as a whole, no other screen is used, and the cursor is never hidden.
    for (const sequence of ["\u001B[?", "\u001B[2J", "\u001B[3J", "\u001B[H"]) assert.notInclude(ended.stdout, sequence)
  })

  onOne("logs come above the rows, which count the parts of a group", async () => {
    put("left", "right", "move", "beside")
    const expected = [
      `views · run ${id}`,
      "✓ 1/5 Waiting on the left             0.0s  left is there",
      "✓ 2/5 右側で待っています              0.0s  right is there",
      "a word from within",
      "* 3/5 Counting                        0.0s  3/6  4"
    ]
    let during: ReadonlyArray<string> = []
    await call("views", {
      started: async (child) => {
        during = await settled(child, expected)
        put(...all)
      }
    })

    assert.deepStrictEqual(during, expected)
  })

  onOne("a failure stands in the row of its step", async () => {
    put(...all)
    fs.writeFileSync(join(folder, "right"), "fail")
    fs.rmSync(join(folder, "left"))
    const expected = [
      `views · run ${id}`,
      "* 1/5 Waiting on the left             0.0s",
      "✗ 2/5 右側で待っています              0.0s  right is broken"
    ]
    let during: ReadonlyArray<string> = []
    const ended = await call("views", {
      started: async (child) => {
        during = await settled(child, expected)
        put("left")
      }
    })

    assert.deepStrictEqual(during, expected)
    assert.deepStrictEqual([ended.code, seen(ended).slice(1)], [1, [
      "✓ 1/5 Waiting on the left             0.0s  left is there",
      "✗ 2/5 右側で待っています              0.0s  right is broken",
      "error  right is broken",
      "fix    Mend it, then repeat the command.",
      `where  step "右側で待っています" of run ${id}`,
      `       details: fixture show ${id} --step right`
    ]])
  })

  onOne("everything fits into 40 columns", async () => {
    put("left", "right", "move", "beside")
    const expected = [
      `views · run ${id}`,
      "✓ 1/5 Waiting on the left  0.0s",
      "      left is there",
      "✓ 2/5 右側で待っています  0.0s",
      "      right is there",
      "a word from within",
      "* 3/5 Counting                0.0s  3/6"
    ]
    let during: ReadonlyArray<string> = []
    const ended = await call("views", {
      columns: 40,
      started: async (child) => {
        during = await settled(child, expected, 40)
        put(...all)
      }
    })

    assert.deepStrictEqual(during, expected)
    assert.deepStrictEqual(seen(ended, 40).slice(-6), [
      "✓ 4/5 Standing still  0.0s",
      "✓ 5/5 Waiting beside it  0.0s",
      "      beside is there",
      "left",
      "Done. What each step did: fixture show v",
      "iews-01562496-1"
    ])
  })

  onOne("rows are drawn where they are after the terminal was resized", async () => {
    put("left", "right", "count")
    const terminal = Terminal.make(size)
    let told = 0
    let narrow: ReadonlyArray<string> = []
    await call("views", {
      shell: "tty > tty;",
      started: async ({ stdout, until }) => {
        const show = () => {
          terminal.write(stdout().slice(told))
          told = stdout().length
          return terminal.screen().map(still)
        }
        // The process stands still: nothing is drawn while the size changes.
        await until(() => fs.existsSync(join(folder, "still")))
        await until(() => show().some((line) => line.includes("Standing still")))
        execFileSync("stty", ["-F", fs.readFileSync(join(folder, "tty"), "utf8").trim(), "cols", "34"])
        terminal.resize(34, size.rows)
        put("move")
        await until(() => show().some((line) => line.startsWith("✓ 4/5")))
        narrow = show()
        put("beside")
        await until(() => show().some((line) => line.startsWith("Done.")))
      }
    })

    assert.deepStrictEqual(narrow.slice(-1), ["* 5/5 Waiting beside it      0.0s"])
    assert.strictEqual(narrow.filter((line) => line.includes("4/5")).length, 1)
    assert.deepStrictEqual(terminal.screen().map(still).slice(-6, -2), [
      "✓ 4/5 Standing still  0.0s",
      "✓ 5/5 Waiting beside it  0.0s",
      "      beside is there",
      "left"
    ])
  })

  onOne("a Ctrl-C stops, and says what was saved and how it goes on", async () => {
    put("left")
    const ended = await call("views", {
      started: async ({ stdout, until, write }) => {
        await until(() => shown(stdout()).some((line) => line.startsWith("✓ 1/5")))
        write("\u0003")
      }
    })

    assert.deepStrictEqual([ended.code, seen(ended).map((line) => line.replace(/^\^C/, ""))], [130, [
      `views · run ${id}`,
      "✓ 1/5 Waiting on the left             0.0s  left is there",
      "■ 2/5 右側で待っています              0.0s  stopped",
      "Stopped at \"右側で待っています\". 1 of 5 saved.",
      `Go on: fixture resume ${id}`
    ]])
  })

  onOne("a terminal that cannot redraw gets plain lines", async () => {
    put(...all)
    const { stdout } = await call("views", { env: { TERM: "dumb" } })

    assert.notInclude(stdout, "\u001B")
    assert.include(stdout, "Step 1/5: Waiting on the left...\r\n")
  })

  onOne("colours go with NO_COLOR, and rows stay", async () => {
    put(...all)
    const plain = await call("views", { env: { NO_COLOR: "1" } })
    const coloured = await call("views --new")

    assert.notInclude(plain.stdout.replaceAll(/\[\d*[AJK]/g, ""), "[")
    assert.include(plain.stdout, "✓ 1/5")
    assert.include(coloured.stdout, "\u001B[32m✓\u001B[39m")
  })

  onOne("nothing waits for somebody to type", async () => {
    const input = await call("fixture --input -")
    await call("fixture --how ask -q")
    const answer = await call("answer @last --file -")

    for (const ended of [input, answer]) {
      assert.deepStrictEqual([ended.code, seen(ended)], [65, [
        "error  stdin: it is a terminal; hand it in through a pipe or a file",
        "fix    Correct it and repeat the command. Nothing was changed."
      ]])
    }
  })

  onOne("a result goes where it is sent, and the rows to the terminal", async () => {
    put(...all)
    const ended = await call("views", { shell: "exec > result;" })

    assert.strictEqual(fs.readFileSync(join(folder, "result"), "utf8"), "left\n")
    assert.strictEqual(seen(ended)[1], "✓ 1/5 Waiting on the left             0.0s  left is there")
  })

  onOne("what is shown of a run fits into 40 columns too", async () => {
    await call("fixture --how fail -q")
    const ended = await call("show", { columns: 40 })
    const list = await call("runs", { columns: 40 })

    const untimed = (line: string) => line.replace(/\d\d:\d\d/, "00:00")
    assert.deepStrictEqual(seen(ended, 40).map(untimed), [
      "fixture fixture-e756d750-1 · failed · 1",
      "of 2 steps",
      "started today 00:00 · input {\"how\":\"fai…",
      "",
      "  ✓ 1/2 Doing the first thing     0.0s",
      "        first nobody",
      "  ✗ 2/2 Doing the second thing    0.0s",
      "        It was refused by the door",
      "",
      "fix    Try --how done",
      "",
      "What a step gave: fixture show fixture-e",
      "756d750-1 --step NUMBER",
      "Go on: fixture resume fixture-e756d750-1"
    ])
    assert.deepStrictEqual(seen(list, 40).map(untimed), [
      "fixture-e756d750-1",
      "  fixture · failed · 1/2 · today 00:00",
      "",
      "Go on: fixture resume fixture-e756d750-1"
    ])
  })
})
