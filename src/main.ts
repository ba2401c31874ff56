import * as Cli from "./cli/Cli.ts"
import * as init from "./cli/commands/init.ts"
import { version } from "./cli/version.ts"

Cli.run({
  name: "cairn",
  version,
  runsFiles: true,
  commands: [init.command, Cli.doctor],
  programs: [
    { name: "implement", load: () => import("./runnable/implement.ts").then(({ implement }) => implement) },
    {
      name: "agent-enhance",
      load: () => import("./runnable/agentEnhance.ts").then(({ agentEnhance }) => agentEnhance)
    },
    { name: "template-qa", load: () => import("./runnable/templateQa.ts").then(({ templateQa }) => templateQa) },
    { name: "selftest", load: () => import("./runnable/selftest.ts").then(({ selftest }) => selftest) }
  ]
})
