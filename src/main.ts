import * as Cli from "./cli/Cli.ts"
import * as init from "./cli/commands/init.ts"
import { version } from "./cli/version.ts"

/** Each is loaded where it is called; whatever else is asked may be about any of them. */
const programs = {
  "implement": () => import("./runnable/implement.ts").then(({ implement }) => implement),
  "agent-enhance": () => import("./runnable/agentEnhance.ts").then(({ agentEnhance }) => agentEnhance),
  "template-qa": () => import("./runnable/templateQa.ts").then(({ templateQa }) => templateQa),
  "selftest": () => import("./runnable/selftest.ts").then(({ selftest }) => selftest)
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
