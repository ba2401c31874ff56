/** Bundles what is in `bench/`, since Node 20 reads no TypeScript, and runs it on the package as it was built. */
import { build } from "esbuild"

await build({
  entryPoints: ["bench/main.ts", "bench/resumeOnce.ts", "bench/peakMemory.ts"],
  outdir: "bench/.built",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  // `effect-cairn` is what users get: the built package, with the `effect` beside it.
  packages: "external",
  tsconfigRaw: {},
  platform: "node",
  target: "node20.19",
  format: "esm"
})
await import("../bench/.built/main.mjs")
