/**
 * Where a key and a prompt may be sent: over https, or to this machine; not to where only a network's own services are.
 *
 * @since 0.1.0
 */
import { Either, Schema } from "effect"
import * as dns from "node:dns"
import { BlockList, isIP, type LookupFunction } from "node:net"
import * as printable from "../../pipeline/printable.ts"

/**
 * Where an API is cannot be what was given.
 *
 * @category errors
 * @since 0.1.0
 */
export class BaseUrlRefused extends Schema.TaggedError<BaseUrlRefused>()("BaseUrlRefused", {
  url: Schema.String,
  reason: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return `--base-url ${this.url}: ${this.reason}.`
  }
}

/**
 * Reads the address of an API: https, or http on this machine; nothing in it that is secret; not inside a private
 * network unless that is allowed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const baseUrl = (
  text: string,
  options: { readonly allowPrivate: boolean }
): Either.Either<string, BaseUrlRefused> =>
  Either.gen(function*() {
    const shown = printable.line(text.replace(/\/\/[^/@]*@/, "//").replace(/[?#].*/s, "").slice(0, 200))
    const refuse = (
      reason: string,
      fix = "Give an https address (http only on this machine), such as --base-url https://api.example.com/v1"
    ) => Either.left(new BaseUrlRefused({ url: shown, reason, fix }))
    const url = yield* Either.orElse(Either.try(() => new URL(text)), () => refuse("it is not a URL"))
    if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
      return yield* refuse("no user, password, query or fragment belongs in it; a key is read from the environment")
    }
    const host = hostOf(url)
    if (url.protocol !== "https:" && !(url.protocol === "http:" && isThisMachine(host))) {
      return yield* refuse("only https is safe beyond this machine")
    }
    if (isPrivate(host) && !options.allowPrivate) return yield* refuse(inside, allowing)
    return url.href.replace(/\/+$/, "")
  })

const inside = "it leads into a private network"
const allowing = "If that is meant, add --allow-private-host"

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "")

/** Whether a host is this machine, by its own name or number. */
const isThisMachine = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || isIn(loopback, host)

/** Whether a number is one of a private network, of a single link, or of nobody. */
const isPrivate = (host: string): boolean => isIn(reserved, host)

const isIn = (list: BlockList, host: string): boolean => {
  const family = isIP(host)
  return family !== 0 && list.check(host, family === 6 ? "ipv6" : "ipv4")
}

type Range = readonly [net: string, prefix: number, family: "ipv4" | "ipv6"]

const listOf = (ranges: ReadonlyArray<Range>): BlockList => {
  const list = new BlockList()
  for (const [net, prefix, family] of ranges) list.addSubnet(net, prefix, family)
  return list
}

const loopback = listOf([["127.0.0.0", 8, "ipv4"], ["::1", 128, "ipv6"]])

const reserved = listOf([
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 128, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 9, "ipv6"],
  ["ff00::", 8, "ipv6"]
])

/**
 * What a name that was looked up, and may lead anywhere, was refused with.
 *
 * @category constants
 * @since 0.1.0
 */
export const privateCode = "EPRIVATE"

/**
 * Looks a name up, and refuses it where it leads into a private network: a name says nothing of where it leads, nor does
 * what it led to a moment ago.
 *
 * @category constructors
 * @since 0.1.0
 */
export const publicLookup: LookupFunction = (host, options, done) =>
  dns.lookup(host, options, (error, address, family) => {
    const found = typeof address === "string" ? [address] : (address ?? []).map(({ address }) => address)
    const isStray = (address: string) => isPrivate(address) || isIn(loopback, address) !== isThisMachine(host)
    if (error !== null || !found.some(isStray)) return done(error, address, family)
    done(Object.assign(new Error(inside), { code: privateCode }), address, family)
  })
