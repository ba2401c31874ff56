/** Bundles what is in `test/faults/`, since Node 20 reads no TypeScript, and runs it on the command as it was built. */
import { build } from "esbuild"

await build({
  entryPoints: ["test/faults/main.ts", "test/faults/steps.ts"],
  outdir: "test/.built",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  packages: "external",
  // They look around from where they are.
  external: ["*/scripts/bundling.mjs", "*/scripts/doors.mjs"],
  tsconfigRaw: {},
  platform: "node",
  target: "node20.19",
  format: "esm"
})
await import("../test/.built/main.mjs")
