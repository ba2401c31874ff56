/** Speaks to the server of a built command as a client of MCP does. */
import { assert } from "@effect/vitest"
import { type Child, type Ended, isJson, run } from "./command.ts"

export interface Json {
  // oxlint-disable-next-line typescript/no-explicit-any -- what a server says, looked at field by field
  readonly [key: string]: any
}

type Id = string | number

/** A client of the server, which answers what it is asked with `ask`. */
export interface Client {
  readonly child: Child
  readonly messages: () => ReadonlyArray<Json>
  readonly request: (method: string, params?: unknown, id?: Id) => Promise<Json>
  readonly call: (name: string, args?: unknown) => Promise<Json>
}

export interface Options {
  readonly capabilities?: Json
  /** Answers what the person is asked through the client. */
  readonly ask?: (params: Json) => Json
  /** The id of the first request. */
  readonly start?: number
}

/** Serves while `use` speaks to it, then closes its stdin. */
export const serving = (
  script: string,
  folder: string,
  use: (client: Client) => Promise<void>,
  options: Options = {}
): Promise<Ended> =>
  run(script, ["mcp"], {
    cwd: folder,
    input: null,
    started: async (child) => {
      let id = options.start ?? 0
      const answered = new Set<unknown>()
      const messages = () => child.stdout().split("\n").slice(0, -1).map((line) => isJson(line) as Json)
      const send = (message: Json) => child.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
      const request: Client["request"] = async (method, params, own) => {
        const name = own ?? id++
        send({ id: name, method, ...(params === undefined ? {} : { params }) })
        const found = () => messages().find((message) => message.id === name && message.method === undefined)
        await child.until(() => {
          for (const asked of messages().filter(({ method }) => method === "elicitation/create")) {
            if (answered.has(asked.id)) continue
            answered.add(asked.id)
            send({ id: asked.id, result: options.ask?.(asked.params) })
          }
          return found() !== undefined
        })
        return found() ?? assert.fail("no response")
      }
      const call: Client["call"] = async (name, args) =>
        (await request("tools/call", { name, ...(args === undefined ? {} : { arguments: args }) })).result
      await request("initialize", {
        protocolVersion: "2025-11-25",
        capabilities: options.capabilities ?? {},
        clientInfo: { name: "test", version: "1" }
      })
      send({ method: "notifications/initialized" })
      await use({ child, messages, request, call })
      child.end()
    }
  })
