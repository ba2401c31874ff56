import { Effect } from "effect"
import * as NodeFs from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as JournalFile from "../../src/layers/Journal/File.ts"
import { Journal, type RunHeld } from "../../src/pipeline/Journal.ts"
import { fourTimes, held, owners, Process, settled, withoutNew } from "./journal/owners.ts"
import { temporary } from "./journal/temporary.ts"
import { peeked, refusal, scanned, within } from "./JournalContract.ts"

const { script, several, started } = owners()

const on = <A, E>(home: string, effect: Effect.Effect<A, E, Journal>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, JournalFile.layer({ home })))

const heldBy = async (home: string): Promise<RunHeld> => {
  const error = await on(home, refusal(within("demo-1", scanned)))
  assert.strictEqual(error._tag, "RunHeld")
  return error as RunHeld
}

const numbers = async (home: string) =>
  (await on(home, peeked("demo-1"))).map(([, record]) => (JSON.parse(record) as { readonly number: number }).number)

const lockOf = (home: string, generation: number) => join(home, "runs/demo-1", `lock.${generation}`)

const ownerOf = (home: string) =>
  JSON.parse(NodeFs.readFileSync(lockOf(home, 1), "utf8")) as { readonly pid: number; readonly start: string }

describe("Journal (File) between processes", () => {
  it("is created by one and opened by one of five that start the same new run, and four are told who has it", async () => {
    const rivals = await several(5)
    for (let round = 0; round < 40; round++) {
      const home = join(temporary(), "home")
      const answers = await Promise.all(rivals.map((rival) => rival.ask(`open ${home} demo-1`)))

      const { pid, winner } = settled(rivals, answers)
      assert.deepStrictEqual(answers.map((answer) => answer.split(" ")[0]).sort(), [
        "false",
        "false",
        "false",
        "false",
        "true"
      ])
      assert.deepStrictEqual(answers.map(withoutNew).sort(), [...fourTimes(held(pid)), "opened 0"].sort())
      assert.strictEqual(await winner?.ask(`append ${round}`), "appended")
      assert.strictEqual(await winner?.ask("close"), "closed")
      assert.deepStrictEqual(await numbers(home), [round])
    }
  })

  it("is taken from an owner that has ended by one of five, each time", async () => {
    const rivals = await several(5)
    const gone = await started()
    const home = temporary()
    await gone.ask(`open ${home} demo-1`)
    await gone.kill("SIGKILL")
    const remains = NodeFs.readFileSync(lockOf(home, 1))
    for (let round = 0; round < 40; round++) {
      const answers = await Promise.all(rivals.map((rival) => rival.ask(`open ${home} demo-1`)))

      const { pid, winner } = settled(rivals, answers)
      assert.deepStrictEqual(answers.map(withoutNew).sort(), [...fourTimes(held(pid)), `opened ${round}`].sort())
      await winner?.ask(`append ${round}`)
      await winner?.ask("close")
      assert.deepStrictEqual(NodeFs.readdirSync(join(home, "runs/demo-1")).sort(), ["journal", `lock.${round + 2}`])
      // As if the winner had ended like the first one.
      NodeFs.writeFileSync(lockOf(home, round + 2), remains)
    }
    assert.deepStrictEqual(await numbers(home), Array.from({ length: 40 }, (_, round) => round))
  })

  it("is not taken from an owner that is stopped, however long, and goes on when the owner does", async () => {
    const [owner, rival] = await several(2)
    const home = temporary()
    assert.strictEqual(await owner?.ask(`open ${home} demo-1`), "true opened 0")
    owner?.child.kill("SIGSTOP")
    // Nothing of it is young any more.
    const longAgo = new Date(0)
    for (const path of [lockOf(home, 1), join(home, "runs/demo-1/journal"), join(home, "runs/demo-1")]) {
      NodeFs.utimesSync(path, longAgo, longAgo)
    }

    for (let round = 0; round < 3; round++) {
      const answer = await rival?.ask(`open ${home} demo-1`)
      assert.strictEqual(answer, `false ${held(owner?.pid)}`)
    }
    const error = await heldBy(home)
    assert.deepStrictEqual([error.owner, error.unreachable], [`process ${owner?.pid} on ${hostname()}`, false])
    assert.isTrue(await on(home, Effect.flatMap(Journal, (journal) => journal.isHeld("demo-1"))))
    owner?.child.kill("SIGCONT")
    assert.strictEqual(await owner?.ask("append 1"), "appended")
    assert.strictEqual(await owner?.ask("close"), "closed")
    assert.strictEqual(await rival?.ask(`open ${home} demo-1`), "false opened 1")
  })

  it("has every record that was acknowledged before a kill -9, and is looked at all the while", async () => {
    const home = temporary()
    let acknowledged = 0
    for (let round = 0; round < 8; round++) {
      const owner = await started()
      const before = (await numbers(home).catch(() => [])).length
      assert.isAtLeast(before, acknowledged)
      assert.strictEqual(await owner.ask(`open ${home} demo-1`), `${round === 0} opened ${before}`)
      assert.strictEqual(await owner.ask("write"), `durable ${before}`)
      let seen = before
      const until = Date.now() + 20 + round * 13
      while (Date.now() < until || owner.rest.length < 20) {
        const now = await numbers(home)
        assert.deepStrictEqual(now, now.map((_, index) => index))
        assert.isAtLeast(now.length, seen)
        seen = now.length
        await new Promise(setImmediate)
      }
      await owner.kill("SIGKILL")
      const last = owner.rest.at(-1) ?? `durable ${before}`
      acknowledged = Number(/^durable (\d+)$/.exec(last)?.[1]) + 1

      const kept = await on(home, within("demo-1", scanned))
      assert.isAtLeast(kept.length, Math.max(acknowledged, seen), `round ${round}`)
      assert.deepStrictEqual(await numbers(home), kept.map((_, index) => index))
    }
    assert.isAbove(acknowledged, 100)
  })

  it("is taken from an owner that has ended although its parent never asked what became of it", async () => {
    const home = temporary()
    // The shell becomes a process that asks for none of its children.
    const parent = new Process("sh", "-c", `exec 3<&0; "${process.execPath}" "${script}" <&3 & exec sleep 60`)
    assert.strictEqual(await parent.next(), "ready")
    assert.strictEqual(await parent.ask(`open ${home} demo-1`), "true opened 0")
    const pid = ownerOf(home).pid
    assert.strictEqual((await heldBy(home)).owner, `process ${pid} on ${hostname()}`)

    process.kill(pid, "SIGKILL")
    const patience = Date.now() + 5000
    while (Date.now() < patience && await on(home, Effect.flatMap(Journal, (journal) => journal.isHeld("demo-1"))));

    assert.isTrue(process.kill(pid, 0))
    assert.deepStrictEqual(await on(home, within("demo-1", scanned)), [])
  })

  it("is not taken for another process's that has the number of the owner", async () => {
    // One after the other: the system counts the start of a process in hundredths of a second.
    const owner = await started()
    const other = await started()
    const home = temporary()
    await owner.ask(`open ${home} demo-1`)
    await owner.kill("SIGKILL")
    const gone = ownerOf(home)
    const another = temporary()
    await other.ask(`open ${another} demo-1`)
    const { pid, start } = ownerOf(another)

    NodeFs.writeFileSync(lockOf(home, 1), JSON.stringify({ ...gone, pid, start }))
    assert.strictEqual((await heldBy(home)).owner, `process ${pid} on ${hostname()}`)
    NodeFs.writeFileSync(lockOf(home, 1), JSON.stringify({ ...gone, pid }))
    assert.deepStrictEqual(await on(home, within("demo-1", scanned)), [])
  })
})
