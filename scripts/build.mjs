/** Builds the package: the library with tsc, the command as one file with esbuild. */
import { build } from "esbuild"
import { execFileSync } from "node:child_process"
import { chmodSync, rmSync } from "node:fs"

rmSync("dist", { recursive: true, force: true })
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" })

const { metafile } = await build({
  entryPoints: { cairn: "src/main.ts" },
  outdir: "dist/bin",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  minify: true,
  keepNames: false,
  legalComments: "none",
  platform: "node",
  target: "node20.19",
  format: "esm",
  metafile: true,
  banner: {
    js:
      "#!/usr/bin/env node\nimport{createRequire as cairnRequire}from\"node:module\";const require=cairnRequire(import.meta.url);"
  }
})
chmodSync("dist/bin/cairn.mjs", 0o755)
for (const [file, { bytes }] of Object.entries(metafile.outputs)) console.log(`${file} ${(bytes / 1024).toFixed(0)} kB`)
