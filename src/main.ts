import * as Cli from "./cli/Cli.ts"
import { version } from "./cli/version.ts"
import * as programs from "./programs.ts"

Cli.run({
  name: "cairn",
  version,
  runsFiles: true,
  commands: [Cli.doctor],
  programs: [programs.implement, programs.agentEnhance, programs.templateQa, programs.selftest]
})
