/**
 * Loaded into the command before anything else (`node --import`): lets one call that changes files fail, end the
 * process, or take a part of what it is given; writes down all of them; and lets the clock of the wall jump. It changes
 * nothing of the command.
 *
 *     FAULT  {"under":"/a/folder","at":12,"code":"EIO","isSticky":false}     code: also "kill" and "short"
 *     FAULT  {"statements":true,"at":12,"code":"SQLITE_FULL"}     of a database; code: also "kill" and "sent", a kill just after
 *     FAULT  {"statements":true,"at":12,"code":"kill","unhidden":true}     what is half made there has the name of a run
 *     CLOCK  {"offset":3600000,"jump":-7200000,"after":200}                  milliseconds
 *     TRACE  {"under":"/a/folder","file":"/elsewhere"}     what was done to the files, in order, when it ends
 *     SYNCHRONOUS  OFF     what SQLite is told in place of FULL
 *     FAULT_CALLS  a file to which the number of calls is written at the end
 */
import * as fs from "node:fs"
import { createRequire, syncBuiltinESMExports } from "node:module"

const mutable = createRequire(import.meta.url)("node:fs")
const { appendFileSync } = fs

const fault = process.env["FAULT"] === undefined ? undefined : JSON.parse(process.env["FAULT"])
if (fault !== undefined) {
  const paths = new Map()
  let calls = 0
  const names = []

  const isOurs = (path) => typeof path === "string" && fault.under !== undefined && path.startsWith(fault.under)
  const pathOf = (first, second) => isOurs(second) ? second : typeof first === "number" ? paths.get(first) : first

  /** Says what becomes of a call on a path. */
  const judge = (name, path) => isOurs(path) ? judged(name) : undefined
  const judged = (name) => {
    calls++
    names.push(name)
    if (calls !== fault.at && !(calls > fault.at && fault.isSticky)) return undefined
    if (fault.code === "kill") process.kill(process.pid, "SIGKILL")
    return fault.code
  }
  const refusal = (code, name) =>
    Object.assign(new Error(`${code}: injected, ${name}`), { code, errno: -5, syscall: name })
  const remember = (descriptor, path) => {
    // A number that was closed is used again.
    if (isOurs(path)) paths.set(descriptor, path)
    else paths.delete(descriptor)
    return descriptor
  }
  const isWriting = (flags) =>
    typeof flags === "number"
      ? (flags & 3) !== 0 || (flags & fs.constants.O_CREAT) !== 0
      : flags !== undefined && flags !== "r"
  const half = (name, args) => {
    const [descriptor, bytes, offset, length, ...rest] = args
    if (name !== "write" || typeof bytes === "string") return args
    const from = typeof offset === "number" ? offset : 0
    return [
      descriptor,
      bytes,
      from,
      Math.ceil((typeof length === "number" ? length : bytes.length - from) / 2),
      ...rest
    ]
  }

  for (
    const name of [
      "open",
      "write",
      "fsync",
      "fdatasync",
      "ftruncate",
      "mkdir",
      "rename",
      "link",
      "unlink",
      "chmod",
      "fchmod",
      "rm",
      "rmdir"
    ]
  ) {
    const sync = mutable[`${name}Sync`]
    mutable[`${name}Sync`] = (...args) => {
      if (name === "open" && !isWriting(args[1])) return remember(sync(...args), args[0])
      const said = judge(name, pathOf(...args))
      if (said === "short") return sync(...half(name, args))
      if (said !== undefined) throw refusal(said, name)
      const value = sync(...args)
      return name === "open" ? remember(value, args[0]) : value
    }
    const later = mutable[name]
    mutable[name] = (...args) => {
      const done = args.pop()
      const settle = name === "open"
        ? (error, descriptor) => done(error, error === null ? remember(descriptor, args[0]) : descriptor)
        : done
      if (name === "open" && !isWriting(args[1])) return later(...args, settle)
      const said = judge(name, pathOf(...args))
      if (said === "short") return later(...half(name, args), done)
      if (said !== undefined) return setImmediate(() => done(refusal(said, name)))
      return later(...args, settle)
    }
  }
  syncBuiltinESMExports()
  if (fault.statements) {
    const driver = createRequire(import.meta.url)
    const end = () => process.kill(process.pid, "SIGKILL")
    const unhidden = (value) => typeof value === "string" ? value.replace(/^\.draft-/, "draft-") : value
    const Libsql = driver("libsql")
    const { prepare } = Libsql.prototype
    Libsql.prototype.prepare = function(text) {
      const statement = prepare.call(this, text)
      for (const name of ["run", "all"]) {
        const real = statement[name].bind(statement)
        statement[name] = (parameters) => {
          const said = judged(text)
          if (said !== undefined && said !== "sent") throw refusal(said, name)
          const value = real(fault.unhidden ? parameters.map(unhidden) : parameters)
          if (said === "sent") end()
          return value
        }
      }
      return statement
    }
    const { Client } = driver("pg")
    const { query } = Client.prototype
    Client.prototype.query = function(text, ...args) {
      const said = judged(text)
      if (said !== undefined && said !== "sent") return setImmediate(() => args.at(-1)(refusal(said, "query")))
      const value = query.call(this, text, ...args)
      if (said === "sent") setImmediate(end)
      return value
    }
  }
  const { FAULT_CALLS } = process.env
  if (FAULT_CALLS !== undefined) process.on("exit", () => appendFileSync(FAULT_CALLS, JSON.stringify(names)))
}

