/**
 * Node, and the packages of the project that a command is called in.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import type { Manifest } from "../manifest.ts"
import { type Finding, ok, problem, warning } from "./Finding.ts"
import { isIn, lineOf } from "./range.ts"

/**
 * Whether this Node is one that the package is made for.
 *
 * @category accessors
 * @since 0.1.0
 */
export const node = ({ engines }: Manifest): Finding => {
  const { arch, platform, versions: { node } } = process
  const is = `${node} on ${platform} ${arch}`
  return !isIn(node, engines.node)
    ? problem("node", `${is}; it has to be ${engines.node}`, "Install a newer Node: https://nodejs.org")
    : platform === "win32"
    ? warning(
      "node",
      `${is}, where nothing of this was tried`,
      "Use Linux, macOS or WSL where results must not be lost."
    )
    : ok("node", `${is} (${engines.node})`)
}

/**
 * The packages that the project has of those that this one works with, and whether all of them share one `effect`.
 *
 * @category accessors
 * @since 0.1.0
 */
export const found = (cwd: string, { peerDependencies }: Manifest, store: string): ReadonlyArray<Finding> => {
  const all = Object.entries(peerDependencies).flatMap(([name, range]) =>
    Option.match(find(cwd, name), { onNone: () => [], onSome: (there) => [{ ...there, name, range }] })
  )
  const wrong = all.filter(({ range, version }) => !isIn(version, range))
  const driver = store.startsWith("sqlite:") ?
    "@effect/sql-libsql" :
    store.startsWith("postgres:")
    ? "@effect/sql-pg"
    : undefined
  const isWithoutDriver = driver !== undefined && all.every(({ name }) => name !== driver)
  const install = (names: ReadonlyArray<string>) =>
    `npm install ${names.map((name) => `${name}@${lineOf(peerDependencies[name] ?? "")}`).join(" ")}`
  return [
    all.length === 0
      ? ok("effect", "this project has none; the command brings its own")
      : wrong.length === 0
      ? ok("effect", all.map(({ name, version }) => `${name} ${version}`).join(", "))
      : problem(
        "effect",
        wrong.map(({ name, range, version }) => `${name} is ${version}; it has to be ${range}`).join(", "),
        install(wrong.map(({ name }) => name))
      ),
    ...copies(cwd),
    ...(driver !== undefined && isWithoutDriver
      ? [problem("driver", `this project has no ${driver}, which the store is reached with`, install([driver]))]
      : [])
  ]
}

/** Each copy of `effect` has services and types of its own: what one provides, the other does not find. */
const copies = (cwd: string): ReadonlyArray<Finding> => {
  const modules = Option.map(nearest(cwd, "node_modules"), (folder) => join(folder, "node_modules"))
  const dependents = Option.match(modules, { onNone: () => [], onSome: packagesIn })
  const used = new Map<string, { readonly version: string; readonly by: Array<string> }>()
  for (const { folder, name } of [{ folder: cwd, name: "the project" }, ...dependents]) {
    const isBuiltOn = name === "the project" || name === "effect-cairn" || name.startsWith("@effect/") ||
      fs.existsSync(join(folder, "node_modules", "effect"))
    const copy = isBuiltOn ? find(folder, "effect") : Option.none()
    if (Option.isNone(copy)) continue
    const known = used.get(copy.value.folder)
    if (known === undefined) used.set(copy.value.folder, { version: copy.value.version, by: [name] })
    else known.by.push(name)
  }
  return used.size < 2 ? [] : [
    problem(
      "copies",
      `there are ${used.size} copies of effect: ${
        [...used].map(([folder, { by, version }]) => `${version} in ${folder} (${by.slice(0, 3).join(", ")})`).join(
          "; "
        )
      }`,
      "npm dedupe, or npm ls effect to see who asks for which"
    )
  ]
}

interface Found {
  readonly folder: string
  readonly version: string
}

/** A package as Node would find it from a folder. */
const find = (from: string, name: string): Option.Option<Found> =>
  Option.flatMap(nearest(from, join("node_modules", name, "package.json")), (folder) => {
    const place = fs.realpathSync(join(folder, "node_modules", name))
    return Option.map(
      Option.liftThrowable(() => JSON.parse(fs.readFileSync(join(place, "package.json"), "utf8")) as unknown)(),
      (manifest) => ({ folder: place, version: versionIn(manifest) })
    )
  })

const versionIn = (manifest: unknown): string =>
  typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown"

/** The nearest folder, upwards, that holds something. */
const nearest = (from: string, path: string): Option.Option<string> => {
  for (let folder = from;; folder = dirname(folder)) {
    if (fs.existsSync(join(folder, path))) return Option.some(folder)
    if (dirname(folder) === folder) return Option.none()
  }
}

const packagesIn = (modules: string): ReadonlyArray<{ readonly name: string; readonly folder: string }> =>
  fs.readdirSync(modules).filter((name) => !name.startsWith(".")).flatMap((name) =>
    name.startsWith("@") ? fs.readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name]
  ).flatMap((name) =>
    Option.match(Option.liftThrowable(() => fs.realpathSync(join(modules, name)))(), {
      onNone: () => [],
      onSome: (folder) => [{ name, folder }]
    })
  )
