import * as Cli from "./cli/Cli.ts"
import * as programs from "./programs.ts"

Cli.run({
  name: "cairn",
  version: "0.1.0",
  programs: [programs.implement, programs.agentEnhance, programs.templateQa, programs.selftest]
})