const trace = process.env["TRACE"] === undefined ? undefined : JSON.parse(process.env["TRACE"])
if (trace !== undefined) {
  const entries = []
  const ours = new Set()

  /** What a call did, once it has: of bytes, those that were taken. */
  const entryOf = (name, [first, second, ...rest], value) => {
    if (name === "open") {
      ours.delete(value)
      if (!String(first).startsWith(trace.under)) return undefined
      ours.add(value)
      return { name, path: String(first), flags: second, mode: rest[0], descriptor: value }
    }
    if (typeof first === "number" ? !ours.has(first) : !String(first).startsWith(trace.under)) return undefined
    if (name !== "write") return { name, target: first, second }
    const bytes = typeof second === "string"
      ? Buffer.from(second)
      : Buffer.from(second.buffer, second.byteOffset + (rest[0] ?? 0), value)
    const position = typeof second === "string" ? rest[0] : rest[2]
    return { name, target: first, bytes: bytes.toString("base64"), position: position ?? null }
  }
  const note = (name, args, value) => {
    const entry = entryOf(name, args, value)
    if (entry !== undefined) entries.push(entry)
  }
  const names = "open write fsync fdatasync ftruncate mkdir rename link unlink chmod fchmod rm"
  for (const name of names.split(" ")) {
    const sync = mutable[`${name}Sync`]
    mutable[`${name}Sync`] = (...args) => {
      const value = sync(...args)
      note(name, args, value)
      return value
    }
    const later = mutable[name]
    mutable[name] = (...args) => {
      const done = args.pop()
      later(...args, (error, ...values) => {
        if (error === null) note(name, args, values[0])
        done(error, ...values)
      })
    }
  }
  syncBuiltinESMExports()
  process.on("exit", () => fs.writeFileSync(trace.file, JSON.stringify(entries)))
}

const clock = process.env["CLOCK"] === undefined ? undefined : JSON.parse(process.env["CLOCK"])
if (clock !== undefined) {
  const RealDate = Date
  const began = performance.now()
  const shift = () => clock.offset + (performance.now() - began >= clock.after ? clock.jump : 0)
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + shift())
      else super(...args)
    }
    static now() {
      return RealDate.now() + shift()
    }
  }
}

const { SYNCHRONOUS } = process.env
if (SYNCHRONOUS !== undefined) {
  const Libsql = createRequire(import.meta.url)("libsql")
  const { prepare } = Libsql.prototype
  Libsql.prototype.prepare = function(statement) {
    return prepare.call(this, statement.replace("synchronous = FULL", `synchronous = ${SYNCHRONOUS}`))
  }
}
