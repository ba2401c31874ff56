import * as Cli from "./cli/Cli.ts"
import * as init from "./cli/commands/init.ts"
import { version } from "./cli/version.ts"
import * as programs from "./programs.ts"

Cli.run({
  name: "cairn",
  version,
  runsFiles: true,
  commands: [init.command, Cli.doctor],
  programs: [programs.implement, programs.agentEnhance, programs.templateQa, programs.selftest]
})
