import * as Cli from "./cli/Cli.ts"
import * as init from "./cli/commands/init.ts"
import { version } from "./cli/version.ts"

/** Each is loaded where it is called; whatever else is asked may be about any of them. */
const programs = {
  "implement": async () => (await import("./runnable/implement.ts")).implement,
  "agent-enhance": async () => (await import("./runnable/agentEnhance.ts")).agentEnhance,
  "template-qa": async () => (await import("./runnable/templateQa.ts")).templateQa,
  "selftest": async () => (await import("./runnable/selftest.ts")).selftest
}

const [word] = process.argv.slice(2)
const called = Object.entries(programs).filter(([name]) => name === word)
const loading = (called.length > 0 ? called : Object.entries(programs)).map(([, load]) => load())

Cli.run({
  name: "cairn",
  version,
  runsFiles: true,
  commands: [init.command, Cli.doctor],
  programs: await Promise.all(loading)
})
