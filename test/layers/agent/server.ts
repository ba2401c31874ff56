/** A server on this machine that speaks the wire formats of models, and everything that can go wrong with them. */
import { Effect, type Scope } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface Request {
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: string
}

/** What the server does about one request. */
export type Reaction = (response: ServerResponse, request: Request) => void

export interface Server {
  readonly url: string
  readonly requests: Array<Request>
}

/** Reacts to the requests in their order; the last reaction is for all that follow. */
export const make = (reactions: ReadonlyArray<Reaction>): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Server & { readonly close: () => void }>((resume) => {
      const requests: Array<Request> = []
      const server = createServer((message, response) => {
        let body = ""
        message.setEncoding("utf8").on("data", (text: string) => (body += text)).on("end", () => {
          const request = { path: message.url ?? "", headers: message.headers, body }
          requests.push(request)
          reactions[Math.min(requests.length, reactions.length) - 1]?.(response, request)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed({
          url: `http://127.0.0.1:${port}`,
          requests,
          close: () => {
            server.closeAllConnections()
            server.close()
          }
        }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

/** Resolves once so many requests have come. */
export const asked = async ({ requests }: Server, count: number): Promise<void> => {
  while (requests.length < count) await new Promise((resolve) => setTimeout(resolve, 10))
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Reaction => (response) => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
}

/** What a request was held to: the tool that it has to call, if any. */
const toolOf = (body: string): unknown => {
  const { tools = [] } = JSON.parse(body)
  return tools[0]?.name
}

const objectIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** How each API says a text. Held to a schema, a model of Anthropic calls a tool with what is an object. */
export const says = {
  anthropic: (text: string): Reaction => (response, request) => {
    const tool = toolOf(request.body)
    const input = objectIn(text)
    const isCall = tool !== undefined && typeof input === "object"
    json(200, {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-test",
      content: [
        isCall
          ? { type: "tool_use", id: "toolu_1", name: tool, input }
          : { type: "text", text, citations: null }
      ],
      stop_reason: isCall ? "tool_use" : "end_turn",
      stop_sequence: null,
      container: null,
      context_management: null,
      usage: {
        input_tokens: 11,
        output_tokens: 7,
        cache_creation_input_tokens: null,
        cache_read_input_tokens: null,
        cache_creation: null,
        server_tool_use: null,
        service_tier: "standard"
      }
    })(response, request)
  },
  openai: (text: string) =>
    json(200, {
      id: "resp_1",
      object: "response",
      created_at: 1,
      status: "completed",
      error: null,
      incomplete_details: null,
      instructions: null,
      metadata: {},
      model: "gpt-test",
      output: [{
        type: "message",
        id: "msg_1",
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", text, annotations: [], logprobs: [] }]
      }],
      parallel_tool_calls: true,
      temperature: 1,
      tool_choice: "auto",
      tools: [],
      top_p: 1,
      usage: {
        input_tokens: 11,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 7,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 18
      }
    }),
  compatible: (text: string) =>
    json(200, {
      id: "chatcmpl-1",
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
    })
}

/** Says no more than a lean server does. */
export const saysLittle = (text: string): Reaction => json(200, { choices: [{ message: { content: text } }] })

export const refuses = (status: number, headers: Record<string, string> = {}, more: Record<string, unknown> = {}) =>
  json(status, { type: "error", error: { type: "some_error", message: "no", ...more } }, headers)

export const breaksOff: Reaction = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
  response.write("{\"choices\": [{\"message\": {\"content\": \"{\\\"title")
  setTimeout(() => response.destroy(), 20)
}

/** The same without saying how long it will be. */
export const breaksOffStream: Reaction = (response) => {
  response.writeHead(200, { "content-type": "application/json", "transfer-encoding": "chunked" })
  response.write("{\"choices\": [{\"message\": {\"content\": \"{\\\"title")
  setTimeout(() => response.destroy(), 20)
}

/** Ends as if it were whole, and is not. */
export const truncates: Reaction = (response) => {
  response.writeHead(200, { "content-type": "application/json" }).end("{\"choices\": [{\"message\": {\"content\": \"{")
}

export const hangs: Reaction = () => {}

/** Tells back what it was sent, keys and all, and asks for no patience. */
export const echoes = (status: number): Reaction => (response, { body, headers }) =>
  json(status, { headers, body }, { "retry-after": "0" })(response, { body, headers, path: "" })
